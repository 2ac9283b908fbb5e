#include "base/text.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"

namespace assay::text {
namespace {

using ::testing::ElementsAre;

// A character as UTF-8; what lies in the range of the surrogates becomes the replacement character.
std::string utf8(std::uint32_t c) {
  if (c >= 0xD800 && c < 0xE000) c = 0xFFFD;
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
  if (c < 0x10000)
    return {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 63)),
            static_cast<char>(0x80 | (c & 63))};
  return {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 63)),
          static_cast<char>(0x80 | ((c >> 6) & 63)), static_cast<char>(0x80 | (c & 63))};
}

// Text in which characters of one to four bytes, controls among them, are equally likely.
std::string any_text() {
  const auto character = rc::gen::oneOf(
      rc::gen::inRange<std::uint32_t>(1, 0x80), rc::gen::inRange<std::uint32_t>(0x80, 0x800),
      rc::gen::inRange<std::uint32_t>(0x800, 0x10000), rc::gen::inRange<std::uint32_t>(0x10000, 0x110000));
  std::string out;
  for (const auto c : *rc::gen::container<std::vector<std::uint32_t>>(character)) out += utf8(c);
  return out;
}

// By another's judgement.
bool is_json_text(const std::string& s) {
  try {
    return !Json(s).dump().empty();
  } catch (const Json::exception&) {
    return false;
  }
}

TEST(TextTest, CaseRulesAreAsciiOnly) {
  EXPECT_EQ(lower("AbZ[`\xC3\x84"), "abz[`\xC3\x84");
  EXPECT_TRUE(iequals("Contoso.COM", "contoso.com"));
  EXPECT_FALSE(iequals("\xC3\x84", "\xC3\xA4")) << "capital and small A with diaeresis";
  EXPECT_FALSE(iequals("@", "`")) << "they differ by 32, as letters do";
  EXPECT_FALSE(iequals("a", "ab"));
}

TEST(TextTest, StartsWithComparesWithoutCase) {
  EXPECT_TRUE(istarts_with("SQLite_master", "sqlite_"));
  EXPECT_TRUE(istarts_with("x", ""));
  EXPECT_FALSE(istarts_with("sql", "sqlite_"));
}

TEST(TextTest, TrimTakesBlanksTabsAndLineEnds) {
  EXPECT_EQ(trim(" \t\r\na b\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\xC2\xA0x"), "\xC2\xA0x") << "a no-break space is no blank";
}

TEST(TextTest, SplitKeepsEmptyParts) {
  EXPECT_THAT(split("a;;b;", ';'), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ';'), ElementsAre(""));
}

TEST(TextTest, JoinSeparatesEmptyPartsToo) {
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({"", "b", ""}, ", "), ", b, ");
  EXPECT_EQ(join({}, ", "), "");
}

RC_GTEST_PROP(TextTest, JoinUndoesSplit, (const std::string& s)) {
  std::vector<std::string> parts;
  for (const auto part : split(s, ';')) parts.emplace_back(part);
  RC_ASSERT(join(parts, ";") == s);
}

TEST(TextTest, ShortenCutsAtACharacterAndMarksIt) {
  EXPECT_EQ(shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(shorten("abcdefg", 6), "abc…");
  EXPECT_EQ(shorten("ab\xC3\xA4"
                    "defg",
                    6),
            "ab…")
      << "the character that would be cut is left out whole";
}

RC_GTEST_PROP(TextTest, ShortenNeverGivesMoreBytesThanAskedNorBreaksACharacter, ()) {
  const auto s = any_text();
  const auto bytes = *rc::gen::inRange<std::size_t>(0, 40);

  const auto cut = shorten(s, bytes);

  RC_ASSERT(cut.size() <= bytes);
  RC_ASSERT(is_json_text(cut));
}

TEST(TextTest, KnowsWellFormedUtf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(
      is_utf8("Gr\xC3\xBC\xC3\x9F"
              "e \xF0\x9F\x94\x92"));
  for (const char* broken : {"\xFC", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80"})
    EXPECT_FALSE(is_utf8(broken)) << printable(broken);
}

TEST(TextTest, PrintableShowsWhatWouldMoveATerminal) {
  EXPECT_EQ(printable("a\x1B[2Jb\n\x7F"), "a\\x1b[2Jb\\x0a\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J"),
            "\\xc2\\x9b2J")
      << "U+009B begins a sequence as ESC [ does";
  EXPECT_EQ(printable("Gr\xC3\xBC\xC3\x9F"
                      "e \xF0\x9F\x94\x92"),
            "Gr\xC3\xBC\xC3\x9F"
            "e \xF0\x9F\x94\x92");
}

TEST(TextTest, PrintableShowsBrokenUtf8ByteByByte) {
  EXPECT_EQ(printable("\xC3"), "\\xc3");
  EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf") << "an overlong slash";
  EXPECT_EQ(printable("\xE0\x80\xAF"), "\\xe0\\x80\\xaf");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
  EXPECT_EQ(printable("\xF0\x80\x80\x80"), "\\xf0\\x80\\x80\\x80");
  EXPECT_EQ(printable("\x80z"), "\\x80z");
}

RC_GTEST_PROP(TextTest, AgreesWithAJsonLibraryOnUtf8, (const std::string& s)) {
  RC_ASSERT(is_utf8(s) == is_json_text(s));
}

RC_GTEST_PROP(TextTest, PrintableIsAlwaysUtf8WithoutControls, (const std::string& s)) {
  const auto shown = printable(s);

  RC_ASSERT(is_json_text(shown));
  RC_ASSERT(std::none_of(shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }));
  RC_ASSERT(printable(shown) == shown);
}

TEST(TextTest, JsonStringsAreEscapedAsTheStandardAsks) {
  std::string out = "x";

  append_json_string(out, std::string_view("a\"\\\n\r\t\x01\x00/", 9));

  EXPECT_EQ(out, R"(x"a\"\\\n\r\t\u0001\u0000/")");
}

RC_GTEST_PROP(TextTest, JsonStringsReadBackAsTheyWere, ()) {
  const auto s = any_text();
  std::string out;

  append_json_string(out, s);

  RC_ASSERT(Json::parse(out).get<std::string>() == s);
}

TEST(TextTest, PluralsOfTheUnitsThatControlsCountIn) {
  EXPECT_EQ(plural("user"), "users");
  EXPECT_EQ(plural("policy"), "policies");
  EXPECT_EQ(plural("key"), "keys");
  EXPECT_EQ(plural("status"), "statuses");
  EXPECT_EQ(plural("mailbox"), "mailboxes");
  EXPECT_EQ(plural("switch"), "switches");
}

TEST(TextTest, CountTakesThePluralItIsGiven) {
  EXPECT_EQ(count(0, "policy", "policies"), "0 policies");
  EXPECT_EQ(count(1, "policy", "policies"), "1 policy");
  EXPECT_EQ(count(2, "policy", "policies"), "2 policies");
}

}  // namespace
}  // namespace assay::text
