#include "assess/assess.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "assess/bench.h"

namespace assay::assess {
namespace {

using snapshot::State;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(VerdictTest, NamesAreReadBack) {
  for (const auto v :
       {Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::NotApplicable, Verdict::NotLicensed, Verdict::Manual})
    EXPECT_EQ(verdict(name(v)), v);
  EXPECT_EQ(verdict("Pass"), std::nullopt);
  EXPECT_EQ(verdict(""), std::nullopt);
}

TEST(AssessTest, TheWorstVerdictOfTheRowsCounts) {
  const std::vector<std::pair<std::vector<std::string>, Verdict>> expectations{
      {{"pass"}, Verdict::Pass},
      {{"pass", "fail"}, Verdict::Fail},
      {{"unknown", "fail", "manual"}, Verdict::Fail},
      {{"pass", "unknown", "manual"}, Verdict::Unknown},
      {{"manual", "pass"}, Verdict::Manual},
      {{"pass", "not_applicable"}, Verdict::Pass},
      {{"not_applicable", "not_applicable"}, Verdict::NotApplicable},
  };
  for (const auto& [verdicts, expected] : expectations)
    EXPECT_EQ(Bench().judge_rows(verdicts).verdict, expected) << testing::PrintToString(verdicts);
}

RC_GTEST_PROP(AssessTest, OnlyProofPasses, ()) {
  const auto verdicts = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "pass", "fail", "unknown", "manual", "not_applicable", "not_licensed", "PASS", "ok", "")));
  const auto has = [&](const char* word) { return std::count(verdicts.begin(), verdicts.end(), word); };
  const auto proven = has("pass") + has("fail") + has("manual") + has("not_applicable");
  const auto unproven = static_cast<std::int64_t>(verdicts.size()) - proven;

  const auto finding = Bench().judge_rows(verdicts);

  RC_ASSERT(finding.good == has("pass"));
  RC_ASSERT(finding.total == has("pass") + has("fail") + has("manual") + unproven);
  RC_ASSERT((finding.verdict == Verdict::Pass) == (has("pass") > 0 && finding.good == finding.total));
  RC_ASSERT((finding.verdict == Verdict::Fail) == (has("fail") > 0));
  RC_ASSERT((finding.verdict == Verdict::Unknown) == (has("fail") == 0 && unproven > 0));
  RC_ASSERT(finding.resources.size() == verdicts.size());
}

TEST(AssessTest, ProportionalCountsLeaveOutWhatDoesNotApply) {
  const auto finding = Bench().judge_rows({"pass", "fail", "pass", "not_applicable", "unknown"});

  EXPECT_EQ(finding.good, 2);
  EXPECT_EQ(finding.total, 4);
}

TEST(AssessTest, OneRowGivesItsOwnReason) { EXPECT_EQ(Bench().judge_rows({"fail"}).reason, "reason 1"); }

TEST(AssessTest, ManyRowsAreSummedUp) {
  EXPECT_EQ(Bench().judge_rows({"fail", "pass", "fail"}).reason, "2 of 3 tenants fail: reason 1; reason 3");
  EXPECT_EQ(Bench().judge_rows({"fail", "pass"}).reason, "1 of 2 tenants fails: reason 1");
  EXPECT_EQ(Bench().judge_rows({"pass", "pass"}).reason, "2 of 2 tenants pass: reason 1; reason 2");
  EXPECT_EQ(Bench().judge_rows({"pass", "not_applicable"}).reason, "1 of 2 tenants passes: reason 1");
  EXPECT_EQ(Bench().judge_rows({"pass", "unknown"}).reason, "1 of 2 tenants cannot be judged: reason 2");
  EXPECT_EQ(Bench().judge_rows({"manual", "manual"}).reason,
            "2 of 2 tenants need a person to look: reason 1; reason 2");
  EXPECT_EQ(Bench().judge_rows({"manual", "pass"}).reason, "1 of 2 tenants needs a person to look: reason 1");
  EXPECT_EQ(Bench().judge_rows({"not_applicable", "not_applicable"}).reason,
            "2 of 2 tenants do not apply: reason 1; reason 2");
  EXPECT_EQ(Bench().judge_rows({"fail", "fail", "fail", "fail"}).reason,
            "4 of 4 tenants fail: reason 1; reason 2; reason 3; …");
}

