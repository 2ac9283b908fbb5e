#include "snapshot/json_stream.h"

#include <array>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"
#include "snapshot/fake_source.h"

namespace assay::snapshot {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// A piece that outlives the stream's buffer.
struct Taken {
  std::string key;
  std::string entry;
  std::string json;
  std::size_t index = 0;
  std::size_t offset = 0;
  bool in_container = false;
  bool empty_container = false;
  bool is_object = false;
  bool operator==(const Taken&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Taken& t) {
  return out << t.key << '/' << t.entry << '[' << t.index << "] at " << t.offset << ": " << t.json
             << (t.in_container ? " in" : "") << (t.empty_container ? " empty" : "") << (t.is_object ? " object" : "");
}

struct Reading {
  std::vector<Taken> pieces;
  std::optional<Error> error;
};

// Members whose key begins with `skip` are passed over, with `map` given by entries, others by elements.
Shape shape_of(std::string_view key) {
  if (key.starts_with("skip")) return Shape::Skip;
  return key.starts_with("map") ? Shape::Entries : Shape::Elements;
}

Reading read(ByteSource& source, StreamLimits limits = {}) {
  JsonStream stream(source, shape_of, limits);
  Reading out;
  for (Piece piece;;) {
    auto more = stream.next(piece);
    if (!more) out.error = more.error();
    if (!more || !*more) return out;
    out.pieces.push_back({std::string(piece.key), std::string(piece.entry), std::string(piece.json), piece.index,
                          piece.offset, piece.in_container, piece.empty_container, piece.is_object});
  }
}

Reading read(std::string_view json, std::vector<std::size_t> sizes = {FakeSource::kAll}, StreamLimits limits = {}) {
  FakeSource source(json, std::move(sizes));
  return read(source, limits);
}

std::vector<std::string> texts(const Reading& reading) {
  std::vector<std::string> out;
  for (const auto& piece : reading.pieces)
    out.push_back(piece.key + (piece.entry.empty() ? "" : "/" + piece.entry) + "=" + piece.json);
  EXPECT_FALSE(reading.error) << describe(*reading.error);
  return out;
}

// The error as a person reads it; the same however the bytes come in.
std::string fault(std::string_view json, ErrorCode code = ErrorCode::Invalid, StreamLimits limits = {}) {
  const auto whole = read(json, {FakeSource::kAll}, limits);
  const auto bytewise = read(json, {1}, limits);
  if (!whole.error || !bytewise.error) return "no error";
  EXPECT_EQ(whole.error->code, code);
  EXPECT_EQ(whole.error->code, bytewise.error->code) << describe(*bytewise.error);
  return describe(*whole.error);
}

constexpr std::string_view kDocument = R"json( 
{"skip" : {"a\\\"]": [{}, ["}\u005d"], "\"[", true]}, "list":[ {"é": "\"\\"} ,1.5e-3,null, [[]],""],
 "empty": [], "map": {"k\n": {"x": [1]}, "l" : "€🔒\ud83d"}, "mapless": [true], "map0":{},
 "object": {"y": "\\"}, "text": "a\tb", "skip2": false, "number": -0 }
  )json";

TEST(JsonStreamTest, ADocumentMayBeAListWhereThatIsAllowed) {
  const auto pieces = [](std::string_view json, std::size_t at_a_time) {
    FakeSource source(json, at_a_time);
    JsonStream stream(source, shape_of, {}, Top::ObjectOrList);
    std::vector<std::string> out;
    for (Piece piece;;) {
      auto more = stream.next(piece);
      if (!more) out.push_back(describe(more.error()));
      if (!more || !*more) return out;
      out.push_back(std::string(piece.key) + "=" + (piece.empty_container ? "empty" : std::string(piece.json)));
    }
  };
  for (const std::size_t at_a_time : {std::size_t{1}, FakeSource::kAll}) {
    EXPECT_EQ(pieces(" [{\"a\": 1} , 2,[3]] ", at_a_time), (std::vector<std::string>{"={\"a\": 1}", "=2", "=[3]"}));
    EXPECT_EQ(pieces("[]", at_a_time), std::vector<std::string>{"=empty"});
    EXPECT_EQ(pieces("{\"list\": [1]}", at_a_time), std::vector<std::string>{"list=1"});
    EXPECT_THAT(pieces("[1] [2]", at_a_time).back(), HasSubstr("something follows the end"));
    EXPECT_THAT(pieces("[1, ", at_a_time).back(), HasSubstr("it ends too early"));
    EXPECT_THAT(pieces("[1}", at_a_time).back(), HasSubstr("not valid JSON"));
  }
  EXPECT_THAT(fault("[1]"), HasSubstr("it must begin with `{`"));
}

TEST(JsonStreamTest, TakesADocumentApart) {
  const std::string_view document =
      R"({"list": [{"a": 1}, 2], "map": {"k": [3]}, "object": {"b": {}}, "no": null, "skip": [9]})";
  const auto reading = read(document);

  EXPECT_THAT(texts(reading),
              testing::ElementsAre(R"(list={"a": 1})", "list=2", "map/k=[3]", R"(object={"b": {}})", "no=null"));
  const auto& p = reading.pieces;
  EXPECT_EQ(p[0], (Taken{"list", "", R"({"a": 1})", 0, 10, true, false, false}));
  EXPECT_EQ(p[1], (Taken{"list", "", "2", 1, 20, true, false, false}));
  EXPECT_EQ(p[2], (Taken{"map", "k", "[3]", 0, 37, true, false, true}));
  EXPECT_EQ(p[3], (Taken{"object", "", R"({"b": {}})", 0, 53, false, false, true}));
  for (const auto& piece : p) EXPECT_EQ(document.substr(piece.offset, piece.json.size()), piece.json);
}

TEST(JsonStreamTest, SaysWhenAContainerIsEmpty) {
  const auto reading = read(R"({"list": [ ], "map": {}, "object": {}})");

  ASSERT_EQ(reading.pieces.size(), 3U);
  EXPECT_EQ(reading.pieces[0], (Taken{"list", "", "", 0, 12, false, true, false}));
  EXPECT_EQ(reading.pieces[1], (Taken{"map", "", "", 0, 23, false, true, true}));
  EXPECT_EQ(reading.pieces[2], (Taken{"object", "", "{}", 0, 35, false, false, true}));
}

TEST(JsonStreamTest, AnEmptyObjectHasNoPieces) {
  for (const auto* json : {"{}", " { \n } ", R"({"skip": [1, 2]})"})
    EXPECT_THAT(texts(read(json)), testing::IsEmpty()) << json;
}

TEST(JsonStreamTest, PiecesDoNotDependOnHowTheBytesComeIn) {
  const auto expected = read(kDocument);
  ASSERT_FALSE(expected.error) << describe(*expected.error);
  EXPECT_EQ(expected.pieces.size(), 13U);
  for (const std::size_t size : {1, 2, 3, 5, 7, 11, 13, 16, 17, 31, 64, 100})
    EXPECT_EQ(read(kDocument, {size}).pieces, expected.pieces) << "reads of " << size;
}

TEST(JsonStreamTest, ADocumentMayBeSplitAnywhere) {
  const auto expected = read(kDocument).pieces;
  for (std::size_t first = 1; first < kDocument.size(); ++first) {
    const auto reading = read(kDocument, {first, FakeSource::kAll});
    ASSERT_FALSE(reading.error) << first << ": " << describe(*reading.error);
    ASSERT_EQ(reading.pieces, expected) << "first " << first << " bytes";
  }
}

// The stream reads 256 KiB at a time and moves what it keeps to the front of its buffer when that is full: characters,
// escapes and tokens on those borders.
TEST(JsonStreamTest, WhatStandsOnABufferBorderIsReadAsElsewhere) {
  constexpr std::size_t border = std::size_t{1} << 18;
  for (const std::string_view unit : {"é", "€", "\U0001F512", "\\\\", "\\\"", "\\u00e9", "a"}) {
    for (std::size_t shift = 0; shift < unit.size(); ++shift) {
      std::string text(shift, '.');
      while (text.size() < 5 * border / 2) text += unit;
      const auto json = fmt::format(R"({{"skip": "{0}", "skip2": ["{0}"], "list": ["{0}", 1]}})", text);
      const auto reading = read(json);
      ASSERT_FALSE(reading.error) << unit << " after " << shift << ": " << describe(*reading.error);
      ASSERT_EQ(reading.pieces.size(), 2U);
      EXPECT_TRUE(reading.pieces[0].json == "\"" + text + "\"") << unit << " after " << shift;
    }
  }
}

TEST(JsonStreamTest, TextBehindAPieceIsReadable) {
  const std::string json = R"({"list": [{"a": "b"}]})";
  FakeSource source(json, 1);
  JsonStream stream(source, shape_of);
  Piece piece;
  ASSERT_TRUE(stream.next(piece).value());
  // An address sanitizer would stop here.
  std::size_t sum = 0;
  for (std::size_t i = 0; i < JsonStream::kPadding; ++i)
    sum += static_cast<unsigned char>(piece.json.data()[piece.json.size() + i]);
  EXPECT_GE(sum, 0U);
  EXPECT_LE(stream.bytes_read(), json.size());
}

TEST(JsonStreamTest, ATruncatedDocumentIsAnError) {
  const auto end = kDocument.rfind('}');
  for (std::size_t size = 0; size <= end; ++size) {
    const auto text = fault(kDocument.substr(0, size));
    if (size <= 2) {
      EXPECT_EQ(text, "the file is empty (export it again)") << size;
    } else {
      EXPECT_THAT(text, AnyOf(HasSubstr("it ends too early (is the file complete?)"),
                              HasSubstr("a string does not end (is the file complete?)"), HasSubstr("not valid UTF-8")))
          << size;
    }
  }
}

TEST(JsonStreamTest, AnythingBehindTheEndIsRefused) {
  EXPECT_EQ(fault("{} x"),
            "not valid JSON at byte 3: something follows the end of the document (is the file complete?)");
  EXPECT_EQ(fault(R"({"a": [1]}{})"),
            "not valid JSON at byte 10: something follows the end of the document (is the file complete?)");
  EXPECT_EQ(fault(std::string_view("{}\0", 3)),
            "not valid JSON at byte 2: something follows the end of the document (is the file complete?)");
}

TEST(JsonStreamTest, NothingButAnObjectWillDo) {
  EXPECT_EQ(fault(""), "the file is empty (export it again)");
  EXPECT_EQ(fault(" \r\n\t"), "the file is empty (export it again)");
  for (const auto* json : {"[]", "1", "\"a\"", "null", "x", "}"})
    EXPECT_EQ(fault(json), "not valid JSON at byte 0: it must begin with `{` (is it the right file?)") << json;
}

TEST(JsonStreamTest, NamesThePlaceOfAMistake) {
  EXPECT_EQ(fault("{1: 2}"), "not valid JSON at byte 1: a key in quotes is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"a": 1,})"), "`a`: not valid JSON at byte 8: a key in quotes is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"a" 1})"), "not valid JSON at byte 5: a colon is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"a": 1 "b": 2})"), "`a`: not valid JSON at byte 8: a comma is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"a": })"), "`a`: not valid JSON at byte 6: a value is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"skip": ,})"), "`skip`: not valid JSON at byte 9: a value is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"list": [1,]})"), "`list`[1]: not valid JSON at byte 12: a value is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"list": [1 2]})"), "`list`[0]: not valid JSON at byte 12: a comma is expected (is it JSON?)");
  EXPECT_EQ(fault(R"({"map": {"k": 1, 2}})"),
            "`map`[1]: not valid JSON at byte 17: a key in quotes is expected (is it JSON?)");
}

