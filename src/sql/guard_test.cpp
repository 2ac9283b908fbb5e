#include "sql/guard.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/temporary_folder.h"
#include "base/text.h"

namespace assay::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class GuardTest : public testing::Test {
 protected:
  GuardTest() {
    CHECK(db_.execute("CREATE TABLE users(id UNIQUE, name, admin); INSERT INTO users VALUES(1, 'a', 1), (2, 'b', 0);"
                      "CREATE TABLE groups(id, owner)")
              .has_value());
  }

  // Prepares under a guard of its own and runs to the end.
  Result<void> run(const std::string& sql, const Limits& limits = {}) const {
    Guard guard(db_, limits);
    auto statement = TRY(guard.prepare(sql));
    while (TRY(statement.step())) {
    }
    return {};
  }

  // Why a statement is refused, without the words that stand in front of every refusal.
  std::string refusal(const std::string& sql) const {
    Guard guard(db_, {});
    const auto prepared = guard.prepare(sql);
    if (prepared) return "allowed";
    EXPECT_EQ(prepared.error().code, ErrorCode::Denied) << prepared.error().message;
    EXPECT_EQ(prepared.error().message, "sql: not allowed: " + guard.refusal());
    EXPECT_EQ(prepared.error().hint, "only SELECT over the tables is allowed");
    return guard.refusal();
  }

  Reads reads(const std::string& sql) const {
    Guard guard(db_, {});
    EXPECT_TRUE(guard.prepare(sql)) << sql;
    return guard.take_reads();
  }

  std::string users() const { return db_.value("SELECT group_concat(id || name) FROM users").value().value_or(""); }

  Database db_ = Database::memory();
};

TEST_F(GuardTest, ReadingIsAllowed) {
  for (const char* sql :
       {"SELECT * FROM users", "VALUES(1)", "SELECT 1;", "  SELECT 1 ; ", "SELECT 1 -- done", "SELECT 1 /* open",
        "SELECT name FROM users UNION SELECT owner FROM groups ORDER BY 1 LIMIT 5",
        "SELECT u.name, (SELECT count(*) FROM groups WHERE owner = u.id) FROM users u LEFT JOIN groups g ON g.owner = "
        "u.id",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) FROM n",
        "SELECT value FROM json_each('[1]')", "SELECT value FROM json_tree('[1]')",
        "SELECT '{\"a\":1}' ->> '$.a', '{}' -> 'a'",
        "SELECT row_number() OVER (ORDER BY id), lag(name) OVER (ORDER BY id) FROM users",
        "SELECT has('[1]', '1'), tag('p=x', 'p'), spf_all('v=spf1'), undeclared('c', 'user', '[]'), name LIKE 'a%', "
        "name GLOB 'a*' FROM users"}) {
    const auto done = run(sql);
    EXPECT_TRUE(done) << sql << ": " << (done ? "" : done.error().message);
  }
}

TEST_F(GuardTest, WritingIsRefused) {
  EXPECT_EQ(refusal("INSERT INTO users VALUES(3, 'c', 0)"), "it writes to `users`");
  EXPECT_EQ(refusal("REPLACE INTO users VALUES(3, 'c', 0)"), "it writes to `users`");
  EXPECT_EQ(refusal("UPDATE users SET name = 'x'"), "it writes to `users`");
  EXPECT_EQ(refusal("DELETE FROM users"), "it writes to `users`");
  EXPECT_EQ(refusal("WITH x AS (SELECT 1) DELETE FROM users"), "it writes to `users`");
  EXPECT_EQ(refusal("DELETE FROM users RETURNING id"), "it writes to `users`");
  EXPECT_EQ(refusal("INSERT INTO sqlite_temp_master VALUES(1,2,3,4,5)"), "it writes to `sqlite_temp_master`");
  EXPECT_EQ(users(), "1a,2b");
}

