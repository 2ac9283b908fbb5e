#include "import/import.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/image.h"
#include "import/test_export.h"
#include "snapshot/file.h"

namespace assay::import {
namespace {

namespace fs = std::filesystem;
using snapshot::rows;
using snapshot::tables_digest;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kExport =
    R"({"tenant_id": "t", "timestamp_zulu": "2026-05-04T17:15:48.307Z", "module_version": "1.8.0",
  "conditional_access_policies": [{"Id": "p1", "Conditions": {"Users": {"IncludeUsers": ["All"]}}}, {"Id": "p2"}],
  "privileged_users": {"u1": {"DisplayName": "Ann"}}, "SPO_tenant": null, "exo_unsuccessful_commands": ["Get-AcceptedDomain"],
  "defender_license": true, "scuba_config": {"ProductNames": ["aad", "exo"], "OmitPolicy": {"MS.AAD.1.1v1": {"Rationale": "r"}},
  "Aad": {"MS.AAD.2.1v1": {"CapExclusions": {"Users": ["u"]}}}}}
)";

std::vector<std::string> coverage(const snapshot::Evidence& evidence) {
  std::vector<std::string> out;
  for (const auto& c : evidence.coverage)
    out.push_back(c.table + " " + std::string(name(c.state)) + " " + std::to_string(c.rows) + " " + c.detail);
  std::sort(out.begin(), out.end());
  return out;
}

// Everything that judging can see is the same in both.
void expect_same(const snapshot::Evidence& a, const snapshot::Evidence& b, const catalog::Catalogue& catalogue) {
  EXPECT_EQ(tables_digest(a.db, catalogue).value(), tables_digest(b.db, catalogue).value());
  EXPECT_EQ(coverage(a), coverage(b));
  EXPECT_EQ(a.manifest.tenant_id, b.manifest.tenant_id);
  EXPECT_EQ(a.manifest.tenant_name, b.manifest.tenant_name);
  EXPECT_EQ(a.manifest.cloud, b.manifest.cloud);
  EXPECT_EQ(a.manifest.taken_at, b.manifest.taken_at);
  EXPECT_EQ(a.manifest.source, b.manifest.source);
  EXPECT_EQ(a.manifest.scope, b.manifest.scope);
  EXPECT_EQ(a.plans, b.plans);
  ASSERT_EQ(a.exceptions.size(), b.exceptions.size());
  for (std::size_t i = 0; i < a.exceptions.size(); ++i) EXPECT_EQ(a.exceptions[i].value, b.exceptions[i].value);
  ASSERT_EQ(a.omissions.size(), b.omissions.size());
  for (std::size_t i = 0; i < a.omissions.size(); ++i)
    EXPECT_EQ(a.omissions[i].requirement, b.omissions[i].requirement);
}

class ImportTest : public testing::Test {
 protected:
  // The message of the error; nothing but `export.json` and what the test put there may be left behind.
  template <class T>
  std::string fault(const Result<T>& result, ErrorCode code = ErrorCode::Invalid) const {
    if (result) return "no error";
    EXPECT_EQ(result.error().code, code);
    return folder_.without(describe(result.error()));
  }
  std::string import_fault(std::string_view json) const {
    return fault(write_snapshot({folder_.write("export.json", json)}, snapshot_, catalogue_, {}));
  }
  fs::path import(std::string_view json = kExport) const {
    const auto done = write_snapshot({folder_.write("export.json", json)}, snapshot_, catalogue_, {});
    EXPECT_TRUE(done) << describe(done.error());
    return snapshot_;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_.path())) out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
  }

  TemporaryFolder folder_;
  catalog::Catalogue catalogue_ = export_catalogue();
  fs::path snapshot_ = folder_.path() / "x.assay";
};

TEST(KindTest, NamesAreThoseOfTheCommandLine) {
  EXPECT_EQ(kind("snapshot"), Kind::Snapshot);
  EXPECT_EQ(kind("scubagear"), Kind::Scubagear);
  EXPECT_EQ(kind("ScubaGear"), std::nullopt);
  EXPECT_EQ(kind(""), std::nullopt);
}

