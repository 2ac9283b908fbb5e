// The better a tenant is looked after, the more of it is as it should be; and what happens day by day.
#include <set>

#include <gtest/gtest.h>

#include "sim/tenant/tenant.h"

namespace assay::sim {
namespace {

constexpr Posture kPostures[] = {Posture::Neglected, Posture::SecurityDefaults, Posture::Typical, Posture::Good,
                                 Posture::Excellent};

double percent(const Tenant& tenant) {
  const auto today = tenant.find("graph/v1.0", "security/secureScores")->at(0);
  return 100 * today["currentScore"].get<double>() / today["maxScore"].get<double>();
}

TEST(PostureTest, SecureScoreRisesWithThePosture) {
  double before = 5;
  for (const auto posture : kPostures) {
    const Tenant tenant({.users = 200, .posture = posture});
    const auto now = percent(tenant);
    EXPECT_GT(now, before + 4) << static_cast<int>(posture);
    before = now;
  }
  EXPECT_GT(before, 90);
}

TEST(PostureTest, MorePeopleHaveASecondFactor) {
  std::size_t before = 0;
  for (const auto posture : kPostures) {
    const Tenant tenant({.users = 400, .posture = posture});
    std::size_t now = 0;
    const auto details = tenant.find("graph/v1.0", "reports/authenticationMethods/userRegistrationDetails");
    for (std::size_t i = 0; i < details->size(); ++i) {
      const auto person = details->at(i);
      EXPECT_EQ(person["isMfaRegistered"].get<bool>(), !person["methodsRegistered"].empty());
      now += person["isMfaRegistered"].get<bool>() ? 1 : 0;
    }
    EXPECT_GT(now, before);
    before = now;
  }
}

TEST(PostureTest, PoliciesGrowStricter) {
  const auto enabled = [](Posture posture) {
    const Tenant tenant({.users = 20, .posture = posture});
    const auto policies = tenant.find("graph/v1.0", "identity/conditionalAccess/policies");
    std::size_t out = 0;
    for (std::size_t i = 0; i < policies->size(); ++i) out += policies->at(i)["state"] == "enabled" ? 1 : 0;
    return out;
  };
  EXPECT_EQ(enabled(Posture::Neglected), 0U);
  EXPECT_EQ(enabled(Posture::SecurityDefaults), 0U);
  EXPECT_GT(enabled(Posture::Typical), 2U);
  EXPECT_GT(enabled(Posture::Good), enabled(Posture::Typical));
  EXPECT_GT(enabled(Posture::Excellent), enabled(Posture::Good));
  const auto defaults = [](Posture posture) {
    return Tenant({.users = 20, .posture = posture})
        .find("graph/v1.0", "policies/identitySecurityDefaultsEnforcementPolicy")
        ->at(0)["isEnabled"]
        .get<bool>();
  };
  EXPECT_FALSE(defaults(Posture::Neglected));
  EXPECT_TRUE(defaults(Posture::SecurityDefaults));
  EXPECT_FALSE(defaults(Posture::Typical));
}

TEST(ScoreTest, ArithmeticOfADocumentHolds) {
  const Tenant tenant({.users = 120, .day = 30});
  const auto documents = tenant.find("graph/v1.0", "security/secureScores");
  const auto profiles = tenant.find("graph/v1.0", "security/secureScoreControlProfiles");
  std::map<std::string, double> most;
  for (std::size_t i = 0; i < profiles->size(); ++i)
    most[profiles->at(i)["id"].get<std::string>()] = profiles->at(i)["maxScore"].get<double>();
  ASSERT_EQ(documents->size(), 90U);
  EXPECT_EQ(documents->at(0)["createdDateTime"], "2026-01-31T00:00:00Z");
  EXPECT_EQ(documents->index_of(tenant.id() + "_2026-01-30"), 1U);
  for (const std::size_t day : {0U, 1U, 89U}) {
    const auto document = documents->at(day);
    double sum = 0;
    double points = 0;
    for (const auto& control : document["controlScores"]) {
      const auto maximum = most.at(control["controlName"].get<std::string>());
      EXPECT_LE(control["score"].get<double>(), maximum);
      sum += control["score"].get<double>();
      points += maximum;
    }
    EXPECT_NEAR(sum, document["currentScore"].get<double>(), 0.006);
    EXPECT_NEAR(points, document["maxScore"].get<double>(), 1e-9);
  }
}

double score_of(const Json& document, std::string_view control) {
  for (const auto& score : document["controlScores"])
    if (score["controlName"] == control) return score["score"];
  return -1;
}

// A setting that somebody changed shows on the day of the change, and the days before keep what they said.
TEST(ScoreTest, AnOldDocumentSaysWhatTheDaysOwnSaid) {
  constexpr const char* kBySetting[] = {"aad_phishing_MFA_strength", "aad_admin_consent_workflow", "mdo_safedocuments",
                                        "mdo_atpprotection",         "SigninRiskPolicy",           "UserRiskPolicy"};
  std::size_t changes = 0;
  constexpr std::pair<int, unsigned> kDays[] = {{25, 10}, {90, 25}, {150, 30}, {220, 60}};
  for (const auto& [then, ago] : kDays) {
    const auto now = then + static_cast<int>(ago);
    const auto old = Tenant({.users = 40, .posture = Posture::Good, .day = then});
    const auto later = Tenant({.users = 40, .posture = Posture::Good, .day = now});
    const auto documents = later.find("graph/v1.0", "security/secureScores");
    const auto on_the_day = old.find("graph/v1.0", "security/secureScores")->at(0);
    const auto kept = documents->at(ago);
    const auto newest = documents->at(0);
    for (const char* control : kBySetting) {
      const bool good = score_of(on_the_day, control) > 0;
      EXPECT_EQ(score_of(kept, control) > 0, good) << control << " on day " << then;
      changes += (score_of(newest, control) > 0) == good ? 0 : 1;
    }
  }
  EXPECT_GT(changes, 1U);
}

TEST(ScoreTest, UnderSecurityDefaultsTheSecondFactorAndLegacyProtocolsHaveAllPoints) {
  const Tenant tenant({.users = 60, .posture = Posture::SecurityDefaults});
  const auto today = tenant.find("graph/v1.0", "security/secureScores")->at(0);
  EXPECT_EQ(score_of(today, "AdminMFAV2"), 10);
  EXPECT_EQ(score_of(today, "MFARegistrationV2"), 9);
  EXPECT_EQ(score_of(today, "BlockLegacyAuthentication"), 8);
  EXPECT_EQ(score_of(today, "SigninRiskPolicy"), 0);
}

// Without a plan its policies are not served, so they count for nothing.
TEST(ScoreTest, WithoutALicenceForPoliciesNobodyIsCovered) {
  const Tenant tenant({.users = 60, .posture = Posture::Excellent, .without_plans = {"AAD_PREMIUM", "AAD_PREMIUM_P2"}});
  const auto today = tenant.find("graph/v1.0", "security/secureScores")->at(0);
  EXPECT_EQ(score_of(today, "MFARegistrationV2"), 0);
  EXPECT_EQ(score_of(today, "BlockLegacyAuthentication"), 0);
  EXPECT_EQ(score_of(today, "SigninRiskPolicy"), -1);
}

// Rows of the directory's log about Conditional Access policies, newest first.
std::vector<Json> policy_events(const Tenant& tenant) {
  std::vector<Json> out;
  const auto log = tenant.find("graph/v1.0", "auditLogs/directoryAudits");
  for (std::size_t i = 0; i < log->size(); ++i)
    if (auto row = log->at(i); row["activityDisplayName"] == "Update Conditional Access policy")
      out.push_back(std::move(row));
  return out;
}

TEST(DriftTest, TheLogTellsWhoChangedWhatIsSo) {
  std::size_t checked = 0;
  for (int day = 20; day < 140; day += 20) {
    const Tenant tenant({.users = 100, .posture = Posture::Good, .day = day});
    const auto policies = tenant.find("graph/v1.0", "identity/conditionalAccess/policies");
    std::set<std::string> seen;
    for (const auto& row : policy_events(tenant)) {
      const auto& target = row["targetResources"][0];
      if (!seen.insert(target["id"].get<std::string>()).second) continue;  // an older change of the same policy
      const auto index = policies->index_of(target["id"].get<std::string>());
      ASSERT_TRUE(index);
      const auto after = Json::parse(target["modifiedProperties"][0]["newValue"].get<std::string>());
      EXPECT_EQ(policies->at(*index)["state"], after["state"]);
      EXPECT_EQ(policies->at(*index)["modifiedDateTime"], row["activityDateTime"]);
      EXPECT_NE(tenant.find("graph/v1.0", "users/" + row["initiatedBy"]["user"]["id"].get<std::string>()), nullptr);
      ++checked;
    }
  }
  EXPECT_GT(checked, 2U);
}

TEST(DriftTest, WhatHappenedStaysTheSameOnLaterDays) {
  const Tenant today({.users = 100, .day = 50});
  const Tenant later({.users = 100, .day = 57});
  std::map<std::string, Json> known;
  const auto log = later.find("graph/v1.0", "auditLogs/directoryAudits");
  for (std::size_t i = 0; i < log->size(); ++i) known[log->at(i)["id"].get<std::string>()] = log->at(i);
  const auto before = today.find("graph/v1.0", "auditLogs/directoryAudits");
  std::size_t same = 0;
  for (std::size_t i = 0; i < before->size(); ++i) {
    const auto row = before->at(i);
    if (row["activityDateTime"].get<std::string>() < "2026-02-10") continue;  // too old for the later log
    if (row["category"] == "GroupManagement" || row["activityDisplayName"] == "Update user") continue;
    ASSERT_TRUE(known.contains(row["id"].get<std::string>())) << row["activityDisplayName"];
    EXPECT_EQ(known[row["id"].get<std::string>()], row);
    ++same;
  }
  EXPECT_GT(same, 5U);
}

TEST(DriftTest, TenantsGrowAndSettingsMove) {
  const Tenant start({.users = 500, .posture = Posture::Good});
  const Tenant later({.users = 500, .posture = Posture::Good, .day = 60});
  EXPECT_EQ(start.find("graph/v1.0", "users")->size(), 500U);
  EXPECT_GT(later.find("graph/v1.0", "users")->size(), 505U);
  EXPECT_GT(later.find("graph/v1.0", "security/auditLog/records")->size(), 1U);
  std::set<double> scores;
  const auto documents = later.find("graph/v1.0", "security/secureScores");
  for (std::size_t i = 0; i < 60; ++i) scores.insert(documents->at(i)["currentScore"].get<double>());
  EXPECT_GT(scores.size(), 5U);
}

}  // namespace
}  // namespace assay::sim