TEST(AssessTest, ResourcesKeepWhatTheCheckSaid) {
  const auto finding = Bench().judge_rows({"pass", "fail"});

  ASSERT_EQ(finding.resources.size(), 2U);
  EXPECT_EQ(finding.resources[1].id, "2");
  EXPECT_EQ(finding.resources[1].name, "name 2");
  EXPECT_EQ(finding.resources[1].verdict, Verdict::Fail);
  EXPECT_EQ(finding.resources[1].reason, "reason 2");
}

TEST(AssessTest, ResourcesCanBeLeftOut) {
  Bench bench;
  bench.options.keep_resources = false;

  const auto finding = bench.judge_rows({"pass", "fail"});

  EXPECT_EQ(finding.verdict, Verdict::Fail);
  EXPECT_EQ(finding.total, 2);
  EXPECT_THAT(finding.resources, IsEmpty());
}

TEST(AssessTest, NoRowsAreWhatTheControlSays) {
  Bench bench;
  bench.collect("sites");

  const auto finding = bench.judge("spo.sites-owned");

  EXPECT_EQ(finding.verdict, Verdict::NotApplicable);
  EXPECT_EQ(finding.reason, "there are no sites");
  EXPECT_EQ(finding.total, 0);
}

TEST(AssessTest, AVerdictThatIsNoneIsUnknown) {
  for (const char* word : {"NULL", "''", "'PASS'", "'ok'", "1", "'not_licensed'", "x'70617373ff'"}) {
    Bench bench;
    bench.collect("sharing_settings");
    bench.control("spo.sharing-off").check =
        std::string("SELECT 't' AS resource, ") + word + " AS verdict, 'looks good' AS reason";

    const auto finding = bench.judge("spo.sharing-off");

    EXPECT_EQ(finding.verdict, Verdict::Unknown) << word;
    EXPECT_EQ(finding.good, 0) << word;
    EXPECT_EQ(finding.total, 1) << word;
    EXPECT_EQ(finding.reason, "looks good") << word;
  }
}

TEST(AssessTest, WhatFailsMayEarnAShare) {
  // What passes needs none, what is unknown earns none, and a whole, nothing or nonsense is no share.
  for (const auto& [rows, share] : std::initializer_list<std::pair<const char*, double>>{
           {"('fail', 0.5), ('fail', 0.25), ('pass', NULL)", 0.75},
           {"('pass', 0.5), ('unknown', 0.5), ('not_applicable', 0.5), ('fail', 0)", 0},
           {"('fail', 1), ('fail', 2.5), ('fail', -0.5), ('fail', NULL), ('fail', 'half'), ('fail', 9e999)", 0}}) {
    Bench bench;
    bench.collect("sharing_settings");
    bench.control("spo.sharing-off").check =
        std::string("SELECT 't' AS resource, column1 AS verdict, 'so' AS reason, column2 AS share FROM (VALUES ") +
        rows + ")";

    EXPECT_DOUBLE_EQ(bench.judge("spo.sharing-off").share, share) << rows;
  }
}

TEST(AssessTest, WithoutVerdictAndReasonItSaysSo) {
  Bench bench;
  bench.collect("sharing_settings");
  bench.control("spo.sharing-off").check = "SELECT 't' AS resource, NULL AS verdict, NULL AS reason";

  EXPECT_EQ(bench.judge("spo.sharing-off").reason, "the check gave no verdict");
}