TEST_F(GuardTest, ChangingTheSchemaIsRefused) {
  EXPECT_EQ(refusal("CREATE TABLE t(x)"), "it writes to `sqlite_master`");
  EXPECT_EQ(refusal("CREATE TEMP TABLE t(x)"), "it writes to `sqlite_temp_master`");
  EXPECT_EQ(refusal("CREATE TABLE t AS SELECT * FROM users"), "it writes to `sqlite_master`");
  EXPECT_EQ(refusal("CREATE VIEW v AS SELECT 1"), "it writes to `sqlite_master`");
  EXPECT_EQ(refusal("CREATE INDEX i ON users(id)"), "it writes to `sqlite_master`");
  EXPECT_EQ(refusal("CREATE VIRTUAL TABLE t USING fts5(x)"), "it writes to `sqlite_master`");
  EXPECT_EQ(refusal("DROP TABLE users"), "it writes to `sqlite_master`");
  EXPECT_EQ(refusal("ANALYZE"), "it writes to `sqlite_master`");
  for (const char* sql : {"CREATE TEMP TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END",
                          "ALTER TABLE users RENAME TO people", "REINDEX users"})
    EXPECT_EQ(refusal(sql), "it changes the schema or uses a statement other than SELECT") << sql;
}

TEST_F(GuardTest, OtherDatabasesAreOutOfReach) {
  const TemporaryFolder folder;
  const auto other = (folder.path() / "other.db").string();

  EXPECT_EQ(refusal("ATTACH '" + other + "' AS other"), "it attaches or detaches a database");
  EXPECT_EQ(refusal("DETACH main"), "it attaches or detaches a database");
  EXPECT_EQ(refusal("VACUUM INTO '" + other + "'"), "it changes the schema or uses a statement other than SELECT");
  EXPECT_EQ(refusal("VACUUM"), "it changes the schema or uses a statement other than SELECT");
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(GuardTest, SettingsAndTransactionsAreRefused) {
  EXPECT_EQ(refusal("PRAGMA user_version = 1"), "it uses PRAGMA user_version");
  EXPECT_EQ(refusal("PRAGMA database_list"), "it uses PRAGMA database_list");
  EXPECT_EQ(refusal("BEGIN"), "it controls transactions");
  EXPECT_EQ(refusal("BEGIN EXCLUSIVE"), "it controls transactions");
  EXPECT_EQ(refusal("COMMIT"), "it controls transactions");
  EXPECT_EQ(refusal("ROLLBACK"), "it controls transactions");
  EXPECT_EQ(refusal("SAVEPOINT s"), "it controls transactions");
  EXPECT_EQ(refusal("RELEASE s"), "it controls transactions");
}

TEST_F(GuardTest, APragmaIsNoTableEither) {
  for (const char* sql : {"SELECT * FROM pragma_database_list", "SELECT * FROM pragma_table_info('users')",
                          "SELECT * FROM pragma_compile_options"}) {
    const auto done = run(sql);
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().code, ErrorCode::Denied) << sql << ": " << done.error().message;
  }
}

