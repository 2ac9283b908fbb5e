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

TEST_F(ComplianceTest, CountsWhatWasJudged) {
  const auto two = requirement({Verdict::Pass, Verdict::Unknown, Verdict::NotApplicable});
  EXPECT_EQ(two.passed, 1U);
  EXPECT_EQ(two.judged, 2U);

  const auto three = requirement({Verdict::Pass, Verdict::NotLicensed, Verdict::Fail});
  EXPECT_EQ(three.passed, 1U);
  EXPECT_EQ(three.judged, 3U) << "where the licence is demanded its lack is a fail";
}

TEST_F(ComplianceTest, WhatPeopleMustSeeToIsNeverPassed) {
  catalogue_.frameworks.front().unlicensed_fails = false;
  catalogue_.frameworks.front().requirements.front().manual = "Read the policy.";

  for (const auto v : {Verdict::Pass, Verdict::NotApplicable, Verdict::NotLicensed}) {
    const auto result = requirement({v, v, v});
    EXPECT_EQ(result.verdict, Verdict::Manual) << name(v);
    EXPECT_EQ(result.reason, "Read the policy.") << name(v);
  }
}

TEST_F(ComplianceTest, WhatFailsOrIsUnknownStaysSoWhateverPeopleDo) {
  catalogue_.frameworks.front().requirements.front().manual = "Read the policy.";

  EXPECT_EQ(requirement({Verdict::Fail, Verdict::Pass, Verdict::Pass}).verdict, Verdict::Fail);
  EXPECT_EQ(requirement({Verdict::Fail, Verdict::Pass, Verdict::Pass}).reason, "fail 1");
  EXPECT_EQ(requirement({Verdict::Unknown, Verdict::Pass, Verdict::Pass}).verdict, Verdict::Unknown);
  EXPECT_EQ(requirement({}).verdict, Verdict::Unknown) << "its controls were not looked at";
}

TEST_F(ComplianceTest, AManualControlIsNamedBesideTheRequirementsOwnText) {
  catalogue_.frameworks.front().requirements.front().manual = "Read the policy.";

  const auto result = requirement({Verdict::Pass, Verdict::Pass, Verdict::Manual});

  EXPECT_EQ(result.verdict, Verdict::Manual);
  EXPECT_EQ(result.reason, "manual 3; Read the policy.");
}

TEST_F(ComplianceTest, ARequirementWithoutControlsMayBeManual) {
  catalogue_.frameworks.front().requirements[1].manual = "Read the policy.";

  const auto result = comply(catalogue_, catalogue_.frameworks.front(), {})[1];

  EXPECT_EQ(result.verdict, Verdict::Manual);
  EXPECT_EQ(result.reason, "Read the policy.");
  EXPECT_EQ(result.judged, 0U);
}

// Six controls of one topic, and a requirement about it.
class TopicComplianceTest : public testing::Test {
 protected:
  TopicComplianceTest() {
    catalogue_.controls.resize(6);
    for (std::size_t i = 0; i < 6; ++i) {
      catalogue_.controls[i].id = "c" + std::to_string(i + 1);
      catalogue_.controls[i].topics = {"mfa"};
    }
    catalogue_.controls[0].frameworks = {{"broad", {"B"}}};
    catalogue_.frameworks.resize(1);
    catalogue_.frameworks[0].id = "broad";
    catalogue_.frameworks[0].requirements.resize(1);
    catalogue_.frameworks[0].requirements[0].id = "B";
    catalogue_.frameworks[0].requirements[0].topics = {"mfa", "mfa"};
    catalogue_.build_index();
  }

  RequirementResult requirement(const std::vector<Verdict>& verdicts) {
    findings_.clear();
    for (std::size_t i = 0; i < verdicts.size(); ++i)
      findings_.push_back({&catalogue_.controls[i], verdicts[i], 0, 0, "because", {}});
    return comply(catalogue_, catalogue_.frameworks.front(), findings_).front();
  }

  catalog::Catalogue catalogue_;
  std::vector<Finding> findings_;
  static constexpr auto P = Verdict::Pass;
  static constexpr auto F = Verdict::Fail;
  static constexpr auto U = Verdict::Unknown;
  static constexpr auto N = Verdict::NotApplicable;
};

TEST_F(TopicComplianceTest, EachControlIsJudgedOnce) {
  const auto result = requirement({P, P, P, P, P, P});

  EXPECT_EQ(result.controls.size(), 6U) << "c1 names the requirement too, and the topic stands twice";
  EXPECT_EQ(result.findings.size(), 6U);
  EXPECT_EQ(controls_for(catalogue_, catalogue_.frameworks.front()).size(), 6U);
}

TEST_F(TopicComplianceTest, TheReasonOfManyControlsIsShort) {
  EXPECT_EQ(requirement({P, P, P, P, P, P}).reason, "6 of 6 controls pass");
  EXPECT_EQ(requirement({P, F, P, P, U, N}).reason, "3 of 5 controls pass; failing: c2");
  EXPECT_EQ(requirement({P, F, F, F, F, F}).reason, "1 of 6 controls pass; failing: c2, c3, c4 and 2 more");
  EXPECT_EQ(requirement({P, U, U, P, P, P}).reason, "4 of 6 controls pass; unknown: c2, c3");
  EXPECT_EQ(requirement({N, N, N, N, N, N}).reason,
            "no control could be judged; not applicable: c1, c2, c3 and 3 more");
}

TEST_F(TopicComplianceTest, WhatIsOutOfScopeCannotPass) {
  EXPECT_EQ(requirement({P, P, P}).verdict, U);
  EXPECT_EQ(requirement({P, P, P}).reason, "3 of 6 controls are out of the scope of this source");
  EXPECT_EQ(requirement({}).verdict, U);
  EXPECT_EQ(requirement({P, F, P}).verdict, F);
  EXPECT_EQ(requirement({P, F, P}).reason, "2 of 3 controls pass; failing: c2; 3 out of the scope of this source");
  EXPECT_EQ(requirement({P, U, P}).reason, "2 of 3 controls pass; unknown: c2; 3 out of the scope of this source");
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
