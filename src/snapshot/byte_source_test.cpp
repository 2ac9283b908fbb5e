#include "snapshot/byte_source.h"

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/temporary_folder.h"
#include "snapshot/fake_source.h"

namespace assay::snapshot {
namespace {

constexpr std::array<std::size_t, 5> kReadSizes{1, 2, 3, 7, FakeSource::kAll};

enum class Order { Little, Big };

std::string utf16(std::u16string_view text, Order order) {
  std::string out(order == Order::Little ? "\xFF\xFE" : "\xFE\xFF");
  for (const char16_t c : text) {
    const auto low = static_cast<char>(c & 0xFF);
    const auto high = static_cast<char>(c >> 8);
    out += order == Order::Little ? low : high;
    out += order == Order::Little ? high : low;
  }
  return out;
}

// What `bytes` are as UTF-8, which must not depend on how they are read.
Result<std::string> decode(std::string_view bytes) {
  FakeSource whole(bytes);
  Utf8Source utf8(whole);
  auto expected = read_all(utf8);
  for (const auto size : kReadSizes) {
    for (const std::size_t buffer : {1, 5, 4096}) {
      FakeSource source(bytes, size);
      Utf8Source again(source);
      const auto got = read_by(buffer, again);
      EXPECT_EQ(got.has_value(), expected.has_value()) << "reads of " << size << " into " << buffer;
      const auto text = [](const Result<std::string>& result) { return result ? *result : describe(result.error()); };
      EXPECT_EQ(text(got), text(expected)) << "reads of " << size << " into " << buffer;
    }
  }
  return expected;
}

std::string fault(std::string_view bytes) {
  const auto got = decode(bytes);
  if (got) return "no error";
  EXPECT_EQ(got.error().code, ErrorCode::Invalid);
  return got.error().message;
}

TEST(MemorySourceTest, GivesItsBytesOnceAndThenNothing) {
  MemorySource source("abc");
  std::array<char, 2> buffer{};

  EXPECT_EQ(source.read(buffer).value(), 2U);
  EXPECT_EQ(std::string_view(buffer.data(), 2), "ab");
  EXPECT_EQ(source.read(buffer).value(), 1U);
  EXPECT_EQ(buffer[0], 'c');
  EXPECT_EQ(source.read(buffer).value(), 0U);
  EXPECT_EQ(source.read(buffer).value(), 0U);
}

TEST(MemorySourceTest, NothingAtAllIsTheEnd) {
  MemorySource source({});
  std::array<char, 2> buffer{};
  EXPECT_EQ(source.read(buffer).value(), 0U);
}

TEST(FileSourceTest, GivesTheFileByteForByte) {
  const TemporaryFolder folder;
  const std::string bytes("a\0\xFF\r\n", 5);
  FileSource source(File::open(folder.write("x", bytes)).take());
  EXPECT_EQ(read_by(2, source).value(), bytes);
}

TEST(TeeSourceTest, ShowsEveryByteThatItHandsOn) {
  FakeSource from("abcdefg", 3);
  std::string seen;
  TeeSource tee(from, [&](std::string_view bytes) -> Result<void> {
    seen += bytes;
    return {};
  });

  EXPECT_EQ(read_all(tee).value(), "abcdefg");
  EXPECT_EQ(seen, "abcdefg");
}

TEST(TeeSourceTest, FailsWithWhoeverKeepsTheBytes) {
  FakeSource from("abc");
  TeeSource tee(from, [](std::string_view) -> Result<void> { return Error{ErrorCode::Limit, "the disk is full", {}}; });

  const auto got = read_all(tee);

  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, "the disk is full");
}

TEST(TeeSourceTest, AFailingSourceShowsNothingMore) {
  FakeSource from("abc");
  from.failure = invalid("it broke off");
  from.fail_at = 2;
  std::string seen;
  TeeSource tee(from, [&](std::string_view bytes) -> Result<void> {
    seen += bytes;
    return {};
  });

  EXPECT_EQ(read_all(tee).error().message, "it broke off");
  EXPECT_EQ(seen, "ab");
}

TEST(Utf8SourceTest, LeavesUtf8AsItIs) {
  EXPECT_EQ(decode("").value(), "");
  EXPECT_EQ(decode("a").value(), "a");
  EXPECT_EQ(decode("ab").value(), "ab");
  EXPECT_EQ(decode("{\"é\": \"\U0001F512\"}").value(), "{\"é\": \"\U0001F512\"}");
}

TEST(Utf8SourceTest, DropsAByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(decode("\xEF\xBB\xBF").value(), "");
  EXPECT_EQ(decode("\xEF\xBB\xBF{}").value(), "{}");
  EXPECT_EQ(decode("\xEF\xBB\xBF\xEF\xBB\xBF{}").value(), "\xEF\xBB\xBF{}");
  EXPECT_EQ(decode("{\xEF\xBB\xBF}").value(), "{\xEF\xBB\xBF}");
}

TEST(Utf8SourceTest, HalfAByteOrderMarkIsNone) {
  EXPECT_EQ(decode("\xEF\xBB").value(), "\xEF\xBB");
  EXPECT_EQ(decode("\xFF").value(), "\xFF");
}

TEST(Utf8SourceTest, ConvertsUtf16OfEitherOrder) {
  for (const auto order : {Order::Little, Order::Big}) {
    EXPECT_EQ(decode(utf16(u"", order)).value(), "");
    EXPECT_EQ(decode(utf16(u"{\"ä\": \"€\"}", order)).value(), "{\"ä\": \"€\"}");
    EXPECT_EQ(decode(utf16(u"\U0001F512\U0010FFFF\uFFFF\u0800\u07FF\u007F", order)).value(),
              "\U0001F512\U0010FFFF\uFFFF\u0800\u07FF\u007F");
  }
}

TEST(Utf8SourceTest, ConvertsMoreThanABufferOfUtf16) {
  std::u16string text;
  std::string expected;
  for (int i = 0; i < 100'000; ++i) {
    text += u"x\U0001F512";
    expected += "x\U0001F512";
  }
  for (const std::size_t size : {std::size_t{4095}, FakeSource::kAll}) {
    const auto bytes = utf16(text, Order::Little);
    FakeSource source(bytes, size);
    Utf8Source utf8(source);
    EXPECT_TRUE(read_all(utf8).value() == expected) << "reads of " << size;
  }
}

TEST(Utf8SourceTest, SurrogatesMustStandInPairs) {
  for (const auto order : {Order::Little, Order::Big}) {
    EXPECT_EQ(fault(utf16({u"a\xDC00", 2}, order)), "not valid UTF-16: a low surrogate stands alone");
    EXPECT_EQ(fault(utf16({u"\xD800z", 2}, order)), "not valid UTF-16: a high surrogate stands alone");
    EXPECT_EQ(fault(utf16({u"\xD800\xD800\xDC00", 3}, order)), "not valid UTF-16: a high surrogate stands alone");
    EXPECT_EQ(fault(utf16({u"a\xD800", 2}, order)), "not valid UTF-16: a high surrogate stands at the end");
  }
}

TEST(Utf8SourceTest, Utf16MustHaveWholeCharacters) {
  EXPECT_EQ(fault(utf16(u"ab", Order::Little) + "c"), "not valid UTF-16: half a character at the end");
  EXPECT_EQ(fault(utf16(u"ab", Order::Big) + "c"), "not valid UTF-16: half a character at the end");
}

TEST(Utf8SourceTest, FailsWithItsSource) {
  for (const std::string_view bytes : {"abcdefgh", "\xEF\xBB\xBF_____", "\xFF\xFE_\0_\0_\0"}) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      FakeSource source(bytes);
      source.failure = Error{ErrorCode::Denied, "the disk is gone", {}};
      source.fail_at = at;
      Utf8Source utf8(source);
      EXPECT_EQ(read_all(utf8).error().message, "the disk is gone") << at;
    }
  }
}