TEST(JsonStreamTest, BracketsMustMatchAlsoWhereNobodyReads) {
  for (const std::string key : {"list", "skip"}) {
    EXPECT_THAT(fault(R"({")" + key + R"(": {"a": [1}]})"),
                HasSubstr("not valid JSON at byte 17: brackets do not match"))
        << key;
    EXPECT_THAT(fault(R"({")" + key + R"(": {"a": {"b": 1]})"), HasSubstr("brackets do not match")) << key;
    EXPECT_NE(fault(R"({")" + key + R"(": 1]})"), "no error") << key;
    EXPECT_NE(fault(R"({")" + key + R"(": 1[})"), "no error") << key;
    EXPECT_NE(fault(R"({")" + key + R"(": 1"2"})"), "no error") << key;
  }
  EXPECT_THAT(fault(R"({"list": [1}})"), HasSubstr("`list`[0]: not valid JSON at byte 11: a comma is expected"));
}

TEST(JsonStreamTest, FailsWithItsSource) {
  for (std::size_t at = 0; at <= kDocument.size(); ++at) {
    FakeSource source(kDocument);
    source.failure = Error{ErrorCode::Denied, "the disk is gone", {}};
    source.fail_at = at;
    const auto reading = read(source);
    ASSERT_TRUE(reading.error) << at;
    EXPECT_EQ(reading.error->message, "the disk is gone") << at;
  }
}

