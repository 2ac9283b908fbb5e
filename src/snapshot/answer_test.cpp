#include "snapshot/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "snapshot/layout.h"
#include "snapshot/test_tables.h"

namespace assay::snapshot {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kUsers = R"yaml(
table: users
service: entra
about: People, with what the request was made with.
key: [id]
columns:
  - {name: id}
  - {name: name, pointer: /displayName}
  - {name: tenant, pointer: "@tenant"}
children:
  - table: user_mails
    pointer: /mails
    columns:
      - {name: mail, pointer: /}
)yaml";
constexpr std::string_view kGroups = R"yaml(
table: groups
service: entra
about: A second table that the same answer fills.
key: [id]
columns:
  - {name: id}
)yaml";

// What one answer leads to.
struct Read {
  std::string error;
  std::size_t counted = 0;
  std::map<std::string, std::string> marks;
  std::vector<std::string> rows;
  bool operator==(const Read&) const = default;
};

class Reader {
 public:
  Reader() : catalogue_(catalogue_of({kUsers, kGroups})) { EXPECT_TRUE(create_tables(db_, catalogue_)); }

  // `whole`: how many bytes may be held whole.
  Read read(std::string_view json, std::size_t whole, const std::vector<Slice>& slices = {{"users", "/value", ""}}) {
    EXPECT_TRUE(db_.execute("DELETE FROM users; DELETE FROM user_mails; DELETE FROM groups"));
    auto loader = AnswerLoader::create(db_, catalogue_, slices, {.marks = {"next"}, .whole = whole});
    EXPECT_TRUE(loader);
    MemorySource bytes(json);
    const auto added = loader->add(bytes, {{"tenant", "contoso"}});
    Read out;
    if (added) {
      out.counted = added->rows;
      out.marks = added->marks;
    } else {
      out.error = added.error().message;
    }
    out.rows =
        rows(db_,
             "SELECT rowid, id, name, tenant FROM users UNION ALL SELECT parent, mail, 'mail', NULL FROM user_mails "
             "UNION ALL SELECT rowid, id, 'group', NULL FROM groups");
    return out;
  }

 private:
  catalog::Catalogue catalogue_;
  sql::Database db_ = sql::Database::memory();
};

TEST(AnswerTest, AnAnswerThatIsTakenApartGivesTheSameAsAWholeOne) {
  const std::vector<Slice> value{{"users", "/value", ""}};
  const std::vector<Slice> two{{"users", "/value", ""}, {"groups", "/value", ""}};
  const std::vector<Slice> inner{{"users", "/value", "/owners"}};
  const std::vector<Slice> itself{{"users", "/", ""}};
  const std::vector<Slice> deep{{"users", "/a/b", ""}};
  const std::pair<std::string_view, std::vector<Slice>> kAnswers[] = {
      {R"({"value":[{"id":"1","mails":["a","b"]},{"id":"2","displayName":"é\n"}],"next":"https://n"})", value},
      {R"({"next":"\u0041b","VALUE":[{"id":"1"}]})", value},
      {R"({"value":[]})", value},
      {R"({"value":null})", value},
      {R"({"value":{"id":"1"}})", value},
      {R"({"value":[1,"x",null,[],{"id":"1"}]})", value},
      {R"({"value":[{"id":"first"}],"value":[{"id":"second"}],"next":"a","next":"b"})", value},
      {R"({"value":[{"id":"1"}],"next":7})", value},
      {R"({"other":[{"id":"1"}]})", value},
      {R"([{"value":[{"id":"1"}]}])", value},
      {"\xEF\xBB\xBF {\"value\":[{\"id\":\"1\"}]}", value},
      {R"({"value":[{"id":"1"},{"id":"2"}]})", two},
      {R"({"value":[{"owners":[{"id":"1"},{"id":"2"}]},{"owners":{"id":"3"}},{}]})", inner},
      {R"([{"id":"1"},{"id":"2"}])", itself},
      {R"({"id":"1"})", itself},
      {R"([])", itself},
      {R"({"a":{"b":[{"id":"1"}]}})", deep},
  };
  Reader reader;
  for (const auto& [json, slices] : kAnswers) {
    const auto whole = reader.read(json, 1 << 20, slices);
    EXPECT_TRUE(reader.read(json, 4, slices) == whole) << json;
  }
  const auto first = reader.read(kAnswers[0].first, 4, value);
  EXPECT_EQ(first.counted, 2U);
  EXPECT_THAT(first.rows, ElementsAre("1|1|NULL|contoso", "2|2|é\n|contoso", "1|a|mail|NULL", "1|b|mail|NULL"));
  EXPECT_EQ(first.marks.at("next"), "https://n");
  EXPECT_THAT(reader.read(kAnswers[6].first, 4, value).rows, ElementsAre("1|first|NULL|contoso"));
}

TEST(AnswerTest, WhatIsCutShortAddsNothing) {
  constexpr std::string_view kJson = R"({"value":[{"id":"1","mails":["a"]},{"id":"2"},{"id":"3"}],"next":"https://n"})";
  Reader reader;
  for (std::size_t size = 0; size < kJson.size(); ++size) {
    const auto read = reader.read(kJson.substr(0, size), 4);
    EXPECT_NE(read.error, "") << size;
    EXPECT_THAT(read.rows, IsEmpty()) << size;
  }
  const auto broken = reader.read(R"({"value":[{"id":"1"},{"id":x}]})", 4);
  EXPECT_NE(broken.error, "");
  EXPECT_THAT(broken.rows, IsEmpty());
  const auto lacking = reader.read(R"({"values":[{"id":"1"}]})", 4);
  EXPECT_EQ(lacking.error, "the answer has no `/value`");
}

RC_GTEST_PROP(AnswerTest, HowMuchIsHeldDoesNotMatter, (const std::vector<std::string>& names, unsigned char whole)) {
  std::string json = R"({"value":[)";
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name;
    for (const char c : names[i]) name += c >= ' ' && c < 127 && c != '"' && c != '\\' ? c : '.';
    json += (i == 0 ? "" : ",") + std::string(R"({"id":")") + std::to_string(i) + R"(","displayName":")" + name + "\"}";
  }
  json += "]}";
  Reader reader;
  const auto expected = reader.read(json, 1 << 20);
  RC_ASSERT(expected.counted == names.size());
  RC_ASSERT(reader.read(json, whole + 1U) == expected);
}

}  // namespace
}  // namespace assay::snapshot