TEST(AssessTest, ACheckWithoutAVerdictColumnIsUnknown) {
  Bench bench;
  bench.collect("sharing_settings");
  bench.control("spo.sharing-off").check = "SELECT 'pass' AS resource";

  EXPECT_EQ(bench.judge("spo.sharing-off").verdict, Verdict::Unknown);
}

TEST(AssessTest, ATableThatWasNotCollectedIsUnknownBeforeAnySql) {
  const std::vector<std::pair<snapshot::TableCoverage, std::string>> expectations{
      {{"sharing_settings", State::Absent, 0, ""}, "there is no evidence on `sharing_settings`"},
      {{"sharing_settings", State::Absent, 0, "export of 2024"},
       "there is no evidence on `sharing_settings`: export of 2024"},
      {{"sharing_settings", State::Denied, 0, "403"}, "`sharing_settings` could not be read: permission denied: 403"},
      {{"sharing_settings", State::NotLicensed, 0, ""}, "`sharing_settings` could not be read: not licensed"},
      {{"sharing_settings", State::NotOffered, 0, ""}, "`sharing_settings` is not offered in this cloud"},
      {{"sharing_settings", State::Failed, 0, "timeout"}, "`sharing_settings` could not be read: timeout"},
      {{"sites", State::Collected, 0, ""}, "there is no evidence on `sharing_settings`"},
  };
  for (const auto& [coverage, reason] : expectations) {
    Bench bench;
    bench.evidence.set(coverage);
    bench.control("spo.sharing-off").check = "this would be an error";

    const auto finding = bench.judge("spo.sharing-off");

    EXPECT_EQ(finding.verdict, Verdict::Unknown);
    EXPECT_EQ(finding.reason, reason);
    EXPECT_EQ(finding.total, 0);
  }
}

TEST(AssessTest, TablesOfTheEngineAreAlwaysThere) {
  Bench bench;
  bench.control("spo.sharing-off").needs = {"tenant", "coverage", "declared"};
  bench.control("spo.sharing-off").check =
      "SELECT id AS resource, CASE WHEN cloud IS NULL THEN 'pass' END AS verdict, name || ' ' || (SELECT state FROM "
      "coverage WHERE \"table\" = 'sites') AS reason FROM tenant";
  bench.evidence.manifest.tenant_name = "Contoso";
  bench.evidence.set({"sites", State::Denied, 0, ""});

  const auto finding = bench.judge("spo.sharing-off");

  EXPECT_EQ(finding.verdict, Verdict::Pass) << finding.reason;
  EXPECT_EQ(finding.reason, "Contoso denied");
}

TEST(AssessTest, SqlThatFailsIsUnknownWithTheError) {
  Bench bench;
  bench.collect("sharing_settings");
  const auto reason = [&](const std::string& check) {
    bench.control("spo.sharing-off").check = check;
    const auto finding = bench.judge("spo.sharing-off");
    EXPECT_EQ(finding.verdict, Verdict::Unknown);
    EXPECT_EQ(finding.total, 0);
    EXPECT_THAT(finding.resources, IsEmpty());
    return finding.reason;
  };

  EXPECT_EQ(reason("SELECT nowhere"), "the check could not be run: sql: no such column: nowhere");
  EXPECT_EQ(reason("SELECT 't' AS resource, 'pass' AS verdict, 'x' AS reason UNION ALL SELECT json('{'), 'pass', 'y'"),
            "the check could not be run: sql: malformed JSON")
      << "rows that came before it broke off prove nothing";
  EXPECT_EQ(reason("DELETE FROM sharing_settings"),
            "the check could not be run: sql: not allowed: it writes to `sharing_settings`");
  EXPECT_EQ(reason(""), "the check could not be run: sql: there is no statement in it");
}

