// What a stream does with documents that are made to hurt it: too deep, too long, not UTF-8.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot/fake_source.h"
#include "snapshot/json_stream.h"

namespace assay::snapshot {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

// Gives `head`, then `count` times `unit`, then `tail`, without ever holding it.
class LongSource final : public ByteSource {
 public:
  LongSource(std::string head, std::string unit, std::size_t count, std::string tail)
      : head_(std::move(head)),
        unit_(std::move(unit)),
        tail_(std::move(tail)),
        size_(head_.size() + count * unit_.size() + tail_.size()) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const auto n = std::min(buffer.size(), size_ - given);
    for (std::size_t i = 0; i < n; ++i) buffer[i] = at(given + i);
    given += n;
    return n;
  }

  std::size_t given = 0;

 private:
  char at(std::size_t i) const {
    if (i < head_.size()) return head_[i];
    if (i >= size_ - tail_.size()) return tail_[i - (size_ - tail_.size())];
    return unit_[(i - head_.size()) % unit_.size()];
  }

  std::string head_;
  std::string unit_;
  std::string tail_;
  std::size_t size_;
};

struct Outcome {
  std::size_t pieces = 0;
  std::string error = "no error";
  ErrorCode code = ErrorCode::Internal;
};

Outcome read(ByteSource& source, Shape shape, StreamLimits limits = {}) {
  JsonStream stream(
      source, [&](std::string_view) { return shape; }, limits);
  Outcome out;
  for (Piece piece;; ++out.pieces) {
    auto more = stream.next(piece);
    if (!more) {
      out.error = describe(more.error());
      out.code = more.error().code;
    }
    if (!more || !*more) return out;
  }
}

Outcome read(std::string_view json, Shape shape, std::size_t at_a_time, StreamLimits limits = {}) {
  FakeSource source(json, at_a_time);
  return read(source, shape, limits);
}

// A member that nests so deep that the whole document has `levels` levels.
std::string nested(std::size_t levels, char open, char close) {
  std::string out = R"({"a": )";
  for (std::size_t i = 1; i < levels; ++i)
    out += open == '{' ? (i == 1 ? "{\"b\": " : "{\"c\": ") : std::string(1, open);
  out += "1";
  return out + std::string(levels - 1, close) + "}";
}

constexpr std::array kShapes{Shape::Skip, Shape::Elements, Shape::Entries};

TEST(JsonStreamLimitsTest, NestingIsBoundedAlsoWhereNobodyReads) {
  StreamLimits limits;
  limits.depth = 10;
  for (const auto shape : kShapes) {
    for (const auto brackets : {"[]", "{}"}) {
      const auto fits = nested(10, brackets[0], brackets[1]);
      EXPECT_EQ(read(fits, shape, 1, limits).error, "no error") << fits;
      const auto deeper = read(nested(11, brackets[0], brackets[1]), shape, 1, limits);
      EXPECT_EQ(deeper.code, ErrorCode::Limit);
      EXPECT_THAT(deeper.error, HasSubstr("`a`: nested deeper than 10 levels at byte ")) << brackets;
    }
  }
}

TEST(JsonStreamLimitsTest, ALineOfOpenBracketsIsRefusedEarly) {
  for (const auto shape : kShapes) {
    LongSource source(R"({"a": )", "[", 100 * kMegabyte, "");
    const auto outcome = read(source, shape);
    EXPECT_EQ(outcome.error, "`a`: nested deeper than 128 levels at byte 133");
    EXPECT_LE(source.given, kMegabyte);
  }
}