TEST_F(ImportTest, ASnapshotGivesWhatTheExportGives) {
  const auto memory = read(folder_.write("export.json", kExport), catalogue_, {}).take();

  const auto opened = read(import(), catalogue_, {}).take();

  EXPECT_THAT(rows(opened.db, "SELECT id FROM policies"), ElementsAre("p1", "p2"));
  expect_same(memory, opened, catalogue_);
  EXPECT_EQ(opened.find("domains")->state, snapshot::State::Failed);
  EXPECT_THAT(files(), ElementsAre("export.json", "x.assay"));
}

TEST_F(ImportTest, WhatImportReturnsIsWhatTheSnapshotHolds) {
  const auto returned = write_snapshot({folder_.write("export.json", kExport)}, snapshot_, catalogue_, {}).take();
  EXPECT_EQ(coverage(returned), coverage(read(snapshot_, catalogue_, {}).take()));
}

TEST_F(ImportTest, TheEvidenceIsTheFileByteForByte) {
  std::string utf16("\xFF\xFE");
  for (const char c : kExport) utf16 += {c, '\0'};
  for (const auto& bytes : {std::string(kExport), "\xEF\xBB\xBF" + std::string(kExport) + " \r\n", utf16}) {
    import(bytes);
    const auto evidence = snapshot::open(snapshot_).take();
    const snapshot::Documents documents(evidence.db);
    const auto list = documents.list().value();
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].info.url, "scubagear:export.json");
    EXPECT_EQ(snapshot::read_all(*documents.bytes(1).value()).value(), bytes);
  }
}

TEST_F(ImportTest, AnotherCatalogueMakesTheTablesAgainFromThePages) {
  import();
  auto grown = export_catalogue();
  catalog::Column state;
  state.name = "state";
  state.pointer = "/State";
  state.absent = Json("none");
  grown.tables[0].columns.push_back(state);
  ASSERT_FALSE(snapshot::fits(snapshot::open(snapshot_).take().db, grown).value());

  const auto derived = read(snapshot_, grown, {}).take();

  EXPECT_THAT(rows(derived.db, "SELECT id, state FROM policies"), ElementsAre("p1|none", "p2|none"));
  expect_same(derived, read(folder_.path() / "export.json", grown, {}).take(), grown);
  // Made again for the catalogue that wrote it, the tables are those of the snapshot.
  const auto stored = snapshot::open(snapshot_).take();
  const auto again = read(folder_.path() / "export.json", catalogue_, {}).take();
  EXPECT_EQ(rows(stored.db, "SELECT value FROM manifest WHERE key = 'tables_digest'"),
            std::vector{tables_digest(again.db, catalogue_).value()});
}

TEST_F(ImportTest, AFailedImportLeavesNoFile) {
  EXPECT_EQ(import_fault("{"), "`export.json`: not valid JSON at byte 1: it ends too early (is the file complete?)");
  EXPECT_EQ(import_fault(""), "`export.json`: the file is empty (export it again)");
  EXPECT_EQ(
      import_fault("{}"),
      "`export.json`: holds no member that a ScubaGear export has (if it is a partial export, say --kind scubagear)");
  EXPECT_THAT(import_fault(R"({"SPO_tenant": [{"a": 1}, {"a": x}]})"),
              HasSubstr("`export.json`: `SPO_tenant[1]`: not valid JSON at byte 26: "));
  EXPECT_THAT(files(), ElementsAre("export.json"));
  EXPECT_EQ(fault(write_snapshot({folder_.path() / "no.json"}, snapshot_, catalogue_, {}), ErrorCode::NotFound),
            "`no.json`: no such file (check the path)");
  const TemporaryFolder empty;
  EXPECT_EQ(fault(write_snapshot({empty.path()}, snapshot_, catalogue_, {})),
            "`" + empty.path().string() +
                "`: holds no file that ends in .json (give the folder with the answers of Microsoft Graph)");
  EXPECT_THAT(files(), ElementsAre("export.json"));
}

TEST_F(ImportTest, AFailedImportLeavesTheOldSnapshotAsItWas) {
  import();
  const auto before = read_file(snapshot_).value();
  EXPECT_NE(import_fault(std::string(kExport).substr(0, 300)), "no error");
  EXPECT_TRUE(read_file(snapshot_).value() == before);
  EXPECT_THAT(files(), ElementsAre("export.json", "x.assay"));
}