TEST_F(GuardTest, FunctionsThatReachOutsideAreRefused) {
  const auto not_on_the_list = [](const std::string& name) {
    return "it calls `" + name + "`, which is not on the list of allowed functions";
  };

  EXPECT_EQ(refusal("SELECT load_extension('/tmp/x.so')"), not_on_the_list("load_extension"));
  EXPECT_EQ(refusal("SELECT random()"), not_on_the_list("random"));
  EXPECT_EQ(refusal("SELECT randomblob(1)"), not_on_the_list("randomblob"));
  EXPECT_EQ(refusal("SELECT zeroblob(1000000)"), not_on_the_list("zeroblob"));
  EXPECT_EQ(refusal("SELECT date('now')"), not_on_the_list("date"));
  EXPECT_EQ(refusal("SELECT DateTime('now')"), not_on_the_list("datetime"));
  EXPECT_EQ(refusal("SELECT julianday()"), not_on_the_list("julianday"));
  EXPECT_EQ(refusal("SELECT strftime('%s', 'now')"), not_on_the_list("strftime"));
  EXPECT_EQ(refusal("SELECT unixepoch()"), not_on_the_list("unixepoch"));
  EXPECT_EQ(refusal("SELECT CURRENT_TIMESTAMP"), not_on_the_list("current_timestamp"));
  EXPECT_EQ(refusal("SELECT CURRENT_DATE"), not_on_the_list("current_date"));
  EXPECT_EQ(refusal("SELECT sqlite_version()"), not_on_the_list("sqlite_version"));
  EXPECT_EQ(refusal("SELECT last_insert_rowid()"), not_on_the_list("last_insert_rowid"));
  EXPECT_EQ(refusal("SELECT id FROM users ORDER BY random()"), not_on_the_list("random"));
  EXPECT_EQ(refusal("WITH n AS (SELECT changes()) SELECT 1 FROM users"), "allowed") << "it is never called";
}

TEST_F(GuardTest, FunctionsOfTheShellDoNotExist) {
  Guard guard(db_, {});
  EXPECT_EQ(guard.prepare("SELECT readfile('/etc/passwd')").error().message, "sql: no such function: readfile");
  EXPECT_EQ(guard.prepare("SELECT writefile('/tmp/x', 'y')").error().message, "sql: no such function: writefile");
  EXPECT_EQ(guard.prepare("SELECT edit('x')").error().message, "sql: no such function: edit");
}

TEST_F(GuardTest, TheSchemaCannotBeRead) {
  for (const std::string table : {"sqlite_master", "sqlite_schema", "SQLITE_Master", "main.sqlite_master",
                                  "\"sqlite_master\"", "sqlite_temp_master", "sqlite_temp_schema"})
    EXPECT_THAT(refusal("SELECT sql FROM " + table), HasSubstr("it reads `sqlite_")) << table;
  EXPECT_EQ(refusal("SELECT count(*) FROM users WHERE EXISTS (SELECT 1 FROM sqlite_master)"),
            "it reads `sqlite_master`");
}

TEST_F(GuardTest, ASecondStatementIsRefused) {
  Guard guard(db_, {});
  for (const char* sql : {"SELECT 1; SELECT 2", "SELECT 1;;SELECT 2", "SELECT 1; DELETE FROM users", "SELECT 1; x"})
    EXPECT_EQ(guard.prepare(sql).error().message, "sql: more than one statement") << sql;
  EXPECT_EQ(users(), "1a,2b");
}

TEST_F(GuardTest, WhatStandsBehindTheStatementMayBeACommentOrNothing) {
  for (const char* sql : {"SELECT 1; -- the end", "SELECT 1;\n/* the\nend */ ;", "SELECT 1;;"}) {
    const auto done = run(sql);
    EXPECT_TRUE(done) << sql << ": " << (done ? "" : done.error().message);
  }
}

TEST_F(GuardTest, NothingIsNoStatement) {
  Guard guard(db_, {});
  for (const char* sql : {"", " ", ";", "-- only a comment"})
    EXPECT_EQ(guard.prepare(sql).error().message, "sql: there is no statement in it") << sql;
}

TEST_F(GuardTest, ARefusalIsForgottenWithTheNextStatement) {
  Guard guard(db_, {});

  EXPECT_FALSE(guard.prepare("DELETE FROM users"));
  EXPECT_NE(guard.refusal(), "");

  EXPECT_TRUE(guard.prepare("SELECT 1"));
  EXPECT_EQ(guard.refusal(), "");
}

TEST_F(GuardTest, InstructionsAreLimited) {
  const auto done = run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
                        {.instructions = 1'000'000});

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Limit);
  EXPECT_EQ(done.error().message, "sql: it ran longer than it may");
}

