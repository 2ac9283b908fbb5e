#include "snapshot/file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/sha256.h"
#include "snapshot/fake_source.h"
#include "snapshot/test_tables.h"

namespace assay::snapshot {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kSealAt = 60;

constexpr std::string_view kUsers = R"yaml(
table: users
service: entra
about: Users.
key: [id]
columns: [{name: id}, {name: enabled, type: boolean}]
children:
  - {table: user_roles, pointer: /roles, columns: [{name: role, pointer: /}]}
)yaml";

// Half a page of text that does not compress away to nothing.
std::string noise(std::size_t size) {
  std::string out;
  for (std::uint32_t state = 1; out.size() < size; state = state * 1664525 + 1013904223)
    out += static_cast<char>(state >> 24);
  return out;
}

class SnapshotFileTest : public testing::Test {
 protected:
  static Evidence some_evidence() {
    Evidence evidence;
    evidence.manifest = {"t-1", "Contoso", "gcc", Timestamp{1'780'000'000}, "A test 1.0", {"entra", "exchange"},
                         "0.1", ""};
    evidence.set({"users", State::Collected, 1, {}});
    evidence.set({"groups", State::Denied, 0, "Group.Read.All is missing"});
    evidence.plans = {{"AAD_PREMIUM", true}, {"ATP_ENTERPRISE", false}};
    evidence.exceptions = {{"scuba", "MS.AAD.2.1v1", "user", "u-1"}};
    evidence.omissions = {{"scuba", "MS.AAD.2.2v1", "by choice", Timestamp{1'790'000'000}},
                          {"scuba", "MS.AAD.2.3v1", "", {}}};
    return evidence;
  }

  // A small snapshot with one row and two documents.
  fs::path write(const std::string& name, std::size_t at_a_time = 1000) const {
    auto path = folder_.path() / name;
    auto writer = Writer::create(path, catalogue_).take();
    EXPECT_TRUE(writer.db().execute("INSERT INTO users VALUES('u', 1); INSERT INTO user_roles VALUES(1, 'r')"));
    keep(writer, {1, "test:one", "2026-05-04T00:00:00Z"}, one_, at_a_time);
    keep(writer, {2, "test:two", ""}, "{}", at_a_time);
    const auto done = writer.finish(some_evidence());
    EXPECT_TRUE(done) << describe(done.error());
    return path;
  }

  static void keep(Writer& writer, const PageInfo& document, std::string_view bytes, std::size_t at_a_time) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(at_a_time, bytes.size())))
      EXPECT_TRUE(writer.keep(document, bytes.substr(0, at_a_time)));
  }

  std::string fault(const fs::path& path) const {
    const auto opened = open(path);
    if (opened) return "no error";
    EXPECT_EQ(opened.error().code, ErrorCode::Invalid);
    return folder_.without(describe(opened.error()));
  }

  // The snapshot changed by this SQL and sealed again, as somebody could who means harm.
  fs::path forged(const std::string& sql) const {
    auto path = write("forged.assay");
    const auto done = sql::Database::open(path, sql::Mode::ReadWrite).take().execute("PRAGMA journal_mode=OFF; " + sql);
    EXPECT_TRUE(done) << describe(done.error());
    seal(path);
    return path;
  }

  // As the header file says: the first four bytes of the digest over the file with these four as zero.
  void seal(const fs::path& path) const {
    auto bytes = read_file(path).take();
    bytes.replace(kSealAt, 4, 4, '\0');
    const auto hex = sha256_hex(bytes);
    for (std::size_t i = 0; i < 4; ++i)
      bytes[kSealAt + i] = static_cast<char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
    folder_.write(path.filename(), bytes);
  }

