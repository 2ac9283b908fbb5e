#include "snapshot/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot/evidence.h"
#include "snapshot/test_tables.h"

namespace assay::snapshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kThings = R"yaml(
table: things
service: entra
about: One column of every kind, and what can stand around a value.
key: [id]
columns:
  - {name: id}
  - {name: key, pointer: "@key"}
  - {name: text}
  - {name: integer, type: integer}
  - {name: real, type: real}
  - {name: boolean, type: boolean}
  - {name: datetime, type: datetime}
  - {name: list, type: list}
  - {name: json, type: json}
  - {name: choice, values: {0: None, 1: View, 2: Edit, seeing: View}}
  - {name: deep, pointer: /outer/Inner/value}
  - {name: listed, type: list, absent: []}
  - {name: picked, type: list, pointer: /log/*/Result}
  - {name: picked_below, type: list, pointer: /log/*/answer/text}
  - {name: off, type: boolean, absent: false}
  - {name: none, type: integer, absent: 0}
  - {name: word, absent: plain}
children:
  - table: parts
    pointer: /parts
    columns:
      - {name: name}
      - {name: size, type: integer, absent: 1}
  - table: tags
    pointer: /outer/tags
    columns:
      - {name: tag, pointer: /}
  - table: owners
    pointer: /owners
    rows: map
    columns:
      - {name: id, pointer: "@key"}
      - {name: role}
)yaml";

class LoaderTest : public testing::Test {
 protected:
  LoaderTest() {
    EXPECT_TRUE(create_tables(db_, catalogue_));
    loader_.emplace(Loader::create(db_, *catalogue_.table("things")).take());
  }

  bool add(std::string_view json, std::string_view key = {}) {
    simdjson::dom::element element;
    const auto fault = parser_.parse(json.data(), json.size()).get(element);
    EXPECT_EQ(fault, simdjson::SUCCESS) << json;
    auto added = loader_->add(element, key);
    EXPECT_TRUE(added) << describe(added.error());
    return added && *added;
  }

  // What becomes of one member: the column's value and its type in the table.
  std::string becomes(const std::string& column, std::string_view json) {
    EXPECT_TRUE(loader_->clear());
    EXPECT_TRUE(add("{\"" + column + "\": " + std::string(json) + "}"));
    const auto found = rows(db_, "SELECT typeof(" + column + "), " + column + " FROM things");
    return found.size() == 1 ? found[0] : "not one row";
  }

  catalog::Catalogue catalogue_ = catalogue_of({kThings});
  sql::Database db_ = sql::Database::memory();
  std::optional<Loader> loader_;
  simdjson::dom::parser parser_;
};

TEST_F(LoaderTest, TextIsWhatAPersonWouldWrite) {
  EXPECT_EQ(becomes("text", R"("a \"b\"")"), "text|a \"b\"");
  EXPECT_EQ(becomes("text", R"("")"), "text|");
  EXPECT_EQ(becomes("text", "5"), "text|5");
  EXPECT_EQ(becomes("text", "1.5"), "text|1.5");
  EXPECT_EQ(becomes("text", "true"), "text|true");
  EXPECT_EQ(becomes("text", R"([1, "b", null])"), R"(text|[1,"b",null])");
  EXPECT_EQ(becomes("text", R"({"a": {"b": "\n"}})"), R"(text|{"a":{"b":"\n"}})");
  EXPECT_EQ(becomes("text", "null"), "null|NULL");
}

TEST_F(LoaderTest, AStarKeepsOneMemberOfEachElement) {
  const auto picked = [&](std::string_view log) {
    EXPECT_TRUE(loader_->clear());
    EXPECT_TRUE(add("{\"Log\": " + std::string(log) + "}"));
    return rows(db_, "SELECT picked, picked_below FROM things").at(0);
  };
  EXPECT_EQ(picked(R"([{"result": "a", "x": [1]}, {"x": 1}, {"RESULT": 2, "answer": {"text": "b"}}])"),
            R"(["a",null,2]|[null,null,"b"])");
  EXPECT_EQ(picked(R"([{"result": ["a", {"b": null}], "answer": [{"text": "c"}]}])"), R"([["a",{"b":null}]]|["c"])");
  EXPECT_EQ(picked(R"({"result": "a"})"), R"(["a"]|[null])") << "a bare object is a list of one";
  EXPECT_EQ(picked(R"(["text", null])"), R"([null,null]|[null,null])");
  for (const auto* empty : {"[]", "{}", "\"\""}) EXPECT_EQ(picked(empty), "[]|[]") << empty;
  EXPECT_EQ(picked("null"), "NULL|NULL");
}

