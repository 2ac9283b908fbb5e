#include "assess/compliance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/example.h"

namespace assay::assess {
namespace {

using ::testing::ElementsAre;

// Three controls that all answer EX.1; the other requirements are answered by nobody.
class ComplianceTest : public testing::Test {
 protected:
  ComplianceTest() {
    for (auto& control : catalogue_.controls) control.frameworks = {{"example", {"EX.1"}}};
    catalogue_.build_index();
  }

  // EX.1, when the controls found these verdicts, in order of their ids.
  RequirementResult requirement(const std::vector<Verdict>& verdicts) {
    findings_.clear();
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      Finding finding;
      finding.control = &catalogue_.controls[i];
      finding.verdict = verdicts[i];
      finding.reason = std::string(name(verdicts[i])) + " " + std::to_string(i + 1);
      findings_.push_back(finding);
    }
    return comply(catalogue_, catalogue_.frameworks.front(), findings_).front();
  }

  catalog::Catalogue catalogue_ = catalog::Example().load();
  std::vector<Finding> findings_;
};

TEST_F(ComplianceTest, AllControlsMustPass) {
  const auto result = requirement({Verdict::Pass, Verdict::Pass, Verdict::Pass});

  EXPECT_EQ(result.requirement->id, "EX.1");
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_EQ(result.reason, "pass 1; pass 2; pass 3");
  EXPECT_EQ(result.findings.size(), 3U);
}

TEST_F(ComplianceTest, TheWorstVerdictCounts) {
  EXPECT_EQ(requirement({Verdict::Unknown, Verdict::Fail, Verdict::Pass}).verdict, Verdict::Fail);
  EXPECT_EQ(requirement({Verdict::Manual, Verdict::Unknown, Verdict::Pass}).verdict, Verdict::Unknown);
  EXPECT_EQ(requirement({Verdict::Pass, Verdict::Manual, Verdict::Pass}).verdict, Verdict::Manual);
}

TEST_F(ComplianceTest, TheReasonIsThatOfTheVerdict) {
  EXPECT_EQ(requirement({Verdict::Fail, Verdict::Pass, Verdict::Fail}).reason, "fail 1; fail 3");
}

TEST_F(ComplianceTest, WhatDoesNotApplyDoesNotCountBesideOthers) {
  EXPECT_EQ(requirement({Verdict::NotApplicable, Verdict::Pass, Verdict::NotApplicable}).verdict, Verdict::Pass);
  EXPECT_EQ(requirement({Verdict::NotApplicable, Verdict::NotApplicable, Verdict::NotApplicable}).verdict,
            Verdict::NotApplicable);
}

TEST_F(ComplianceTest, WhereTheLicenceIsDemandedItsLackFails) {
  const auto result = requirement({Verdict::Pass, Verdict::NotLicensed, Verdict::Pass});

  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_EQ(result.reason, "not_licensed 2");
}

TEST_F(ComplianceTest, WhereItIsNotDemandedItsLackIsPassedOver) {
  catalogue_.frameworks.front().unlicensed_fails = false;

  EXPECT_EQ(requirement({Verdict::Pass, Verdict::NotLicensed, Verdict::Pass}).verdict, Verdict::Pass);
  EXPECT_EQ(requirement({Verdict::NotLicensed, Verdict::NotLicensed, Verdict::NotApplicable}).verdict,
            Verdict::NotLicensed);
}

TEST_F(ComplianceTest, ARequirementWithoutAFindingIsUnknown) {
  const auto result = requirement({});

  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_EQ(result.reason, "no control answers it");
  EXPECT_EQ(comply(catalogue_, catalogue_.frameworks.front(), {}).size(), 3U);
}

TEST(ControlsForTest, AreThoseThatNameTheFramework) {
  auto catalogue = catalog::Example().load();
  for (auto& control : catalogue.controls)
    if (control.manual) control.frameworks = {{"example", {}}, {"other", {"1"}}};

  std::vector<std::string> ids;
  for (const auto* control : controls_for(catalogue, *catalogue.framework("example"))) ids.push_back(control->id);

  EXPECT_THAT(ids, ElementsAre("spo.sharing-off", "spo.sites-owned"));
}

}  // namespace
}  // namespace assay::assess
