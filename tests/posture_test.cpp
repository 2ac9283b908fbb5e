// How the score follows a tenant from neglect to excellence, and that every finding can be followed to its reason.
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect_fixture.h"
#include "judged_tenant.h"
#include "score/score.h"

namespace assay {
namespace {

using assess::Verdict;
using sim::Posture;

class PostureTest : public CollectTest {
 protected:
  Result<JudgedTenant> judged(Posture posture) const {
    ServerOptions options;
    options.tenant.users = 120;
    options.tenant.posture = posture;
    return judge(catalogue(), std::move(options), folder_.path() / "t.assay",
                 [](const auto&) { return assess::Decisions(); });
  }
};

TEST_F(PostureTest, TheScoreRisesFromNeglectToExcellence) {
  double before = 0;
  std::map<std::string, double> categories;
  std::map<std::string, double> services;
  for (const auto posture :
       {Posture::Neglected, Posture::SecurityDefaults, Posture::Typical, Posture::Good, Posture::Excellent}) {
    const auto tenant = judged(posture);
    ASSERT_TRUE(tenant.has_value()) << describe(tenant.error());
    const SystemClock clock;
    const auto score = score::score(tenant->findings, tenant->decisions, clock);
    const auto where = static_cast<int>(posture);
    EXPECT_GT(score.current.percent(), before + 5) << where;
    before = score.current.percent();
    // Nothing gets worse on the way, as a whole or in a part of it.
    for (const auto& [category, points] : score.by_category) {
      EXPECT_GT(points.percent(), categories[category]) << category << where;
      categories[category] = points.percent();
    }
    for (const auto& [service, points] : score.by_service) {
      EXPECT_GE(points.percent(), services[service]) << service << where;
      services[service] = points.percent();
    }
  }
  EXPECT_GE(before, 80) << "excellent is good";
}

// What a person can do something with: who it is, or why it is so.
TEST_F(PostureTest, EveryFindingNamesItsResourcesOrItsReason) {
  for (const auto posture : {Posture::Neglected, Posture::Typical, Posture::Excellent}) {
    const auto tenant = judged(posture);
    ASSERT_TRUE(tenant.has_value()) << describe(tenant.error());
    for (const auto& finding : tenant->findings) {
      const auto& id = finding.control->id;
      EXPECT_NE(finding.reason, "") << id;
      EXPECT_EQ(finding.total > 0, !finding.resources.empty() &&
                                       std::any_of(finding.resources.begin(), finding.resources.end(),
                                                   [](const auto& r) { return r.verdict != Verdict::NotApplicable; }))
          << id << " judged " << finding.total << " and names " << finding.resources.size();
      for (const auto& resource : finding.resources) {
        EXPECT_NE(resource.id, "") << id;
        EXPECT_TRUE(resource.verdict == Verdict::Pass || !resource.reason.empty()) << id << ": " << resource.id;
      }
    }
  }
}

TEST_F(PostureTest, SecurityDefaultsAreCreditedAsMicrosoftDoes) {
  const auto with = judged(Posture::SecurityDefaults);
  ASSERT_TRUE(with.has_value()) << describe(with.error());
  const auto without = judged(Posture::Neglected);
  ASSERT_TRUE(without.has_value()) << describe(without.error());
  // MFA for everyone and for administrators, no legacy authentication. The risk policies are for the operator to claim.
  for (const char* control :
       {"entra.all-user-mfa", "entra.admin-mfa", "entra.block-legacy-auth", "entra.security-defaults-or-ca"}) {
    ASSERT_NE(with->find(control), nullptr) << control;
    EXPECT_EQ(assess::name(with->find(control)->verdict), "pass") << control << ": " << with->find(control)->reason;
    EXPECT_EQ(assess::name(without->find(control)->verdict), "fail") << control;
  }
}

}  // namespace
}  // namespace assay
