#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/guard.h"

namespace assay::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class MaterialiseTest : public testing::Test {
 protected:
  MaterialiseTest() {
    CHECK(db_.execute("CREATE TABLE users(id, name); INSERT INTO users VALUES(1, 'a'), (2, 'b')").has_value());
  }

  Result<void> materialise(const std::string& select, const std::string& name = "v", const Limits& limits = {}) {
    Guard guard(db_, limits);
    return guard.materialise(name, select);
  }
  std::string fault(const std::string& select, const std::string& name = "v") {
    const auto made = materialise(select, name);
    return made ? "made" : made.error().message;
  }
  std::string value(const std::string& sql) const {
    const auto v = db_.value(sql);
    return v ? v->value_or("NULL") : v.error().message;
  }

  Database db_ = Database::memory();
};

TEST_F(MaterialiseTest, KeepsTheRowsAsATemporaryTable) {
  ASSERT_TRUE(materialise("SELECT name, id * 10 AS ten FROM users"));

  EXPECT_EQ(value("SELECT group_concat(name || ten) FROM v"), "a10,b20");
  EXPECT_EQ(value("SELECT count(*) FROM sqlite_master WHERE name = 'v'"), "0");
  EXPECT_EQ(value("SELECT count(*) FROM sqlite_temp_master WHERE name = 'v'"), "1");
}

TEST_F(MaterialiseTest, TakesWhateverEndsASelect) {
  for (const char* select :
       {"SELECT 1 AS x;", "SELECT 1 AS x ; ; ", "SELECT 1 AS x -- the end", "SELECT 1 AS x; -- the end;",
        "SELECT 1 AS x /* the end; */", "SELECT 1 AS x /* open", "-- the begin\nSELECT 1 AS x -- ;",
        "WITH y AS (SELECT 1 AS x) SELECT x FROM y", "SELECT ';' AS x WHERE 1;"}) {
    EXPECT_EQ(fault(select), "made") << select;
    EXPECT_EQ(value("SELECT count(x) FROM v"), "1") << select;
    ASSERT_TRUE(db_.execute("DROP TABLE v"));
  }
}

TEST_F(MaterialiseTest, NothingCanBeSmuggledInBehindTheSelect) {
  for (const char* select : {"SELECT 1; DELETE FROM users", "SELECT 1; DELETE FROM users --",
                             "SELECT 1 -- \n; DELETE FROM users", "SELECT 1; /* */ DROP TABLE users;",
                             "SELECT 1;; ATTACH ':memory:' AS x", "SELECT 1; CREATE TEMP TABLE v AS SELECT 2"})
    EXPECT_EQ(fault(select), "sql: more than one statement") << select;
  EXPECT_EQ(value("SELECT count(*) FROM users"), "2");
  EXPECT_EQ(value("SELECT count(*) FROM sqlite_temp_master"), "0");
}

TEST_F(MaterialiseTest, OnlyASelectIsMade) {
  EXPECT_EQ(fault("DELETE FROM users RETURNING id"), "sql: not allowed: it writes to `users`");
  EXPECT_EQ(fault("INSERT INTO users VALUES(3, 'c')"), "sql: not allowed: it writes to `users`");
  EXPECT_EQ(fault("INSERT INTO v SELECT 1", "users"), "sql: no such table: v");
  EXPECT_EQ(fault("INSERT INTO users SELECT 3, 'c'", "users"), "sql: not allowed: it writes to `users`");
  EXPECT_EQ(fault("SELECT sql FROM sqlite_temp_master"), "sql: not allowed: it reads `sqlite_temp_master`");
  EXPECT_EQ(fault("SELECT sql FROM sqlite_master"), "sql: not allowed: it reads `sqlite_master`");
  EXPECT_EQ(fault("SELECT random() AS x"),
            "sql: not allowed: it calls `random`, which is not on the list of allowed functions");
  EXPECT_EQ(fault("EXPLAIN SELECT 1"), "sql: near \"EXPLAIN\": syntax error");
  EXPECT_EQ(fault("VACUUM"), "sql: not allowed: it changes the schema or uses a statement other than SELECT");
  EXPECT_EQ(fault(""), "sql: there is no statement in it");
  EXPECT_EQ(fault("SELECT 1 AS x)"), "sql: near \")\": syntax error");
  EXPECT_EQ(value("SELECT count(*) FROM users"), "2");
  EXPECT_EQ(value("SELECT count(*) FROM sqlite_temp_master"), "0");
}

TEST_F(MaterialiseTest, ANulByteEndsTheTextForBothLooks) {
  ASSERT_TRUE(materialise(std::string("SELECT 1 AS x\0; DELETE FROM users", 33)));

  EXPECT_EQ(value("SELECT count(*) FROM users"), "2");
}

TEST_F(MaterialiseTest, ANameCannotBreakOut) {
  const std::string name = "v\"(x); DELETE FROM users; --";

  ASSERT_TRUE(materialise("SELECT 1 AS x", name));

  EXPECT_EQ(value("SELECT count(*) FROM users"), "2");
  EXPECT_EQ(value("SELECT x FROM " + identifier(name)), "1");
}

TEST_F(MaterialiseTest, ASecondTableOfTheSameNameIsAnError) {
  ASSERT_TRUE(materialise("SELECT 1 AS x"));
  EXPECT_EQ(fault("SELECT 2 AS x"), "sql: table \"v\" already exists");
}

TEST_F(MaterialiseTest, ReadsAreReportedAndTheTablesOwnAreNot) {
  Guard guard(db_, {});

  ASSERT_TRUE(guard.materialise("v", "SELECT name FROM users"));

  EXPECT_THAT(guard.take_reads(), ElementsAre(Pair("users", ElementsAre("name"))));
}

TEST_F(MaterialiseTest, WritingIsRefusedAgainWhenItIsDone) {
  Guard guard(db_, {});
  ASSERT_TRUE(guard.materialise("v", "SELECT 1 AS x"));

  EXPECT_FALSE(guard.prepare("INSERT INTO v VALUES(2)"));
  EXPECT_EQ(guard.refusal(), "it writes to `v`");
  EXPECT_FALSE(guard.prepare("CREATE TEMP TABLE w AS SELECT 1"));
  EXPECT_TRUE(guard.prepare("SELECT x FROM v"));
}

TEST_F(MaterialiseTest, WritingIsRefusedAgainWhenItFailed) {
  Guard guard(db_, {.instructions = 100'000});
  const auto made =
      guard.materialise("v", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::Limit);
  EXPECT_EQ(made.error().message, "sql: it ran longer than it may");
  EXPECT_FALSE(guard.prepare("INSERT INTO users VALUES(3, 'c')"));
  EXPECT_EQ(guard.prepare("SELECT * FROM v").error().message, "sql: no such table: v") << "half a table is none";
}

}  // namespace
}  // namespace assay::sql