TEST_F(GuardTest, TheInstructionLimitCoversAllStatementsUntilARefill) {
  const std::string counting =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT count(*) FROM n";
  Guard guard(db_, {.instructions = 500'000});
  const auto count = [&] { return guard.prepare(counting).value().step(); };
  int done = 0;

  while (done < 100 && count()) ++done;

  EXPECT_GT(done, 0);
  EXPECT_LT(done, 100);
  guard.refill();
  EXPECT_TRUE(count());
}

TEST_F(GuardTest, MemoryIsLimited) {
  const Limits limits{.memory = std::size_t{8} << 20};
  const std::string many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000) ";

  for (const auto& sql : {many + "SELECT group_concat(i || '                                ') FROM n",
                          std::string("SELECT length(printf('%*d', 100000000, 1))")}) {
    const auto done = run(sql, limits);
    ASSERT_FALSE(done) << sql;
    EXPECT_EQ(done.error().code, ErrorCode::Limit);
    EXPECT_EQ(done.error().message, "sql: it needs more memory than it may use");
  }
}

TEST_F(GuardTest, AnotherThreadHasAHeapOfItsOwn) {
  const Guard guard(db_, {.memory = std::size_t{8} << 20});
  std::thread([] {
    const auto other = Database::memory();
    EXPECT_TRUE(other.value("SELECT length(printf('%*d', 10000000, 1))"));
  }).join();
}

TEST_F(GuardTest, OneValueIsLimited) {
  sqlite3_limit(db_.handle(), SQLITE_LIMIT_LENGTH, 1 << 20);  // 256 MB by default, which would take a while to fill
  const auto done = run("SELECT length(printf('%*d', 1000000, 1) || printf('%*d', 1000000, 1))");

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Limit);
  EXPECT_EQ(done.error().message, "sql: string or blob too big");
}

TEST_F(GuardTest, WhenItEndsTheConnectionIsFreeAgain) {
  { const Guard guard(db_, {.instructions = 1, .memory = std::size_t{8} << 20}); }

  EXPECT_TRUE(db_.execute("INSERT INTO users VALUES(3, 'c', 0); PRAGMA user_version = 1"));
  EXPECT_TRUE(db_.value(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT count(*) FROM n"));
  EXPECT_TRUE(db_.value("SELECT length(printf('%*d', 10000000, 1))"));
}

TEST_F(GuardTest, ReadsAreReportedPerColumn) {
  EXPECT_THAT(reads("SELECT NAME FROM Users u WHERE u.admin = 1"),
              ElementsAre(Pair("users", ElementsAre("admin", "name"))));
  EXPECT_THAT(reads("SELECT u.name FROM users u JOIN groups g ON g.owner = u.id"),
              ElementsAre(Pair("groups", ElementsAre("owner")), Pair("users", ElementsAre("id", "name"))));
  EXPECT_THAT(reads("SELECT * FROM groups"), ElementsAre(Pair("groups", ElementsAre("id", "owner"))));
  EXPECT_THAT(reads("WITH x AS (SELECT name FROM users) SELECT name, (SELECT max(owner) FROM groups) FROM x"),
              ElementsAre(Pair("groups", ElementsAre("owner")), Pair("users", ElementsAre("name"))));
}

TEST_F(GuardTest, ATableWhoseRowsAreOnlyCountedIsReportedToo) {
  EXPECT_THAT(reads("SELECT count(*) FROM users"), ElementsAre(Pair("users", ElementsAre(""))));
  EXPECT_THAT(reads("SELECT 1"), IsEmpty());
}

TEST_F(GuardTest, ReadsAreTakenOnce) {
  Guard guard(db_, {});
  ASSERT_TRUE(guard.prepare("SELECT id FROM users"));

  EXPECT_FALSE(guard.take_reads().empty());
  EXPECT_TRUE(guard.take_reads().empty());
}

}  // namespace
}  // namespace assay::sql