TEST_F(LoaderTest, IntegersAreReadFromWhateverHoldsOne) {
  for (const auto* five : {"5", "\"5\"", "\" 5 \"", "5.0"}) EXPECT_EQ(becomes("integer", five), "integer|5") << five;
  EXPECT_EQ(becomes("integer", "-1"), "integer|-1");
  EXPECT_EQ(becomes("integer", "true"), "integer|1");
  EXPECT_EQ(becomes("integer", "9223372036854775807"), "integer|9223372036854775807");
}

TEST_F(LoaderTest, WhatIsNoIntegerIsUnknown) {
  for (const auto* other : {"5.5", "\"5x\"", "\"\"", "\"five\"", "18446744073709551615", "1e300", "[5]", "{}", "null"})
    EXPECT_EQ(becomes("integer", other), "null|NULL") << other;
}

TEST_F(LoaderTest, RealsAreReadFromWhateverHoldsOne) {
  EXPECT_EQ(becomes("real", "1.5"), "real|1.5");
  EXPECT_EQ(becomes("real", "\"1.5\""), "real|1.5");
  EXPECT_EQ(becomes("real", "2"), "real|2.0");
  for (const auto* other : {"\"x\"", "\"1,5\"", "true", "[1.5]", "\"NaN\"", "\"Infinity\"", "\"-inf\"", "null"})
    EXPECT_EQ(becomes("real", other), "null|NULL") << other;
}

TEST_F(LoaderTest, TruthIsReadInEverySpelling) {
  for (const auto* yes : {"true", "\"True\"", "\"TRUE\"", "\"yes\"", "\"1\"", "1", "1.0"})
    EXPECT_EQ(becomes("boolean", yes), "integer|1") << yes;
  for (const auto* no : {"false", "\"False\"", "\" false \"", "\"No\"", "0"})
    EXPECT_EQ(becomes("boolean", no), "integer|0") << no;
  for (const auto* neither : {"\"\"", "\"maybe\"", "[true]", "{}", "1.5", "null"})
    EXPECT_EQ(becomes("boolean", neither), "null|NULL") << neither;
}

TEST_F(LoaderTest, DatesOfEveryExportBecomeOneForm) {
  EXPECT_EQ(becomes("datetime", R"("/Date(1714000000000)/")"), "text|2024-04-24T23:06:40Z");
  EXPECT_EQ(becomes("datetime", R"("2026-05-04T19:15:48.307+02:00")"), "text|2026-05-04T17:15:48Z");
  EXPECT_EQ(becomes("datetime", R"("05/04/2026 13:15:48 Eastern Daylight Time")"), "text|2026-05-04T17:15:48Z");
  for (const auto* other : {"\"soon\"", "\"\"", "5", "{}", "null"})
    EXPECT_EQ(becomes("datetime", other), "null|NULL") << other;
}

TEST_F(LoaderTest, AListOfOneMayBeTheBareElement) {
  EXPECT_EQ(becomes("list", R"(["a", 1])"), R"(text|["a",1])");
  EXPECT_EQ(becomes("list", R"("a")"), R"(text|["a"])");
  EXPECT_EQ(becomes("list", R"({"a": 1})"), R"(text|[{"a":1}])");
  EXPECT_EQ(becomes("list", "5"), "text|[5]");
  for (const auto* empty : {"[]", "{}", "\"\""}) EXPECT_EQ(becomes("list", empty), "text|[]") << empty;
  EXPECT_EQ(becomes("list", "null"), "null|NULL");
}

TEST_F(LoaderTest, JsonIsKeptAsJson) {
  EXPECT_EQ(becomes("json", R"({"a": [1, {}]})"), R"(text|{"a":[1,{}]})");
  EXPECT_EQ(becomes("json", R"("a")"), R"(text|"a")");
}