  TemporaryFolder folder_;
  catalog::Catalogue catalogue_ = catalogue_of({kUsers});
  std::string one_ = noise(5'000);
};

TEST_F(SnapshotFileTest, GivesBackWhatWasWritten) {
  const auto evidence = open(write("x.assay")).take();

  const auto& m = evidence.manifest;
  EXPECT_EQ(m.tenant_id, "t-1");
  EXPECT_EQ(m.tenant_name, "Contoso");
  EXPECT_EQ(m.cloud, "gcc");
  EXPECT_EQ(m.taken_at, Timestamp{1'780'000'000});
  EXPECT_EQ(m.source, "A test 1.0");
  EXPECT_THAT(m.scope, ElementsAre("entra", "exchange"));
  EXPECT_EQ(m.program_version, "0.1");
  ASSERT_EQ(evidence.coverage.size(), 2U);
  EXPECT_EQ(evidence.find("users")->state, State::Collected);
  EXPECT_EQ(evidence.find("users")->rows, 1U);
  EXPECT_EQ(evidence.find("groups")->state, State::Denied);
  EXPECT_EQ(evidence.find("groups")->detail, "Group.Read.All is missing");
  EXPECT_EQ(evidence.plans, (std::map<std::string, bool>{{"AAD_PREMIUM", true}, {"ATP_ENTERPRISE", false}}));
  ASSERT_EQ(evidence.exceptions.size(), 1U);
  EXPECT_EQ(evidence.exceptions[0].requirement + " " + evidence.exceptions[0].kind + " " + evidence.exceptions[0].value,
            "MS.AAD.2.1v1 user u-1");
  ASSERT_EQ(evidence.omissions.size(), 2U);
  EXPECT_EQ(evidence.omissions[0].reason, "by choice");
  EXPECT_EQ(evidence.omissions[0].expires, Timestamp{1'790'000'000});
  EXPECT_EQ(evidence.omissions[1].expires, std::nullopt);
  EXPECT_THAT(rows(evidence.db, "SELECT * FROM users"), ElementsAre("u|1"));
  EXPECT_THAT(rows(evidence.db, "SELECT * FROM user_roles"), ElementsAre("1|r"));
}

TEST_F(SnapshotFileTest, IsASoundDatabaseForAnyClient) {
  const auto db = sql::Database::open(write("x.assay"), sql::Mode::ReadOnly).take();
  EXPECT_THAT(rows(db, "PRAGMA integrity_check"), ElementsAre("ok"));
  EXPECT_THAT(rows(db, "SELECT value FROM manifest WHERE key IN ('format', 'complete')"),
              testing::UnorderedElementsAre("1", "assay/snapshot/1"));
}

TEST_F(SnapshotFileTest, OnlyItsOwnerMayReadItFromTheStart) {
  const auto mode = [](const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  };
  const auto old = ::umask(0);
  const auto path = folder_.path() / "x.assay";
  auto writer = Writer::create(path, catalogue_).take();
  EXPECT_EQ(mode(path.string() + ".part"), 0600U);
  ASSERT_TRUE(writer.finish({}));
  ::umask(old);
  EXPECT_EQ(mode(path), 0600U);
}

TEST_F(SnapshotFileTest, PagesAreTheDocumentsByteForByte) {
  one_ = noise((std::size_t{5} << 20) / 2 + 3);
  const auto evidence = open(write("x.assay", 300'007)).take();
  const Documents documents(evidence.db);

  const auto list = documents.list().value();

  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].info.url, "test:one");
  EXPECT_EQ(list[0].info.taken_at, "2026-05-04T00:00:00Z");
  EXPECT_EQ(list[0].pages, 3U);
  EXPECT_EQ(list[1].pages, 1U);
  EXPECT_TRUE(read_by(777, *documents.bytes(1).value()).value() == one_);
  EXPECT_EQ(read_all(*documents.bytes(2).value()).value(), "{}");
  EXPECT_EQ(read_all(*documents.bytes(3).value()).value(), "");
}

TEST_F(SnapshotFileTest, DigestsDoNotDependOnHowTheBytesCame) {
  one_ = noise((std::size_t{3} << 20) / 2);
  std::set<std::string> digests;
  for (const std::size_t size : {std::size_t{1000}, std::size_t{1} << 20, std::size_t{1'000'003}, one_.size()}) {
    const auto evidence = open(write("x.assay", size)).take();
    for (auto& row : rows(evidence.db, "SELECT group_concat(value, ' ') FROM manifest WHERE key LIKE '%digest'"))
      digests.insert(row);
  }
  EXPECT_EQ(digests.size(), 1U);
}

TEST_F(SnapshotFileTest, EveryFlippedByteIsNoticed) {
  const auto sound = read_file(write("x.assay")).value();
  ASSERT_EQ(fault(folder_.write("same.assay", sound)), "no error");
  // All of the header and the first page, then a sample.
  for (std::size_t i = 0; i < sound.size(); i += i < 1500 ? 1 : 89) {
    auto bytes = sound;
    bytes[i] = static_cast<char>(bytes[i] ^ (1 << (i % 8)));
    ASSERT_THAT(fault(folder_.write("flipped.assay", bytes)), HasSubstr("`flipped.assay`: ")) << "byte " << i;
  }
}

TEST_F(SnapshotFileTest, SaysWhatHappenedToTheFile) {
  const auto sound = read_file(write("x.assay")).value();
  const auto changed = [&](std::size_t at) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    return fault(folder_.write("y", bytes));
  };
  const auto* damaged =
      "`y`: was damaged or changed after it was written: its seal does not match (import or collect again)";
  EXPECT_EQ(changed(sound.size() - 1), damaged);
  EXPECT_EQ(changed(kSealAt), damaged);
  EXPECT_EQ(fault(folder_.write("y", sound + "x")), damaged);
  EXPECT_EQ(fault(folder_.write("y", sound.substr(0, sound.size() - 1))), damaged);
  EXPECT_EQ(changed(68), "`y`: is an SQLite file, but no snapshot (make one with `assay import` or `assay collect`)");
  EXPECT_EQ(changed(0), "`y`: is no snapshot (make one with `assay import` or `assay collect`)");
  EXPECT_EQ(fault(folder_.write("y", sound.substr(0, 50))), "`y`: is too short to be a snapshot");
  EXPECT_EQ(fault(folder_.write("y", "")), "`y`: is no snapshot (make one with `assay import` or `assay collect`)");
}

TEST_F(SnapshotFileTest, AnUnfinishedSnapshotIsRefused) {
  auto bytes = read_file(write("x.assay")).value();
  bytes.replace(kSealAt, 4, 4, '\0');
  EXPECT_EQ(fault(folder_.write("y", bytes)), "`y`: is an unfinished snapshot (run the import or collection again)");
}

TEST_F(SnapshotFileTest, AnotherDatabaseIsRefused) {
  const auto path = folder_.path() / "other.db";
  ASSERT_TRUE(sql::Database::open(path, sql::Mode::ReadWrite)
                  .take()
                  .execute("CREATE TABLE users(id); INSERT INTO users VALUES(1)"));
  EXPECT_TRUE(looks_like_sqlite(path).value());
  EXPECT_EQ(fault(path),
            "`other.db`: is an SQLite file, but no snapshot (make one with `assay import` or `assay collect`)");
}

TEST_F(SnapshotFileTest, AFormatOfTheFutureIsRefused) {
  EXPECT_EQ(fault(forged("UPDATE manifest SET value = 'assay/snapshot/2' WHERE key = 'format'")),
            "`forged.assay`: format `assay/snapshot/2` is not known (use a newer assay)");
  EXPECT_EQ(fault(forged("DELETE FROM manifest")), "`forged.assay`: format `` is not known (use a newer assay)");
}

TEST_F(SnapshotFileTest, AForgedSchemaIsRefused) {
  EXPECT_THAT(fault(forged("DROP TABLE manifest")), HasSubstr("`forged.assay`: sql: no such table: manifest"));
  // Reading either would run the forger's SQL, here without end.
  const std::string endless = " AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT ";
  for (const auto& sql : {"DROP TABLE coverage; CREATE VIEW coverage" + endless +
                              "'t' AS \"table\", 'collected' AS state, i AS \"rows\", '' AS detail FROM n",
                          "DROP TABLE manifest; CREATE VIEW manifest" + endless + "'format' AS key, i AS value FROM n",
                          std::string("CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users; END")})
    EXPECT_EQ(fault(forged(sql)),
              "`forged.assay`: holds views or triggers, which a snapshot never does (import or collect again)");
}

TEST_F(SnapshotFileTest, APageThatIsNotItsDigestIsRefused) {
  const auto page = [&](const std::string& sql) {
    const auto evidence = open(forged(sql)).take();
    const auto bytes = read_all(*Documents(evidence.db).bytes(1).value());
    return bytes ? "no error" : describe(bytes.error());
  };
  const auto* wrong = "page 0 of document 1: does not match its digest (the snapshot is damaged: import again)";
  EXPECT_EQ(page("UPDATE page SET sha256 = lower(hex(zeroblob(32)))"), wrong);
  EXPECT_EQ(page("UPDATE page SET size = size - 1"), wrong);
  EXPECT_EQ(page("UPDATE page SET body = x'00'"), wrong);
  EXPECT_EQ(page("UPDATE page SET body = NULL, size = 0, sha256 = NULL"), wrong);
  for (const auto* size : {"-1", "5000000", "9223372036854775807"})
    EXPECT_EQ(page(std::string("UPDATE page SET size = ") + size),
              "page 0 of document 1: claims an impossible size (the snapshot is damaged: import again)");
}

TEST_F(SnapshotFileTest, AnAbandonedWriterLeavesNothing) {
  {
    auto writer = Writer::create(folder_.path() / "x.assay", catalogue_).take();
    ASSERT_TRUE(writer.keep({1, "test:", ""}, one_));
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(SnapshotFileTest, AnAbandonedWriterLeavesTheOldFileAsItWas) {
  const auto path = write("x.assay");
  const auto before = read_file(path).value();
  {
    auto writer = Writer::create(path, catalogue_).take();
    ASSERT_TRUE(writer.db().execute("INSERT INTO users VALUES('other', 0)"));
    EXPECT_TRUE(read_file(path).value() == before) << "while another is being written";
  }
  EXPECT_TRUE(read_file(path).value() == before);
}

TEST_F(SnapshotFileTest, ReplacesTheOldFileWhenFinished) {
  write("x.assay");
  folder_.write("x.assay.part", "left by a run that was killed");
  auto writer = Writer::create(folder_.path() / "x.assay", catalogue_).take();
  ASSERT_TRUE(writer.db().execute("INSERT INTO users VALUES('other', 0)"));
  ASSERT_TRUE(writer.finish(some_evidence()));

  const auto evidence = open(folder_.path() / "x.assay").take();

  EXPECT_THAT(rows(evidence.db, "SELECT id FROM users"), ElementsAre("other"));
  EXPECT_FALSE(fs::exists(folder_.path() / "x.assay.part"));
}

TEST_F(SnapshotFileTest, APlaceThatCannotBeWrittenIsAnError) {
  const auto writer = Writer::create(folder_.path() / "no" / "x.assay", catalogue_);
  ASSERT_FALSE(writer);
  EXPECT_EQ(folder_.without(describe(writer.error())),
            "`no/x.assay`: cannot be written: No such file or directory (choose another --snapshot)");
}

TEST_F(SnapshotFileTest, TablesFitOnlyTheDefinitionsTheyWereMadeBy) {
  const auto evidence = open(write("x.assay")).take();
  const auto fit = [&](std::string_view from, std::string_view to) {
    std::string yaml(kUsers);
    yaml.replace(yaml.find(from), from.size(), to);
    return fits(evidence.db, catalogue_of({yaml})).value();
  };
  EXPECT_TRUE(fits(evidence.db, catalogue_).value());
  EXPECT_TRUE(fit("about: Users.", "about: People."));
  EXPECT_FALSE(fit("{name: id}", "{name: id}, {name: mail}"));
  EXPECT_FALSE(fit("{name: id}", "{name: id, pointer: /objectId}"));
  EXPECT_FALSE(fit("{name: role,", "{name: role_id,"));
}

}  // namespace
}  // namespace assay::snapshot
