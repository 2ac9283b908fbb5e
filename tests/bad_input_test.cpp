// Input that is broken, hostile or not what it claims to be, given to the program as a user would: one line says so,
// the exit code is the documented one, and nothing is printed or written.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "program.h"
#include "sql/database.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view kExport = R"({"tenant_id": "t", "module_version": "1.8.0", "conditional_access_policies": [
  {"Id": "p", "DisplayName": "Block é", "State": "enabled"}], "SPO_tenant": [{"SharingCapability": 0}], "scuba_config": {"ProductNames": ["aad"]}})";

// The commands that read a file; `FILE` stands for it.
const std::vector<std::vector<std::string>> kJudging{
    {"assess", "FILE"},
    {"actions", "FILE"},
    {"compliance", "FILE", "--framework", "scuba"},
    {"query", "FILE", "SELECT 1"},
};
const std::vector<std::string> kImport{"import", "FILE", "--snapshot", "out.assay"};
const std::vector<std::string> kOfficial{"official", "FILE"};

// The buffers, the catalogue and, under the address sanitizer, its shadow.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kMostMemory = std::size_t{800} << 20;
#else
constexpr std::size_t kMostMemory = std::size_t{500} << 20;
#endif

class BadInputTest : public testing::Test {
 protected:
  // The error line that a command ends with.
  std::string fault(std::vector<std::string> command, const fs::path& file, int exit_code, RunOptions options = {}) {
    for (auto& word : command)
      if (word == "FILE") word = file.string();
    options.folder = folder_.path();
    const auto before = files();

    last_ = run_assay(command, options);

    const auto errors = lines(last_.err);
    EXPECT_EQ(last_.exit_code, exit_code) << command[0] << ": " << last_.err;
    EXPECT_THAT(last_.out, IsEmpty()) << command[0];
    EXPECT_EQ(files(), before) << command[0] << " left something behind";
    EXPECT_EQ(errors.size(), 1U) << command[0] << ": " << last_.err;
    if (errors.empty()) return "nothing was said";
    EXPECT_THAT(errors[0], StartsWith("error: ")) << command[0];
    return folder_.without(errors[0]);
  }

  void expect(const std::vector<std::string>& command, const fs::path& file, int exit_code, const std::string& part) {
    EXPECT_THAT(fault(command, file, exit_code), HasSubstr(part)) << command[0];
  }

  // All that read exports and snapshots, `import` included.
  void expect_judging(const fs::path& file, int exit_code, const std::string& part) {
    for (const auto& command : kJudging) expect(command, file, exit_code, part);
    expect(kImport, file, exit_code, part);
  }
  void expect_all(const fs::path& file, int exit_code, const std::string& part) {
    expect_judging(file, exit_code, part);
    expect(kOfficial, file, exit_code, part);
  }

  std::set<std::string> files() const {
    std::set<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_.path())) out.insert(entry.path().filename());
    return out;
  }

  // A file of 2 GB that is one string; its blanks take no room on the disk.
  fs::path giant(std::string_view head) const {
    const auto path = folder_.write("giant.json", head);
    EXPECT_EQ(::truncate(path.c_str(), off_t{1} << 31), 0);
    return path;
  }

  TemporaryFolder folder_;
  assay::Run last_;
};

TEST_F(BadInputTest, ATruncatedFile) {
  const auto file = folder_.write("x.json", kExport.substr(0, kExport.size() / 2));
  expect_judging(file, 3, "error: `x.json`: `conditional_access_policies`[0]: not valid JSON at byte ");
  expect(kOfficial, file, 3, "error: `x.json`: not valid JSON at byte ");
}

TEST_F(BadInputTest, AnEmptyFile) {
  const auto file = folder_.write("x.json", "");
  expect_judging(file, 3, "error: `x.json`: the file is empty (export it again)");
  expect(kOfficial, file, 3, "error: `x.json`: is empty (");
}

TEST_F(BadInputTest, ThreeHundredLevels) {
  const auto deep = std::string(300, '[') + std::string(300, ']');
  for (const auto* key : {"conditional_access_policies", "SPO_tenant", "nobody reads this"})
    expect_judging(folder_.write("x.json", "{\"" + std::string(key) + "\": " + deep + ", \"scuba_config\": {}}"), 3,
                   "error: `x.json`: `" + std::string(key) + "`: nested deeper than 128 levels at byte ");
  expect(kOfficial, folder_.write("x.json", "{\"value\": " + deep + "}"), 3,
         "error: `x.json`: value[0]: is a list, not an object (");
}

