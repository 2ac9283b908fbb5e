#include "sql/database.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sqlite3.h>

#include "base/file.h"
#include "base/temporary_folder.h"

namespace assay::sql {
namespace {

TEST(DatabaseTest, MemoryIsPrivate) {
  const auto a = Database::memory();
  const auto b = Database::memory();

  ASSERT_TRUE(a.execute("CREATE TABLE t(x)"));

  EXPECT_EQ(b.execute("SELECT x FROM t").error().message, "sql: no such table: t");
}

TEST(DatabaseTest, GivesRowsWithTheirTypes) {
  const auto db = Database::memory();

  auto row = db.prepare("SELECT 1 AS one, 2.5, 'text', x'00ff', NULL").value();

  ASSERT_TRUE(row.step().value());
  EXPECT_EQ(row.columns(), 5);
  EXPECT_EQ(row.column_name(0), "one");
  EXPECT_EQ(row.type(0), SQLITE_INTEGER);
  EXPECT_EQ(row.integer(0), 1);
  EXPECT_EQ(row.real(1), 2.5);
  EXPECT_EQ(row.text(2), "text");
  EXPECT_EQ(row.text(3), std::string_view("\0\xFF", 2));
  EXPECT_TRUE(row.is_null(4));
  EXPECT_EQ(row.text(4), "");
  EXPECT_FALSE(row.step().value());
}

TEST(DatabaseTest, BoundValuesComeBackAsTheyWere) {
  const auto db = Database::memory();
  auto row = db.prepare("SELECT ?1, ?2, ?3, ?4, ?5, typeof(?6)").value();

  row.bind(1, "a'b")
      .bind(2, std::int64_t{-7})
      .bind(3, 0.5)
      .bind_blob(4, std::string_view("\0x", 2))
      .bind_null(5)
      .bind(6, std::string_view());

  ASSERT_TRUE(row.step().value());
  EXPECT_EQ(row.text(0), "a'b");
  EXPECT_EQ(row.integer(1), -7);
  EXPECT_EQ(row.real(2), 0.5);
  EXPECT_EQ(row.text(3), std::string_view("\0x", 2));
  EXPECT_TRUE(row.is_null(4));
  EXPECT_EQ(row.text(5), "text") << "an empty text is no NULL";
}

TEST(DatabaseTest, AStatementRunsAgainAfterAReset) {
  const auto db = Database::memory();
  ASSERT_TRUE(db.execute("CREATE TABLE t(x)"));
  auto insert = db.prepare("INSERT INTO t VALUES(?)").value();

  for (std::int64_t i = 1; i <= 3; ++i) {
    insert.reset();
    insert.bind(1, i);
    ASSERT_FALSE(insert.step().value());
  }

  EXPECT_EQ(db.value("SELECT group_concat(x) FROM t").value(), "1,2,3");
  EXPECT_EQ(db.last_row_id(), 3);
}

TEST(DatabaseTest, ValueIsTheFirstColumnOfTheFirstRow) {
  const auto db = Database::memory();

  EXPECT_EQ(db.value("SELECT 5, 6 UNION ALL SELECT 7, 8").value(), "5");
  EXPECT_EQ(db.value("SELECT NULL").value(), std::nullopt);
  EXPECT_EQ(db.value("SELECT 1 WHERE 0").value(), std::nullopt);
}

TEST(DatabaseTest, FaultsSayWhatIsWrong) {
  const auto db = Database::memory();
  ASSERT_TRUE(db.execute("CREATE TABLE t(x UNIQUE); INSERT INTO t VALUES(1)"));

  EXPECT_EQ(db.prepare("SELEC 1").error().message, "sql: near \"SELEC\": syntax error");
  EXPECT_EQ(db.prepare("SELECT y FROM t").error().message, "sql: no such column: y");
  EXPECT_EQ(db.prepare(" -- nothing").error().message, "sql: there is no statement in it");
  EXPECT_EQ(db.prepare("INSERT INTO t VALUES(1)").value().step().error().message, "sql: UNIQUE constraint failed: t.x");
  EXPECT_EQ(db.execute("SELECT abs(-9223372036854775808)").error().code, ErrorCode::Invalid);
}

TEST(DatabaseTest, AFileKeepsWhatWasWritten) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "a.db";
  {
    const auto db = Database::open(file, Mode::ReadWrite).value();
    ASSERT_TRUE(db.execute("CREATE TABLE t(x); INSERT INTO t VALUES('kept')"));
  }

