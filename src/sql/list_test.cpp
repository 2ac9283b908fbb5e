#include "sql/list.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"

namespace assay::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> elements(std::string_view list) {
  std::vector<std::string> out;
  ListReader reader(list);
  for (std::string_view element; reader.next(element);) out.emplace_back(element);
  return out;
}

TEST(ListReaderTest, GivesStringsWithoutTheirQuotes) {
  EXPECT_THAT(elements(R"(["a","b c",""])"), ElementsAre("a", "b c", ""));
  EXPECT_THAT(elements(R"(  ["a" , "b"] )"), ElementsAre("a", "b"));
}

TEST(ListReaderTest, AnEmptyListHasNoElements) {
  EXPECT_THAT(elements("[]"), IsEmpty());
  EXPECT_THAT(elements("[ ]"), IsEmpty());
  EXPECT_THAT(elements("[\n]"), IsEmpty());
}

TEST(ListReaderTest, OtherElementsAreTheirJsonText) {
  EXPECT_THAT(elements(R"([1,-2.5e3,true,null])"), ElementsAre("1", "-2.5e3", "true", "null"));
  EXPECT_THAT(elements(R"([[1,"],["],{"a":"}\",{"},"z"])"), ElementsAre(R"([1,"],["])", R"({"a":"}\",{"})", "z"));
}

TEST(ListReaderTest, TextThatIsNoArrayIsAListOfOne) {
  EXPECT_THAT(elements("All"), ElementsAre("All"));
  EXPECT_THAT(elements(" a,b "), ElementsAre("a,b"));
  EXPECT_THAT(elements(""), ElementsAre(""));
  EXPECT_THAT(elements("[draft"), ElementsAre("[draft"));
  EXPECT_THAT(elements("\"a\""), ElementsAre("\"a\""));
}

TEST(ListReaderTest, EscapesAreResolved) {
  EXPECT_THAT(elements(R"(["a\"b\\c\/d\n\t\r\b\f"])"), ElementsAre("a\"b\\c/d\n\t\r\b\f"));
  EXPECT_THAT(elements(R"(["\u0041\u00e4\u20AC\ud83d\udd12"])"), ElementsAre("A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x94\x92"));
}

TEST(ListReaderTest, HalfASurrogatePairIsTheReplacementCharacter) {
  EXPECT_THAT(elements(R"(["\ud83d"])"), ElementsAre("\xEF\xBF\xBD"));
  EXPECT_THAT(elements(R"(["\ud83dx","\udd12"])"), ElementsAre("\xEF\xBF\xBDx", "\xEF\xBF\xBD"));
  EXPECT_THAT(elements(R"(["\ud83d\u0041"])"), ElementsAre("\xEF\xBF\xBD"
                                                           "A"));
}

TEST(ListReaderTest, BlanksOfAnyKindMayStandBetweenElements) {
  EXPECT_THAT(elements("[\n  \"a\",\r\n\t\"b\"\n]"), ElementsAre("a", "b"));
}

Json any_scalar() {
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return *rc::gen::arbitrary<std::int64_t>();
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return nullptr;
    default:
      // Characters that mean something to JSON, beside some that need two, three and four bytes.
      std::string out;
      for (const auto& piece : *rc::gen::container<std::vector<std::string>>(
               rc::gen::element<std::string>("a", "\"", "\\", "[", "]", ",", "{", "}", " ", "\n", "\x01", "\xC3\xA4",
                                             "\xE2\x82\xAC", "\xF0\x9F\x94\x92")))
        out += piece;
      return out;
  }
}

RC_GTEST_PROP(ListReaderTest, ReadsWhatAJsonLibraryWrites, ()) {
  Json list = Json::array();
  std::vector<std::string> expected;
  for (int n = *rc::gen::inRange(0, 8); n > 0; --n) {
    list.push_back(any_scalar());
    expected.push_back(list.back().is_string() ? list.back().get<std::string>() : list.back().dump());
  }
  const int indent = *rc::gen::element(-1, 0, 2);
  const bool ascii = *rc::gen::arbitrary<bool>();

  RC_ASSERT(elements(list.dump(indent, ' ', ascii)) == expected);
}

RC_GTEST_PROP(ListReaderTest, EndsOnAnyText, ()) {
  std::string list;
  for (const auto& piece : *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
           "[", "]", "\"", "\\", "\\u", "\\ud83d", "00zz", ",", "{", "}", "a", " ", "\n")))
    list += piece;

  RC_ASSERT(elements("[" + list + "]").size() <= list.size() + 1);
  RC_ASSERT(elements(list).size() <= list.size() + 1);
}

}  // namespace
}  // namespace assay::sql