TEST_F(LoaderTest, EnumerationsAreFoundByNumberAndInAnyCase) {
  for (const auto* view : {"1", "\"1\"", "\"View\"", "\"VIEW\"", "\"seeing\"", "\"Seeing\""})
    EXPECT_EQ(becomes("choice", view), "text|View") << view;
  EXPECT_EQ(becomes("choice", "0"), "text|None");
  EXPECT_EQ(becomes("choice", "2.0"), "text|Edit");
}

TEST_F(LoaderTest, AnEnumeratorThatNobodyKnowsStaysAsItIs) {
  EXPECT_EQ(becomes("choice", "\"Later\""), "text|Later");
  EXPECT_EQ(becomes("choice", "7"), "text|7");
  EXPECT_EQ(becomes("choice", "null"), "null|NULL");
}

TEST_F(LoaderTest, AbsentAndNullTakeTheDocumentedDefault) {
  for (const auto* json : {"{}", R"({"listed": null, "off": null, "none": null, "word": null})"}) {
    EXPECT_TRUE(loader_->clear());
    add(json);
    EXPECT_THAT(rows(db_, "SELECT listed, off, none, word, id, list FROM things"),
                ElementsAre("[]|0|0|plain|NULL|NULL"))
        << json;
  }
}

TEST_F(LoaderTest, AValueThatCannotBeReadIsNotTheDefault) {
  EXPECT_EQ(becomes("off", "\"perhaps\""), "null|NULL");
  EXPECT_EQ(becomes("none", "\"many\""), "null|NULL");
}