// The pieces put together again.
Json join(const Reading& reading) {
  const auto unescape = [](const std::string& raw) { return Json::parse("\"" + raw + "\"").get<std::string>(); };
  Json out = Json::object();
  for (const auto& piece : reading.pieces) {
    auto& member = out[unescape(piece.key)];
    if (piece.empty_container) {
      member = piece.is_object ? Json::object() : Json::array();
    } else if (!piece.in_container) {
      member = Json::parse(piece.json);
    } else if (piece.is_object) {
      member[unescape(piece.entry)] = Json::parse(piece.json);
    } else {
      member.push_back(Json::parse(piece.json));
    }
  }
  return out;
}

rc::Gen<std::string> any_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(
                          rc::gen::element<std::string>("a", "\"", "\\", "\n", "{", "}", "[", "]", ",", ":", " ", "é",
                                                        "€", "\U0001F512", "\x7F", std::string(1, '\0'))),
                      [](const std::vector<std::string>& parts) {
                        std::string out;
                        for (const auto& part : parts) out += part;
                        return out;
                      });
}

Json any_value(int depth) {
  switch (*rc::gen::inRange(0, depth == 0 ? 5 : 8)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::arbitrary<std::int64_t>();
    case 3:
      return *rc::gen::inRange(-1000, 1000) / 8.0;
    case 4:
      return *any_text();
    case 5: {
      auto out = Json::array();
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) out.push_back(any_value(depth - 1));
      return out;
    }
    default: {
      auto out = Json::object();
      for (int n = *rc::gen::inRange(0, 4); n > 0; --n) out[*any_text()] = any_value(depth - 1);
      return out;
    }
  }
}

RC_GTEST_PROP(JsonStreamProperty, PiecesPutTogetherAreTheDocument, ()) {
  auto document = Json::object();
  auto expected = Json::object();
  for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
    const auto key = *rc::gen::element<std::string>("list", "map", "skip") + *any_text();
    document[key] = any_value(4);
    if (shape_of(key) != Shape::Skip) expected[key] = document[key];
  }
  const auto indent = *rc::gen::inRange(-1, 3);
  const auto ascii = *rc::gen::arbitrary<bool>();
  const auto reading = read(document.dump(indent, ' ', ascii), {*rc::gen::inRange<std::size_t>(1, 70)});
  RC_ASSERT(!reading.error);
  RC_ASSERT(join(reading) == expected);
}

}  // namespace
}  // namespace assay::snapshot