TEST_F(BadInputTest, BytesThatAreNoUtf8) {
  auto text = std::string(kExport);
  text.replace(text.find("é"), 2, "\xE9\xE9");
  const auto file = folder_.write("x.json", text);
  expect_judging(file, 3, "error: `x.json`: not valid UTF-8 between bytes 0 and ");
  expect(kOfficial, file, 3, "error: `x.json`: not valid JSON");
}

TEST_F(BadInputTest, AStringOfTwoGigabytes) {
  for (const auto* head : {R"({"conditional_access_policies": [{"Id": ")", R"({"nobody reads this": ")"}) {
    const auto file = giant(head);
    for (const auto& command : kJudging) {
      expect(command, file, 3, "a string is longer than 64 MB at byte ");
      EXPECT_LT(last_.peak_memory, kMostMemory) << command[0];
    }
    expect(kImport, file, 3, "a string is longer than 64 MB at byte ");
    EXPECT_LT(last_.peak_memory, kMostMemory);
  }
  expect(kOfficial, giant(R"({"value": [{"id": ")"), 3, "error: `giant.json`: is larger than 128 MB");
  EXPECT_LT(last_.peak_memory, std::size_t{800} << 20);
  fs::remove(folder_.path() / "giant.json");
}

TEST_F(BadInputTest, ADirectory) {
  fs::create_directory(folder_.path() / "x.json");
  const auto folder = folder_.path() / "x.json";
  expect_judging(folder, 3, "error: `x.json`: holds no file that ends in .json (");
  expect(kOfficial, folder, 3, "error: `x.json`: is a directory (give a regular file)");
  expect({"assess", "FILE", "--kind", "scubagear"}, folder, 3, "error: `x.json`: is a directory (");
}

TEST_F(BadInputTest, AFifoThatNobodyWritesTo) {
  const auto path = folder_.path() / "x.json";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_all(path, 3, "error: `x.json`: is a FIFO (give a regular file)");
}

TEST_F(BadInputTest, ADeviceThatNeverEnds) {
  expect_all("/dev/zero", 3, "error: `/dev/zero`: is not a regular file (give a regular file)");
}

TEST_F(BadInputTest, AMissingFile) {
  expect_all(folder_.path() / "x.json", 3, "error: `x.json`: no such file (check the path)");
}

TEST_F(BadInputTest, AFileThatMayNotBeRead) {
  const auto file = folder_.write("x.json", kExport);
  fs::permissions(file, fs::perms::none);
  fs::permissions(folder_.path(), fs::perms::all);
  RunOptions options;
  options.as_nobody = ::geteuid() == 0;
  if (options.as_nobody && run_assay({"--version"}, options).exit_code != 0)
    GTEST_SKIP() << "root reads everything, and nobody else may run " << ASSAY_PROGRAM;
  auto commands = kJudging;
  commands.insert(commands.end(), {kImport, kOfficial});
  for (const auto& command : commands)
    EXPECT_THAT(fault(command, file, 4, options),
                HasSubstr("error: `x.json`: permission denied (read it as a user who may, or change its mode)"));
}

TEST_F(BadInputTest, AnotherProgramsDatabase) {
  const auto file = folder_.path() / "x.json";
  ASSERT_TRUE(
      sql::Database::open(file, sql::Mode::ReadWrite).take().execute("CREATE TABLE t(x); INSERT INTO t VALUES(1)"));
  for (const auto& command : kJudging)
    expect(command, file, 3, "error: `x.json`: is an SQLite file, but no snapshot (");
  expect(kImport, file, 3, "error: `x.json`: is a snapshot or another database already (");
  expect(kOfficial, file, 3, "error: `x.json`: ");
}

TEST_F(BadInputTest, ASnapshotWithOneFlippedByte) {
  const auto made = run_assay({"import", folder_.write("x.json", kExport), "--snapshot", folder_.path() / "x.assay"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto sound = read_file(folder_.path() / "x.assay").value();
  for (const std::size_t at : {std::size_t{0}, std::size_t{62}, std::size_t{70}, sound.size() / 2, sound.size() - 1}) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    const auto file = folder_.write("x.assay", bytes);
    for (const auto& command : kJudging) expect(command, file, 3, "error: `x.assay`: ");
    expect(kImport, file, 3, "error: `x.assay`: ");
    expect(kOfficial, file, 3, "error: `x.assay`: ");
  }
  const auto file = folder_.write("x.assay", sound.substr(0, sound.size() - 1));
  for (const auto& command : kJudging)
    expect(command, file, 3,
           "error: `x.assay`: was damaged or changed after it was written: its seal does not match (");
}

TEST_F(BadInputTest, MicrosoftsOwnScoresWhereATenantIsExpected) {
  const auto file = folder_.write(
      "x.json", R"({"@odata.context": "x", "value": [{"id": "t_2026-05-04", "createdDateTime": "2026-05-04T00:00:00Z",
    "maxScore": 10, "currentScore": 0, "controlScores": []}]})");
  expect_judging(file, 3, "error: `x.json`: cannot be told what it holds (");
  const auto list = folder_.write("list.json", R"([{"id": "t_2026-05-04", "controlScores": []}])");
  expect_judging(list, 3, "error: `list.json`: cannot be told what it holds (");
}

