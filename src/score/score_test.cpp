#include "score/score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace assay::score {
namespace {

using assess::Decisions;
using assess::Finding;
using assess::Status;
using assess::Verdict;

constexpr Timestamp kNow = 1'780'000'000;

catalog::Control control(std::string id, int points, catalog::Scoring scoring = catalog::Scoring::Binary) {
  catalog::Control c;
  c.id = std::move(id);
  c.points = points;
  c.scoring = scoring;
  c.service = "entra";
  c.category = "identity";
  c.effort = "low";
  c.user_impact = "low";
  return c;
}

Finding finding(const catalog::Control& c, Verdict verdict, std::int64_t good = 0, std::int64_t total = 1) {
  return {&c, verdict, good, total, {}, {}};
}

Score judge(const std::vector<Finding>& findings, const Decisions& decisions = {}) {
  return score(findings, decisions, FixedClock(kNow));
}

TEST(ProportionalTest, RoundsToHundredthsHalfUp) {
  EXPECT_EQ(proportional(10, 50, 100), 500);
  EXPECT_EQ(proportional(2, 4, 9), 89);  // 0.888…
  EXPECT_EQ(proportional(1, 1, 8), 13);  // 0.125
  EXPECT_EQ(proportional(9, 2, 3), 600);
}

TEST(ProportionalTest, AShareOfWhatFailsCountsToo) {
  EXPECT_EQ(proportional(7, 0, 1, 92.0 / 102), 631);  // as Microsoft gives 92 of 102 users
  EXPECT_EQ(proportional(4, 1, 2, 0.5), 300);
  EXPECT_EQ(proportional(10, 2, 3, 0), proportional(10, 2, 3));
}

TEST(ProportionalTest, NoSubjectsGiveFullPoints) { EXPECT_EQ(proportional(10, 0, 0), 1000); }

TEST(ScoreTest, BinaryControlsEarnAllOrNothing) {
  const auto c = control("a", 8);
  EXPECT_EQ(judge({finding(c, Verdict::Pass, 1, 1)}).current.earned, 800);
  EXPECT_EQ(judge({finding(c, Verdict::Fail, 99, 100)}).current.earned, 0);
}

TEST(ScoreTest, ProportionalControlsEarnTheirShare) {
  const auto c = control("a", 10, catalog::Scoring::Proportional);
  EXPECT_EQ(judge({finding(c, Verdict::Fail, 5, 100)}).current.earned, 50);
}

TEST(ScoreTest, UnknownEarnsNothingAndStaysInThePossiblePoints) {
  const auto a = control("a", 6);
  const auto b = control("b", 4);
  const auto s = judge({finding(a, Verdict::Pass, 1), finding(b, Verdict::Unknown)});
  EXPECT_EQ(s.current.earned, 600);
  EXPECT_EQ(s.current.possible, 1000);
  EXPECT_EQ(s.unknown, 400);
  EXPECT_DOUBLE_EQ(s.percent_of_seen(), 100);
}

TEST(ScoreTest, NotApplicableNotLicensedAndManualLeaveThePossiblePoints) {
  const auto c = control("a", 5);
  for (const auto verdict : {Verdict::NotApplicable, Verdict::NotLicensed, Verdict::Manual}) {
    const auto s = judge({finding(c, verdict)});
    EXPECT_EQ(s.current.possible, 0) << name(verdict);
    EXPECT_EQ(s.actions[0].rank, 0);
  }
}

TEST(ScoreTest, SelfClaimsEarnFullPointsUntilTheyExpireAndAreCountedApart) {
  const auto c = control("a", 5);
  for (const auto status : {Status::ThirdParty, Status::AlternateMitigation}) {
    Decisions decisions;
    decisions.statuses["a"] = {status, "Ada", "firewall", kNow + 1};
    EXPECT_EQ(judge({finding(c, Verdict::Fail)}, decisions).current.earned, 500);
    EXPECT_EQ(judge({finding(c, Verdict::Fail)}, decisions).self_claimed, 500);
    decisions.statuses["a"].expires = kNow;
    EXPECT_EQ(judge({finding(c, Verdict::Fail)}, decisions).current.earned, 0);
  }
}

TEST(ScoreTest, CompletedIsComputedWhateverWasDecided) {
  const auto c = control("a", 5);
  Decisions decisions;
  decisions.statuses["a"] = {Status::RiskAccepted, "Ada", "old system", {}};
  EXPECT_EQ(judge({finding(c, Verdict::Pass, 1)}, decisions).actions[0].status, Status::Completed);
}

TEST(ScoreTest, AcceptedRiskKeepsThePossiblePointsUnlessExcluded) {
  const auto a = control("a", 5);
  const auto b = control("b", 5);
  Decisions decisions;
  decisions.statuses["a"] = {Status::RiskAccepted, "Ada", "old system", {}};
  const std::vector<Finding> findings{finding(a, Verdict::Fail), finding(b, Verdict::Pass, 1)};
  EXPECT_EQ(judge(findings, decisions).current.possible, 1000);
  decisions.exclude_risk_accepted = true;
  EXPECT_EQ(judge(findings, decisions).current.possible, 500);
}

TEST(ScoreTest, ViewsShowWhatPlansAndLicencesWouldGive) {
  const auto planned = control("planned", 3);
  const auto accepted = control("accepted", 2);
  const auto unlicensed = control("unlicensed", 10);
  const auto done = control("done", 5);
  Decisions decisions;
  decisions.statuses["planned"] = {Status::Planned, "Ada", "next month", {}};
  decisions.statuses["accepted"] = {Status::RiskAccepted, "Ada", "old system", {}};
  const auto s = judge({finding(planned, Verdict::Fail), finding(accepted, Verdict::Fail),
                        finding(unlicensed, Verdict::NotLicensed), finding(done, Verdict::Pass, 1)},
                       decisions);
  EXPECT_EQ(s.current.earned, 500);
  EXPECT_EQ(s.current.possible, 1000);
  EXPECT_EQ(s.planned.earned, 800);
  EXPECT_EQ(s.current_licence.earned, 1000);
  EXPECT_EQ(s.current_licence.possible, 2000);
  EXPECT_EQ(s.achievable.earned, 800);
  EXPECT_EQ(s.achievable.possible, 2000);
}

TEST(ScoreTest, ZonesFollowTheTenantsOwnLimits) {
  const auto c = control("a", 10, catalog::Scoring::Proportional);
  Decisions decisions;
  EXPECT_EQ(judge({finding(c, Verdict::Fail, 80, 100)}, decisions).zone, Zone::Good);
  EXPECT_EQ(judge({finding(c, Verdict::Fail, 79, 100)}, decisions).zone, Zone::Okay);
  EXPECT_EQ(judge({finding(c, Verdict::Fail, 59, 100)}, decisions).zone, Zone::Bad);
  decisions.zones = {50, 20};
  EXPECT_EQ(judge({finding(c, Verdict::Fail, 59, 100)}, decisions).zone, Zone::Good);
}

TEST(ScoreTest, RanksByMissingPointsAgainstEffortAndImpactOnUsers) {
  const auto easy = control("easy", 4);
  auto hard = control("hard", 9);
  hard.effort = "high";  // 9 / 4
  auto felt = control("felt", 9);
  felt.user_impact = "high";  // 9 / 2.5
  const auto unseen = control("unseen", 10);
  const auto s = judge({finding(hard, Verdict::Fail), finding(unseen, Verdict::Unknown), finding(felt, Verdict::Fail),
                        finding(easy, Verdict::Fail)});
  EXPECT_EQ(s.actions[3].rank, 1);
  EXPECT_EQ(s.actions[2].rank, 2);
  EXPECT_EQ(s.actions[0].rank, 3);
  EXPECT_EQ(s.actions[1].rank, 4) << "what nobody could see comes after what is known to fail";
}

TEST(ScoreTest, ImpactIsTheShareOfThePossiblePointsThatIsMissing) {
  const auto a = control("a", 1);
  const auto b = control("b", 3);
  const auto s = judge({finding(a, Verdict::Fail), finding(b, Verdict::Pass, 1)});
  EXPECT_DOUBLE_EQ(s.actions[0].impact, 25);
  EXPECT_DOUBLE_EQ(s.actions[1].impact, 0);
}

TEST(ScoreTest, PointsMayBeOverridden) {
  const auto a = control("a", 1);
  Decisions decisions;
  decisions.points["a"] = 20;
  EXPECT_EQ(judge({finding(a, Verdict::Pass, 1)}, decisions).current.earned, 2000);
  decisions.points["a"] = 0;
  EXPECT_EQ(judge({finding(a, Verdict::Pass, 1)}, decisions).current.possible, 0);
}

// A tenant made up at random: controls of every kind with findings of every kind.
struct World {
  std::vector<catalog::Control> controls;
  std::vector<Finding> findings;
  Decisions decisions;
};

World any_world() {
  World world;
  const auto size = *rc::gen::inRange<std::size_t>(1, 12);
  for (std::size_t i = 0; i < size; ++i) {
    auto c = control("c" + std::to_string(i), *rc::gen::inRange(1, 11),
                     *rc::gen::element(catalog::Scoring::Binary, catalog::Scoring::Proportional));
    c.service = *rc::gen::element<std::string>("entra", "teams", "exchange");
    c.category = *rc::gen::element<std::string>("identity", "data");
    world.controls.push_back(std::move(c));
  }
  for (const auto& c : world.controls) {
    const auto total = *rc::gen::inRange<std::int64_t>(1, 50);
    const auto good = *rc::gen::inRange<std::int64_t>(0, total + 1);
    auto verdict = *rc::gen::element(Verdict::Fail, Verdict::Unknown, Verdict::NotApplicable, Verdict::NotLicensed,
                                     Verdict::Manual);
    if (verdict == Verdict::Fail && good == total) verdict = Verdict::Pass;
    world.findings.push_back(finding(c, verdict, good, total));
    if (*rc::gen::inRange(0, 4) == 0)
      world.decisions.statuses[c.id] = {
          *rc::gen::element(Status::Planned, Status::RiskAccepted, Status::ThirdParty), "o", "r", {}};
  }
  return world;
}

RC_GTEST_PROP(ScoreProperty, FixingASubjectNeverLowersTheScore, ()) {
  auto world = any_world();
  const auto before = judge(world.findings, world.decisions);
  auto& f = world.findings[*rc::gen::inRange<std::size_t>(0, world.findings.size())];
  RC_PRE(f.verdict == Verdict::Fail);
  ++f.good;
  if (f.good == f.total) f.verdict = Verdict::Pass;
  const auto after = judge(world.findings, world.decisions);
  RC_ASSERT(after.current.earned >= before.current.earned);
  RC_ASSERT(after.current.percent() >= before.current.percent());
}

RC_GTEST_PROP(ScoreProperty, RemovingEvidenceNeverRaisesTheScore, ()) {
  auto world = any_world();
  const auto before = judge(world.findings, world.decisions);
  auto& f = world.findings[*rc::gen::inRange<std::size_t>(0, world.findings.size())];
  RC_PRE(f.verdict != Verdict::Manual);  // attested by people, not seen in evidence
  f.verdict = Verdict::Unknown;
  const auto after = judge(world.findings, world.decisions);
  // What the operator claims to have solved elsewhere stays claimed, seen or not.
  const auto status = world.decisions.statuses.find(f.control->id);
  RC_PRE(status == world.decisions.statuses.end() || status->second.status != Status::ThirdParty);
  RC_ASSERT(after.current.percent() <= before.current.percent());
}

RC_GTEST_PROP(ScoreProperty, GroupsAddUpToTheTotal, ()) {
  const auto world = any_world();
  const auto s = judge(world.findings, world.decisions);
  for (const auto* groups : {&s.by_category, &s.by_service}) {
    Points sum;
    for (const auto& [name, points] : *groups) {
      sum.earned += points.earned;
      sum.possible += points.possible;
    }
    RC_ASSERT(sum.earned == s.current.earned);
    RC_ASSERT(sum.possible == s.current.possible);
  }
}

RC_GTEST_PROP(ScoreProperty, TheOrderOfFindingsDoesNotMatter, ()) {
  auto world = any_world();
  const auto before = judge(world.findings, world.decisions);
  std::map<std::string, int> ranks;
  for (const auto& a : before.actions) ranks[a.finding->control->id] = a.rank;
  std::reverse(world.findings.begin(), world.findings.end());
  const auto after = judge(world.findings, world.decisions);
  RC_ASSERT(after.current.earned == before.current.earned);
  RC_ASSERT(after.current.possible == before.current.possible);
  for (const auto& a : after.actions) RC_ASSERT(a.rank == ranks[a.finding->control->id]);
}

RC_GTEST_PROP(ScoreProperty, EveryViewStaysWithinItsBounds, ()) {
  const auto world = any_world();
  const auto s = judge(world.findings, world.decisions);
  for (const auto& view : {s.current, s.planned, s.current_licence, s.achievable}) {
    RC_ASSERT(0 <= view.earned);
    RC_ASSERT(view.earned <= view.possible);
  }
  RC_ASSERT(s.planned.earned >= s.current.earned);
  RC_ASSERT(s.achievable.earned <= s.current_licence.earned);
}

}  // namespace
}  // namespace assay::score