TEST(AssessTest, ATrippedLimitIsUnknownAndTheNextControlRuns) {
  Bench bench;
  bench.options.limits = {.instructions = 1'000'000, .memory = std::size_t{16} << 20};
  bench.collect("sharing_settings");
  bench.collect("sites");
  bench.control("spo.sharing-off").check =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS resource, 'pass' AS verdict, '' AS "
      "reason FROM n";
  auto assessor = bench.assessor();

  const auto tripped = assessor.judge(bench.control("spo.sharing-off"));
  const auto next = assessor.judge(bench.control("spo.sites-owned"));

  EXPECT_EQ(tripped.verdict, Verdict::Unknown);
  EXPECT_EQ(tripped.reason, "the check could not be run: sql: it ran longer than it may");
  EXPECT_EQ(next.verdict, Verdict::NotApplicable);
}

TEST(AssessTest, AViewIsMadeOnceForAllControls) {
  Bench bench;
  bench.collect("sites", "INSERT INTO sites(id) VALUES('a'); INSERT INTO site_owners VALUES(1, 'x'), (1, 'y')");
  auto assessor = bench.assessor();
  ASSERT_EQ(assessor.judge(bench.control("spo.sites-owned")).verdict, Verdict::Pass);

  ASSERT_TRUE(bench.evidence.db.execute("DELETE FROM site_owners"));

  EXPECT_EQ(assessor.judge(bench.control("spo.sites-owned")).verdict, Verdict::Pass) << "its rows stay as they were";
}

TEST(AssessTest, AnotherAssessorMakesItsViewsAnew) {
  Bench bench;
  bench.collect("sites", "INSERT INTO sites(id) VALUES('a'); INSERT INTO site_owners VALUES(1, 'x'), (1, 'y')");
  ASSERT_EQ(bench.judge("spo.sites-owned").verdict, Verdict::Pass);

  ASSERT_TRUE(bench.evidence.db.execute("DELETE FROM site_owners"));

  EXPECT_EQ(bench.judge("spo.sites-owned").verdict, Verdict::Fail);
}

TEST(AssessTest, AViewThatFailsMakesItsControlsUnknown) {
  Bench bench;
  bench.collect("sites");
  for (auto& view : bench.catalogue.views) view.sql = "SELECT json('{') AS id, 1 AS owners";
  auto assessor = bench.assessor();

  for (int time = 0; time < 2; ++time) {
    const auto finding = assessor.judge(bench.control("spo.sites-owned"));
    EXPECT_EQ(finding.verdict, Verdict::Unknown);
    EXPECT_EQ(finding.reason, "the check could not be run: view `owned_sites`: sql: malformed JSON");
  }
}

TEST(NeededTest, NamesTablesColumnsAndParents) {
  const Bench bench;

  const auto reads =
      needed(bench.catalogue, {bench.catalogue.control("spo.sites-owned"), bench.catalogue.control("spo.training")});

  EXPECT_THAT(reads, ElementsAre(Pair("service_plans", ElementsAre("name", "status")),
                                 Pair("site_owners", ElementsAre("name", "parent")),
                                 Pair("sites", ElementsAre("ROWID", "id"))));
}

TEST(NeededTest, ANeededTableCountsEvenIfNoColumnIsRead) {
  Bench bench;
  bench.control("spo.sharing-off").needs = {"sites", "licence_flags"};

  EXPECT_THAT(needed(bench.catalogue, {bench.catalogue.control("spo.sharing-off")}),
              ElementsAre(Pair("service_plans", testing::_),
                          Pair("sharing_settings", ElementsAre("sharing", "tenant_id")), Pair("sites", IsEmpty())));
}

TEST(InScopeTest, AControlIsInTheScopeOfItsService) {
  const Bench bench;
  const auto& control = *bench.catalogue.control("spo.training");

  const auto with_scope = [&](std::vector<std::string> scope) {
    snapshot::Manifest manifest;
    manifest.scope = std::move(scope);
    return in_scope(control, manifest);
  };

  EXPECT_TRUE(with_scope({"entra", "sharepoint"}));
  EXPECT_FALSE(with_scope({"entra"}));
  EXPECT_FALSE(with_scope({}));
}

}  // namespace
}  // namespace assay::assess
