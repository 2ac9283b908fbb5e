#include "assess/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"

namespace assay::assess {
namespace {

using ::testing::HasSubstr;

// A case that is none of the control's own, by itself.
CaseResult run_case(const catalog::Catalogue& catalogue, catalog::Control control, const catalog::Case& test) {
  control.cases = {test};
  auto result = run_cases(catalogue, control).at(0);
  result.control = nullptr;
  result.test = nullptr;
  return result;
}

class CasesTest : public testing::Test {
 protected:
  // Runs a case of a control; `expect` is its verdict.
  CaseResult run(const std::string& control, const Json& given, const std::string& expect) {
    test_ = {"case", given, {}, Json::object(), expect, {}, {}, {}, 0};
    return run_case(catalogue_, *catalogue_.control(control), test_);
  }
  std::string difference(const std::string& control, const Json& given, const std::string& expect) {
    return run(control, given, expect).difference;
  }

  catalog::Catalogue catalogue_ = catalog::Example().load();
  catalog::Case test_;
};

TEST_F(CasesTest, TheCasesOfTheExampleHold) {
  for (const auto& control : catalogue_.controls) {
    const auto results = run_cases(catalogue_, control);
    ASSERT_EQ(results.size(), control.cases.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_TRUE(results[i].ok) << control.id << ": " << control.cases[i].name << ": " << results[i].difference;
      EXPECT_EQ(results[i].difference, "");
      EXPECT_EQ(results[i].control, &control);
      EXPECT_EQ(results[i].test, &control.cases[i]);
    }
  }
}

TEST_F(CasesTest, AnotherVerdictIsToldWithItsReason) {
  const auto result = run("spo.sharing-off", {{"sharing_settings", {{{"sharing", "anyone"}}}}}, "pass");

  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.difference, "expected pass, got fail: external sharing is anyone");
}

TEST_F(CasesTest, TheReasonMustHoldWhatIsExpected) {
  test_ = {"case", {{"sharing_settings", {{{"sharing", "anyone"}}}}}, {}, Json::object(), "fail", "is existing", {}, {},
           0};
  EXPECT_EQ(run_case(catalogue_, *catalogue_.control("spo.sharing-off"), test_).difference,
            "the reason lacks `is existing`: external sharing is anyone");
}

TEST_F(CasesTest, CountsAreCompared) {
  test_ = {"case", {{"sites", {{{"id", "a"}}}}}, {}, Json::object(), "fail", {}, 1, {}, 0};
  EXPECT_EQ(run_case(catalogue_, *catalogue_.control("spo.sites-owned"), test_).difference,
            "expected 1 of 1, got 0 of 1");

  test_ = {"case", {{"sites", {{{"id", "a"}}}}}, {}, Json::object(), "fail", {}, {}, 3, 0};
  EXPECT_EQ(run_case(catalogue_, *catalogue_.control("spo.sites-owned"), test_).difference,
            "expected 0 of 3, got 0 of 1");
}

TEST_F(CasesTest, WhatIsNotGivenIsAbsent) {
  EXPECT_EQ(difference("spo.sharing-off", Json::object(), "pass"),
            "expected pass, got unknown: there is no evidence on `sharing_settings`");
}

TEST_F(CasesTest, AnEmptyTableIsNotAnAbsentOne) {
  EXPECT_EQ(difference("spo.sharing-off", {{"sharing_settings", Json::array()}}, "pass"),
            "expected pass, got unknown: no settings were returned");
  EXPECT_EQ(difference("spo.sharing-off", {{"sharing_settings", "denied"}}, "pass"),
            "expected pass, got unknown: `sharing_settings` could not be read: permission denied");
}

TEST_F(CasesTest, AColumnThatIsLeftOutTakesWhatTheServiceDocuments) {
  for (auto& control : catalogue_.controls)
    if (control.id == "spo.sharing-off")
      control.check =
          "SELECT tenant_id AS resource, 'fail' AS verdict, days || ' ' || quote(sharing) || quote(tenant_id) AS "
          "reason FROM sharing_settings";

  EXPECT_EQ(difference("spo.sharing-off", {{"sharing_settings", {Json::object()}}}, "pass"),
            "expected pass, got fail: 30 NULLNULL");
  EXPECT_EQ(difference("spo.sharing-off", {{"sharing_settings", {{{"days", nullptr}}}}}, "pass"),
            "expected pass, got fail: 0 NULLNULL");
  EXPECT_EQ(difference("spo.sharing-off",
                       {{"sharing_settings", {{{"days", 2.5}, {"sharing", true}, {"tenant_id", {"a", "b"}}}}}}, "pass"),
            "expected pass, got fail: 2.5 '1''[\"a\",\"b\"]'");
}

TEST_F(CasesTest, LicencesCanBeHeldOrMissing) {
  const Json rows{{{"sharing", "disabled"}}};

  EXPECT_TRUE(
      run("spo.sharing-off", {{"sharing_settings", rows}, {"licences", {{"held", {"SHAREPOINT"}}}}}, "pass").ok);
  EXPECT_TRUE(
      run("spo.sharing-off", {{"sharing_settings", rows}, {"licences", {{"missing", {"SHAREPOINT"}}}}}, "not_licensed")
          .ok);
}

TEST_F(CasesTest, TheTenantCanBeGiven) {
  for (auto& control : catalogue_.controls)
    if (control.id == "spo.sharing-off")
      control.check = "SELECT id AS resource, 'pass' AS verdict, id || name || cloud AS reason FROM tenant";
  test_ = {
      "case", {{"sharing_settings", Json::array()}, {"tenant", {{"id", "1"}, {"name", "Contoso"}, {"cloud", "gcc"}}}},
      {},     Json::object(),
      "pass", "1Contosogcc",
      {},     {},
      0};

  EXPECT_EQ(run_case(catalogue_, *catalogue_.control("spo.sharing-off"), test_).difference, "");
}

TEST_F(CasesTest, ValuesCanBeDeclaredOneOrMany) {
  const Json sites{{{"id", "a"}}};
  EXPECT_TRUE(run("spo.sites-owned", {{"sites", sites}, {"declared", {{"site", "A"}}}}, "not_applicable").ok);
  EXPECT_TRUE(run("spo.sites-owned", {{"sites", sites}, {"declared", {{"site", {"b", "a"}}}}}, "not_applicable").ok);
  EXPECT_TRUE(run("spo.sites-owned", {{"sites", sites}, {"declared", {{"user", {"a"}}}}}, "fail").ok);
}

TEST_F(CasesTest, ACaseThatCannotBeRunIsADifference) {
  EXPECT_EQ(difference("spo.sharing-off", {{"nothing", Json::array()}}, "pass"), "unknown table `nothing`");
  EXPECT_THAT(difference("spo.sites-owned", {{"declared", {{"site", {1}}}}}, "pass"), HasSubstr("type must be string"));
  EXPECT_THAT(difference("spo.sharing-off", {{"licences", {"SHAREPOINT"}}}, "pass"), HasSubstr("cannot use value()"));
}

// Whatever came before, what a case finds is what it finds alone: rows, coverage, licences, declared values, views.
TEST_F(CasesTest, ACaseSeesNothingOfThoseBefore) {
  auto control = *catalogue_.control("spo.sites-owned");
  const auto add = [&](const char* name, const Json& given, const char* verdict) {
    control.cases.push_back({name, given, {}, Json::object(), verdict, {}, {}, {}, 0});
  };
  control.cases.clear();
  add("an unowned site", {{"sites", {{{"id", "a"}}}}}, "fail");
  add("nothing", Json::object(), "unknown");
  add("the site is declared", {{"sites", {{{"id", "a"}}}}, {"declared", {{"site", "a"}}}}, "not_applicable");
  add("and now it is not", {{"sites", {{{"id", "a"}}}}}, "fail");
  add("two owners", {{"sites", {{{"id", "a"}, {"site_owners", {{{"name", "x"}}, {{"name", "y"}}}}}}}}, "pass");
  add("no such table", {{"nothing", Json::array()}}, "fail");
  add("another unowned site", {{"sites", {{{"id", "b"}}}}}, "fail");

  const auto results = run_cases(catalogue_, control);

  ASSERT_EQ(results.size(), 7u);
  for (const auto& result : results)
    EXPECT_EQ(result.difference, result.test->name == "no such table" ? "unknown table `nothing`" : "")
        << result.test->name;
}

TEST_F(CasesTest, ALicenceOfOneCaseIsNotThatOfTheNext) {
  auto control = *catalogue_.control("spo.sharing-off");
  const Json rows{{{"sharing", "disabled"}}};
  const Json missing{{"sharing_settings", rows}, {"licences", {{"missing", {"SHAREPOINT"}}}}};
  const Json not_said{{"sharing_settings", rows}};
  control.cases = {{"missing", missing, {}, Json::object(), "not_licensed", {}, {}, {}, 0},
                   {"not said", not_said, {}, Json::object(), "pass", {}, {}, {}, 0},
                   {"missing again", missing, {}, Json::object(), "not_licensed", {}, {}, {}, 0}};

  for (const auto& result : run_cases(catalogue_, control)) EXPECT_EQ(result.difference, "") << result.test->name;
}

TEST_F(CasesTest, AControlThatWasChangedIsJudgedAsItIsNow) {
  auto changed = *catalogue_.control("spo.sharing-off");
  changed.check = "SELECT 't' AS resource, 'pass' AS verdict, 'changed' AS reason";

  const auto& control = *catalogue_.control("spo.sharing-off");
  auto loaded = LoadedCase::load(catalogue_, control, control.cases[1]).value();
  const auto finding = loaded.judge(changed);

  EXPECT_EQ(finding.verdict, Verdict::Pass);
  EXPECT_EQ(finding.reason, "changed");
  EXPECT_EQ(loaded.judge(control).verdict, Verdict::Fail);
}

TEST_F(CasesTest, AViewThatWasChangedCountsOnceItIsRenewed) {
  const auto& control = *catalogue_.control("spo.sites-owned");
  auto loaded = LoadedCase::load(catalogue_, control, control.cases[0]).value();
  EXPECT_EQ(loaded.judge(control).verdict, Verdict::Pass);

  catalogue_.views[0].sql = "SELECT id, 0 AS owners FROM sites";
  EXPECT_EQ(loaded.judge(control).verdict, Verdict::Pass);

  ASSERT_TRUE(loaded.renew(catalogue_.views[0]).has_value());
  EXPECT_EQ(loaded.judge(control).verdict, Verdict::Fail);
}

}  // namespace
}  // namespace assay::assess