TEST_F(ImportTest, AnExportIsNeverReplacedByItsSnapshot) {
  const auto path = folder_.write("export.json", kExport);
  fs::create_symlink(path, folder_.path() / "link.json");
  const auto* refused = ": is the export itself (choose another --snapshot)";
  EXPECT_EQ(fault(write_snapshot({path}, path, catalogue_, {})), "`export.json`" + std::string(refused));
  EXPECT_EQ(fault(write_snapshot({path}, folder_.path() / "link.json", catalogue_, {})),
            "`link.json`" + std::string(refused));
  EXPECT_EQ(read_file(path).value(), kExport);
}

TEST_F(ImportTest, OnlyExportsAreImported) {
  const auto path = import();
  EXPECT_EQ(fault(write_snapshot({path}, folder_.path() / "y.assay", catalogue_, {})),
            "`x.assay`: is a snapshot or another database already (give the export that it was made from)");
  EXPECT_THAT(files(), ElementsAre("export.json", "x.assay"));
}

TEST_F(ImportTest, TheKindCanBeGiven) {
  const auto empty = folder_.write("empty.json", "{}");
  Options options;
  EXPECT_NE(fault(read(empty, catalogue_, options)), "no error");
  options.kind = Kind::Scubagear;
  EXPECT_TRUE(read(empty, catalogue_, options));
  options.kind = Kind::Snapshot;
  EXPECT_EQ(fault(read(empty, catalogue_, options)),
            "`empty.json`: is no snapshot (make one with `assay import` or `assay collect`)");
  EXPECT_TRUE(read(import(), catalogue_, options));
}

TEST_F(ImportTest, TellsHowFarItGot) {
  std::string big = R"({"SPO_tenant": 1, "other": [)";
  while (big.size() < 1'000'000) big += "1,";
  big += "1]}";
  std::vector<std::size_t> seen;
  Options options;
  options.progress = [&](std::size_t done, std::size_t total) {
    EXPECT_EQ(total, big.size());
    seen.push_back(done);
  };
  ASSERT_TRUE(read(folder_.write("export.json", big), catalogue_, options));
  EXPECT_GT(seen.size(), 2U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), big.size());
}

TEST_F(ImportTest, ADamagedSnapshotIsRefused) {
  auto bytes = read_file(import()).value();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  EXPECT_EQ(
      fault(read(folder_.write("x.assay", bytes), catalogue_, {})),
      "`x.assay`: was damaged or changed after it was written: its seal does not match (import or collect again)");
}

// The data is not part of the project; without it the test is skipped.
TEST(RealExportsTest, EverySnapshotGivesWhatItsExportGives) {
  const fs::path data = ASSAY_SHARED_DATA "/scubagear";
  if (!fs::exists(data)) GTEST_SKIP() << "no data at " << data << ": the ScubaGear exports are not part of the project";
  const auto catalogue = catalog::embedded().take();
  const TemporaryFolder folder;
  std::size_t exports = 0;
  for (const auto& entry : fs::directory_iterator(data)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("provider-export_")) continue;
    SCOPED_TRACE(name);
    ++exports;
    const auto memory = read(entry.path(), catalogue, {}).take();
    const auto path = folder.path() / (name + ".assay");
    const auto imported = write_snapshot({entry.path()}, path, catalogue, {});
    ASSERT_TRUE(imported) << describe(imported.error());

    const auto opened = read(path, catalogue, {}).take();

    expect_same(memory, opened, catalogue);
    EXPECT_FALSE(opened.manifest.tenant_id.empty());
    EXPECT_TRUE(opened.manifest.taken_at);
    EXPECT_GT(std::count_if(opened.coverage.begin(), opened.coverage.end(),
                            [](const auto& c) { return c.state == snapshot::State::Collected; }),
              25);
    const auto bytes = snapshot::read_all(*snapshot::Documents(opened.db).bytes(1).value());
    EXPECT_TRUE(bytes.value() == read_file(entry.path()).value());
  }
  EXPECT_EQ(exports, 13U);
}

}  // namespace
}  // namespace assay::import