RC_GTEST_PROP(Utf8SourceProperty, Utf16AndUtf8OfOneTextAreOne, ()) {
  const auto codes = *rc::gen::container<std::u32string>(
      rc::gen::oneOf(rc::gen::inRange<char32_t>(1, 0x80), rc::gen::inRange<char32_t>(0x80, 0xD800),
                     rc::gen::inRange<char32_t>(0xE000, 0x10000), rc::gen::inRange<char32_t>(0x10000, 0x110000)));
  std::u16string text;
  std::string expected;
  for (const auto c : codes) {
    const auto put = [&](char32_t byte) { expected += static_cast<char>(byte); };
    if (c < 0x10000) {
      text += static_cast<char16_t>(c);
    } else {
      text += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      text += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    if (c >= 0x10000) put(0xF0 | c >> 18);
    if (c >= 0x800) put(c >= 0x10000 ? 0x80 | (c >> 12 & 63) : 0xE0 | c >> 12);
    if (c >= 0x80) put(c >= 0x800 ? 0x80 | (c >> 6 & 63) : 0xC0 | c >> 6);
    put(c >= 0x80 ? 0x80 | (c & 63) : c);
  }
  const auto order = *rc::gen::element(Order::Little, Order::Big);
  const auto bytes = utf16(text, order);
  FakeSource source(bytes, *rc::gen::inRange<std::size_t>(1, 9));
  Utf8Source utf8(source);
  RC_ASSERT(read_by(*rc::gen::inRange<std::size_t>(1, 9), utf8).value() == expected);
}

}  // namespace
}  // namespace assay::snapshot