  const auto db = Database::open(file, Mode::ReadOnly).value();

  EXPECT_EQ(db.value("SELECT x FROM t").value(), "kept");
}

TEST(DatabaseTest, ReadOnlyChangesNothing) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "a.db";
  ASSERT_TRUE(Database::open(file, Mode::ReadWrite).value().execute("CREATE TABLE t(x)"));
  const auto before = read_file(file).value();

  const auto db = Database::open(file, Mode::ReadOnly).value();
  const auto written = db.execute("INSERT INTO t VALUES(1)");

  EXPECT_EQ(written.error().code, ErrorCode::Denied);
  EXPECT_EQ(written.error().message, "sql: attempt to write a readonly database");
  EXPECT_EQ(read_file(file).value(), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()),
            1);
}

TEST(DatabaseTest, ReadOnlyDoesNotCreate) {
  const TemporaryFolder folder;

  const auto opened = Database::open(folder.path() / "a.db", Mode::ReadOnly);

  ASSERT_FALSE(opened);
  EXPECT_EQ(folder.without(opened.error().message), "`a.db`: cannot open: unable to open database file");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.db"));
}

TEST(DatabaseTest, AFileThatIsNoDatabaseIsAnErrorAndNoBug) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.db", std::string(4096, 'x'));

  for (const auto mode : {Mode::ReadOnly, Mode::ReadWrite}) {
    const auto opened = Database::open(file, mode);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Invalid);
    EXPECT_EQ(folder.without(opened.error().message), "`a.db`: cannot open: file is not a database");
  }
}

TEST(DatabaseTest, NoCharacterOfAPathIsReadAsPartOfAUri) {
  const TemporaryFolder folder;
  for (const char* name : {"a?mode=memory", "b#c", "d%41", "e f&g", "ü"}) {
    ASSERT_TRUE(Database::open(folder.path() / name, Mode::ReadWrite).value().execute("CREATE TABLE t(x)")) << name;
    EXPECT_TRUE(std::filesystem::exists(folder.path() / name)) << name;
    EXPECT_TRUE(Database::open(folder.path() / name, Mode::ReadOnly)) << name;
  }
}

TEST(DatabaseTest, APathMayBeginWithTwoSlashes) {
  const TemporaryFolder folder;
  const std::filesystem::path file = "/" + (folder.path() / "a.db").string();

  ASSERT_TRUE(Database::open(file, Mode::ReadWrite)) << file;

  EXPECT_TRUE(std::filesystem::exists(folder.path() / "a.db"));
}

TEST(DatabaseTest, SchemasAreNotTrusted) {
  const auto db = Database::memory();

  EXPECT_FALSE(db.execute("CREATE TABLE t(x); PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = 'broken'"))
      << "a file's schema cannot be rewritten";
  EXPECT_EQ(sqlite3_limit(db.handle(), SQLITE_LIMIT_LENGTH, -1), 256 << 20);
}

TEST(DatabaseTest, IdentifiersAreQuoted) {
  EXPECT_EQ(identifier("users"), "\"users\"");
  EXPECT_EQ(identifier("a\"b"), "\"a\"\"b\"");
}

RC_GTEST_PROP(DatabaseTest, AnyNameCanBeAnIdentifier, ()) {
  const auto name = *rc::gen::container<std::string>(rc::gen::element('a', '"', '\'', ' ', ';', '-', ')', '['));
  RC_PRE(!name.empty());
  const auto db = Database::memory();

  RC_ASSERT(db.execute("CREATE TABLE " + identifier(name) + "(x)").has_value());

  RC_ASSERT(db.value("SELECT name FROM sqlite_master").value() == name);
}

}  // namespace
}  // namespace assay::sql