TEST(JsonStreamLimitsTest, StringsAreBoundedAlsoWhereNobodyReads) {
  StreamLimits limits;
  limits.string = kMegabyte;
  for (const auto shape : kShapes) {
    for (const auto* head : {R"({"a": ")", R"({"a": [[")", R"({"a": [{")", R"({"a": {"b": ")"}) {
      for (const auto* unit : {"x", "\\n", "é"}) {
        LongSource source(head, unit, 100 * kMegabyte, "\"}");
        const auto outcome = read(source, shape, limits);
        EXPECT_EQ(outcome.code, ErrorCode::Limit) << head;
        EXPECT_THAT(outcome.error, HasSubstr("`a`: a string is longer than 1 MB at byte ")) << head;
        EXPECT_THAT(outcome.error, HasSubstr("(is this the right file?)")) << head;
        EXPECT_LE(source.given, 2 * kMegabyte) << "must stop early";
      }
    }
  }
}

TEST(JsonStreamLimitsTest, AStringBelowTheLimitIsRead) {
  StreamLimits limits;
  limits.string = kMegabyte;
  for (const auto shape : kShapes) {
    LongSource source(R"({"a": [")", "x", kMegabyte - 10, "\"]}");
    EXPECT_EQ(read(source, shape, limits).error, "no error");
  }
}

TEST(JsonStreamLimitsTest, KeysAreBounded) {
  EXPECT_EQ(read("{\"" + std::string(4090, 'k') + "\": 1}", Shape::Skip, 100).error, "no error");
  const auto outcome = read("{\"" + std::string(5000, 'k') + "\": 1}", Shape::Skip, 100);
  EXPECT_EQ(outcome.code, ErrorCode::Limit);
  EXPECT_EQ(outcome.error, "a key is longer than 4096 bytes at byte 1");
}

TEST(JsonStreamLimitsTest, AValueThatIsKeptIsBounded) {
  StreamLimits limits;
  limits.piece = kMegabyte;
  for (const auto* head : {R"({"a": [[)", R"({"a": {"b": [)"}) {
    LongSource source(head, "1,", 100 * kMegabyte, "1");
    const auto outcome = read(source, Shape::Entries, limits);
    EXPECT_EQ(outcome.code, ErrorCode::Limit);
    EXPECT_THAT(outcome.error, HasSubstr("`a`: one value is larger than 1 MB at byte "));
    EXPECT_LE(source.given, 3 * kMegabyte);
  }
}

TEST(JsonStreamLimitsTest, WhatIsPassedOverMayBeOfAnyLength) {
  StreamLimits limits;
  limits.piece = kMegabyte;
  LongSource value(R"({"a": [)", "\"é\",", 2 * kMegabyte, "1]}");
  EXPECT_EQ(read(value, Shape::Skip, limits).error, "no error");
  LongSource elements(R"({"a": [)", "\"é\",", kMegabyte, "1]}");
  EXPECT_EQ(read(elements, Shape::Elements, limits).pieces, kMegabyte + 1);
}

TEST(JsonStreamLimitsTest, BlanksAreNotKept) {
  StreamLimits limits;
  limits.piece = kMegabyte;
  constexpr std::array<std::pair<const char*, const char*>, 7> places{{
      {"", R"({"a": [1]})"},
      {"{", R"("a": [1]})"},
      {R"({"a")", ": [1]}"},
      {R"({"a":)", "[1]}"},
      {R"({"a": [)", "1]}"},
      {R"({"a": [1)", "]}"},
      {R"({"a": [1]})", ""},
  }};
  for (const auto& [head, tail] : places) {
    for (const auto shape : {Shape::Elements, Shape::Skip}) {
      LongSource source(head, " ", 5 * kMegabyte, tail);
      EXPECT_EQ(read(source, shape, limits).error, "no error") << head;
    }
  }
}

TEST(JsonStreamLimitsTest, ANumberIsBounded) {
  for (const auto shape : kShapes) {
    LongSource source(R"({"a": )", "1", 100 * kMegabyte, "}");
    EXPECT_THAT(read(source, shape).error, HasSubstr("a number or literal is too long (is it JSON?)"));
    EXPECT_LE(source.given, kMegabyte);
  }
}

TEST(JsonStreamLimitsTest, BytesMustBeUtf8AlsoWhereNobodyReads) {
  // A stray continuation, an overlong form, a surrogate, above U+10FFFF, half a character, and what was never UTF-8.
  for (const auto* bytes : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF", "\xE9t\xE9"}) {
    for (const auto shape : kShapes) {
      const auto json = std::string(R"({"a": [{"b": ")") + bytes + R"("}]})";
      for (const std::size_t size : {std::size_t{1}, std::size_t{3}, FakeSource::kAll}) {
        const auto outcome = read(json, shape, size);
        EXPECT_EQ(outcome.code, ErrorCode::Invalid);
        EXPECT_THAT(outcome.error, HasSubstr("not valid UTF-8 between bytes ")) << bytes;
        EXPECT_THAT(outcome.error, HasSubstr("(save it as UTF-8 or UTF-16 with a byte-order mark)")) << bytes;
      }
    }
  }
}

TEST(JsonStreamLimitsTest, Utf16WithoutAMarkIsRefused) {
  EXPECT_THAT(read(std::string_view("{\0\"\0a\0\"\0:\0001\0}\0", 14), Shape::Skip, 5).error,
              HasSubstr("not valid JSON at byte 1: a key in quotes is expected"));
}

TEST(JsonStreamLimitsTest, AByteOrderMarkAndUtf16AreReadThroughUtf8Source) {
  const std::string_view utf8 = "\xEF\xBB\xBF{\"a\": [\"\xC3\xA9\"]}";
  std::string little("\xFF\xFE");
  std::string big("\xFE\xFF");
  for (const char c : std::string_view("{\"a\": [\"\xE9\"]}")) {  // Latin-1 has the code points of UTF-16
    little += {c, '\0'};
    big += {'\0', c};
  }
  for (const std::string_view bytes : {utf8, std::string_view(little), std::string_view(big)}) {
    for (const std::size_t size : {1, 2, 3, 7}) {
      FakeSource raw(bytes, size);
      Utf8Source source(raw);
      JsonStream stream(source, [](std::string_view) { return Shape::Elements; });
      Piece piece;
      ASSERT_TRUE(stream.next(piece).value());
      EXPECT_EQ(piece.json, "\"\xC3\xA9\"");
      EXPECT_FALSE(stream.next(piece).value());
    }
  }
}

}  // namespace
}  // namespace assay::snapshot