TEST_F(LoaderTest, NamesMatchInAnyCaseAndOthersAreIgnored) {
  add(R"({"ID": "1", "Text": "t", "OUTER": {"inner": {"Value": "v"}}, "@odata.type": "#x", "texts": "no"})");
  EXPECT_THAT(rows(db_, "SELECT id, text, deep FROM things"), ElementsAre("1|t|v"));
}

TEST_F(LoaderTest, AListOfOneIsSteppedInto) {
  add(R"({"id": "1", "outer": [{"inner": [{"value": "v"}]}]})");
  add(R"({"id": "2", "outer": [{"inner": {"value": "a"}}, {"inner": {"value": "b"}}]})");
  add(R"({"id": "3", "outer": []})");
  add(R"({"id": "4", "outer": "text"})");
  EXPECT_THAT(rows(db_, "SELECT id, deep FROM things"), ElementsAre("1|v", "2|NULL", "3|NULL", "4|NULL"));
}

TEST_F(LoaderTest, ChildrenPointToTheirParent) {
  add(R"({"id": "a", "parts": [{"name": "p", "size": 2}, {"name": "q"}]})");
  add(R"({"id": "b", "parts": [{"name": "r"}]})");
  EXPECT_THAT(
      rows(db_, "SELECT t.id, p.name, p.size FROM parts p JOIN things t ON t.rowid = p.parent ORDER BY p.rowid"),
      ElementsAre("a|p|2", "a|q|1", "b|r|1"));
  EXPECT_EQ(loader_->rows(), 2U);
}

TEST_F(LoaderTest, OneChildMayBeTheBareObject) {
  add(R"({"parts": {"name": "p"}})");
  for (const auto* none : {"null", "{}", "[]", "\"p\"", "[null, 5, \"p\"]"})
    add("{\"parts\": " + std::string(none) + "}");
  EXPECT_THAT(rows(db_, "SELECT name FROM parts"), ElementsAre("p"));
}

TEST_F(LoaderTest, ScalarsAreRowsOfAChildWithARootColumn) {
  add(R"({"outer": {"tags": ["x", 5, null]}})");
  add(R"({"outer": {"Tags": "y"}})");
  add(R"({"outer": [{"tags": []}]})");
  EXPECT_THAT(rows(db_, "SELECT parent, tag FROM tags"), ElementsAre("1|x", "1|5", "2|y"));
}

TEST_F(LoaderTest, EntriesOfAMapBringTheirKey) {
  add(R"({"owners": {"u1": {"role": "r"}, "u2": {}, "u3": null}})");
  EXPECT_THAT(rows(db_, "SELECT id, role FROM owners"), ElementsAre("u1|r", "u2|NULL"));
}

TEST_F(LoaderTest, AnEntrysKeyFillsItsColumn) {
  add(R"({"id": "1"})", "the key");
  add(R"({"id": "2", "key": "not this", "@key": "nor this"})");
  EXPECT_THAT(rows(db_, "SELECT id, key FROM things"), ElementsAre("1|the key", "2|"));
}

TEST_F(LoaderTest, WhatIsNoObjectIsNoRow) {
  for (const auto* json : {"[]", "[{}]", "1", "\"a\"", "null", "true"}) EXPECT_FALSE(add(json)) << json;
  EXPECT_EQ(loader_->rows(), 0U);
  EXPECT_THAT(rows(db_, "SELECT * FROM things"), IsEmpty());
}

TEST_F(LoaderTest, ClearingTakesTheChildrenWithIt) {
  add(R"({"id": "1", "parts": [{"name": "p"}], "outer": {"tags": ["x"]}})");
  ASSERT_TRUE(loader_->clear());
  EXPECT_EQ(loader_->rows(), 0U);
  for (const auto* table : {"things", "parts", "tags"})
    EXPECT_THAT(rows(db_, std::string("SELECT count(*) FROM ") + table), ElementsAre("0"));
}

TEST_F(LoaderTest, FillsOnlyTheColumnsAskedFor) {
  const sql::Reads only{{"things", {"id", "deep"}}, {"parts", {"size"}}};
  auto db = sql::Database::memory();
  ASSERT_TRUE(create_tables(db, catalogue_, &only));
  auto loader = Loader::create(db, *catalogue_.table("things"), &only).take();
  simdjson::dom::parser parser;
  const auto json = simdjson::padded_string(std::string_view(
      R"({"id": "1", "text": "t", "outer": {"inner": {"value": "v"}, "tags": ["x"]}, "parts": {"name": "p"}})"));
  ASSERT_TRUE(loader.add(parser.parse(json)));

  EXPECT_THAT(rows(db, "SELECT * FROM things"), ElementsAre("1|v"));
  EXPECT_THAT(rows(db, "SELECT * FROM parts"), ElementsAre("1|1"));
  EXPECT_THAT(rows(db, "SELECT name FROM sqlite_schema"), testing::UnorderedElementsAre("things", "parts"));
}

TEST_F(LoaderTest, RowsCanBeCountedWithoutAnyColumn) {
  const sql::Reads only{{"things", {""}}};
  auto db = sql::Database::memory();
  ASSERT_TRUE(create_tables(db, catalogue_, &only));
  auto loader = Loader::create(db, *catalogue_.table("things"), &only).take();
  simdjson::dom::parser parser;
  const auto json = simdjson::padded_string(std::string_view(R"({"id": "1"})"));
  ASSERT_TRUE(loader.add(parser.parse(json)));
  ASSERT_TRUE(loader.add(parser.parse(json)));

  EXPECT_THAT(rows(db, "SELECT count(*) FROM things"), ElementsAre("2"));
}

TEST_F(LoaderTest, TheTableMustExist) {
  const auto db = sql::Database::memory();
  const auto loader = Loader::create(db, *catalogue_.table("things"));
  ASSERT_FALSE(loader);
  EXPECT_EQ(loader.error().message, "things: sql: no such table: things");
}

TEST(FindTest, FollowsAPointerAsFilesAreWritten) {
  simdjson::dom::parser parser;
  const auto json = simdjson::padded_string(
      std::string_view(R"({"Value": [{"Name": "a"}], "two": [{"n": 1}, {"n": 2}], "none": null})"));
  const simdjson::dom::element root = parser.parse(json);
  const auto text = [&](std::string_view pointer) {
    const auto found = find(root, pointer);
    return found ? simdjson::minify(*found) : "nothing";
  };

  EXPECT_EQ(text("/value/name"), R"("a")");
  EXPECT_EQ(text("/two/1/n"), "2");
  EXPECT_EQ(text("/none"), "null");
  EXPECT_EQ(text("/two/n"), "nothing");
  EXPECT_EQ(text("/two/2"), "nothing");
  EXPECT_EQ(text("/absent/x"), "nothing");
  EXPECT_EQ(text("/value/name/x"), "nothing");
  EXPECT_EQ(text(""), simdjson::minify(root));
}

}  // namespace
}  // namespace assay::snapshot
