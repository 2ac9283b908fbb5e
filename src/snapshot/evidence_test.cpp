#include "snapshot/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "snapshot/test_tables.h"

namespace assay::snapshot {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr std::string_view kPolicies = R"yaml(
table: policies
service: entra
about: Policies.
key: [id]
columns: [{name: id}, {name: days, type: integer}]
children:
  - {table: policy_users, pointer: /users, columns: [{name: user, pointer: /}]}
)yaml";
constexpr std::string_view kUsers = R"yaml(
table: users
service: entra
about: Users.
key: [id]
columns: [{name: id}, {name: name}]
)yaml";

TEST(StateTest, NamesAreThoseOfTheCoverageTable) {
  constexpr std::array all{State::Collected,  State::Denied, State::NotLicensed,
                           State::NotOffered, State::Failed, State::Absent};
  std::vector<std::string> names;
  for (const auto each : all) {
    names.emplace_back(name(each));
    EXPECT_EQ(state(name(each)), each);
  }
  EXPECT_THAT(names, ElementsAre("collected", "denied", "not_licensed", "not_offered", "failed", "absent"));
  EXPECT_EQ(state("Collected"), std::nullopt);
  EXPECT_EQ(state(""), std::nullopt);
}

TEST(EvidenceTest, CoverageOfATableIsSetOnce) {
  Evidence evidence;
  evidence.set({"users", State::Absent, 0, "not there"});
  evidence.set({"policies", State::Collected, 3, {}});
  evidence.set({"users", State::Failed, 0, "it broke off"});

  ASSERT_EQ(evidence.coverage.size(), 2U);
  EXPECT_EQ(evidence.find("users")->state, State::Failed);
  EXPECT_EQ(evidence.find("users")->detail, "it broke off");
  EXPECT_EQ(evidence.find("policies")->rows, 3U);
  EXPECT_EQ(evidence.find("groups"), nullptr);
}

TEST(CreateTablesTest, MakesEveryTableAndChild) {
  const auto catalogue = catalogue_of({kPolicies, kUsers});
  const auto db = sql::Database::memory();
  ASSERT_TRUE(create_tables(db, catalogue));
  EXPECT_THAT(rows(db, "SELECT name FROM sqlite_schema"), UnorderedElementsAre("policies", "policy_users", "users"));
  EXPECT_THAT(rows(db, "SELECT name FROM pragma_table_info('policy_users')"), ElementsAre("parent", "user"));
}

TEST(CreateTablesTest, MakesOnlyWhatIsAskedFor) {
  const auto catalogue = catalogue_of({kPolicies, kUsers});
  const auto db = sql::Database::memory();
  const sql::Reads only{{"policies", {"days"}}, {"users", {""}}};
  ASSERT_TRUE(create_tables(db, catalogue, &only));
  EXPECT_THAT(rows(db, "SELECT name FROM sqlite_schema"), UnorderedElementsAre("policies", "users"));
  EXPECT_THAT(rows(db, "SELECT name FROM pragma_table_info('policies')"), ElementsAre("days"));
}

TEST(CreateTablesTest, TwiceIsAnError) {
  const auto catalogue = catalogue_of({kUsers});
  const auto db = sql::Database::memory();
  ASSERT_TRUE(create_tables(db, catalogue));
  EXPECT_EQ(create_tables(db, catalogue).error().message, "sql: table \"users\" already exists");
}

class TablesDigestTest : public testing::Test {
 protected:
  // The digest of tables filled by this SQL.
  std::string digest(const std::string& sql, const catalog::Catalogue* catalogue = nullptr) const {
    const auto& of = catalogue == nullptr ? catalogue_ : *catalogue;
    const auto db = sql::Database::memory();
    EXPECT_TRUE(create_tables(db, of));
    const auto filled = db.execute(sql);
    EXPECT_TRUE(filled) << describe(filled.error());
    return tables_digest(db, of).value();
  }

  catalog::Catalogue catalogue_ = catalogue_of({kPolicies, kUsers});
};

TEST_F(TablesDigestTest, IsTheSameForTheSameRows) {
  const auto* sql = "INSERT INTO users VALUES('a', 'Ann'); INSERT INTO policies VALUES('p', 3)";
  EXPECT_EQ(digest(sql).size(), 64U);
  EXPECT_EQ(digest(sql), digest(sql));
  EXPECT_EQ(digest(sql), digest("INSERT INTO policies VALUES('p', 3); INSERT INTO users VALUES('a', 'Ann')"));
}

TEST_F(TablesDigestTest, DoesNotHangOnTheOrderOfTheCatalogue) {
  const auto other = catalogue_of({kUsers, kPolicies});
  const auto* sql = "INSERT INTO users VALUES('a', 'Ann')";
  EXPECT_EQ(digest(sql), digest(sql, &other));
}

TEST_F(TablesDigestTest, EveryDifferenceShows) {
  const std::vector<std::string> contents{
      "",
      "INSERT INTO users VALUES('a', 'Ann')",
      "INSERT INTO users VALUES('A', 'Ann')",
      "INSERT INTO users VALUES('a', 'An')",
      "INSERT INTO users VALUES('a', NULL)",
      "INSERT INTO users VALUES('a', '')",
      "INSERT INTO users VALUES('a', x'416E6E')",
      "INSERT INTO users VALUES('', 'aAnn')",
      "INSERT INTO users VALUES('a', 'Ann'), ('a', 'Ann')",
      "INSERT INTO users VALUES('a', 'Ann'), ('b', 'Bob')",
      "INSERT INTO users VALUES('b', 'Bob'), ('a', 'Ann')",
      "INSERT INTO policies VALUES('a', 'Ann')",
      "INSERT INTO policies VALUES('a', 1)",
      "INSERT INTO policies VALUES('a', 1.5)",
      "INSERT INTO policy_users VALUES(1, 'a')",
      "INSERT INTO policy_users VALUES(2, 'a')",
  };
  std::map<std::string, std::string> seen;
  for (const auto& sql : contents) {
    const auto [at, first] = seen.emplace(digest(sql), sql);
    EXPECT_TRUE(first) << sql << " is like " << at->second;
  }
}

TEST_F(TablesDigestTest, TextCannotPassForTheBorderBetweenTwoCells) {
  EXPECT_NE(digest("INSERT INTO users VALUES('a' || char(31) || 'tb', 'c')"),
            digest("INSERT INTO users VALUES('a', 'b' || char(31) || 'tc')"));
}

TEST_F(TablesDigestTest, OnlyTheTablesOfTheCatalogueCount) {
  EXPECT_EQ(digest(""), digest("CREATE TABLE other(x); INSERT INTO other VALUES(1)"));
  EXPECT_NE(digest(""), digest("DROP TABLE users"));
}

}  // namespace
}  // namespace assay::snapshot