TEST_F(BadInputTest, AnswersOfGraphThatAreBroken) {
  const std::string answer = R"({"@odata.context": "x/$metadata#groups", "value": [{"id": "é"}, {"id": "b"}]})";
  expect_judging(folder_.write("x.json", answer.substr(0, answer.size() - 10)), 3,
                 "error: `x.json`: `value`[1]: not valid JSON at byte ");
  auto text = answer;
  text.replace(text.find("é"), 2, "\xE9\xE9");
  expect_judging(folder_.write("x.json", text), 3, "error: `x.json`: not valid UTF-8 between bytes 0 and ");
  expect_judging(folder_.write("x.json", "[" + std::string(300, '[') + std::string(300, ']') + "]"), 3,
                 "nested deeper than 128 levels at byte ");
  folder_.write("f/groups.json", answer);
  folder_.write("f/users.json", "");
  expect_judging(folder_.path() / "f", 3, "error: `f/users.json`: the file is empty (");
  const auto file = giant(R"({"@odata.context": "x/$metadata#groups", "value": [{"id": ")");
  expect_judging(file, 3, "a string is longer than 64 MB at byte ");
  EXPECT_LT(last_.peak_memory, kMostMemory);
  fs::remove(file);
}

TEST_F(BadInputTest, ATenantWhereMicrosoftsScoresAreExpected) {
  expect(kOfficial, folder_.write("x.json", kExport), 3,
         "error: `x.json`: is neither a day of secure scores nor a control profile (");
}

TEST_F(BadInputTest, AKindThatNobodyKnows) {
  const auto file = folder_.write("x.json", kExport);
  for (auto command : kJudging) {
    for (const auto* kind : {"nonsense", "official", "Graph", "Snapshot"}) {
      auto words = command;
      words.insert(words.end(), {"--kind", kind});
      expect(words, file, 2,
             "error: --kind `" + std::string(kind) + "` cannot be judged (use snapshot, scubagear or graph");
    }
  }
  for (const auto* kind : {"nonsense", "official", "snapshot"})
    expect({"import", "FILE", "--snapshot", "out.assay", "--kind", kind}, file, 2,
           "error: --kind `" + std::string(kind) + "` cannot be imported (use scubagear or graph)");
}

TEST_F(BadInputTest, ASnapshotThatCannotBeWritten) {
  const auto file = folder_.write("x.json", kExport);
  expect({"import", "FILE", "--snapshot", "no/out.assay"}, file, 3,
         "error: `no/out.assay`: cannot be written: No such file or directory (choose another --snapshot)");
  expect({"import", "FILE", "--snapshot", file}, file, 3,
         "error: `x.json`: is the export itself (choose another --snapshot)");
  EXPECT_EQ(read_file(file).value(), kExport);
}

TEST_F(BadInputTest, NamesThatWouldPaintTheTerminal) {
  const auto file = folder_.path() / "a\x1b[2Jb\nc";
  EXPECT_EQ(fault({"assess", "FILE"}, file, 3), "error: `a\\x1b[2Jb\\x0ac`: no such file (check the path)");
}

}  // namespace
}  // namespace assay
