// Microsoft's score of a simulated tenant beside ours: where Microsoft's rule is known, the same to the cent. The
// simulated services work theirs out from what the tenant is, by rules of their own.
#include "score/parity.h"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect_fixture.h"
#include "judged_tenant.h"

namespace assay {
namespace {

using score::Agreement;
using sim::Posture;
using testing::ContainerEq;

// The controls of Entra ID that can be worked out. What is left of that family, whether LinkedIn is connected, shows in
// no interface: there our control takes Microsoft's number.
const std::set<std::string> kEntra{"AATP_AccountWithLeakedCredentials",
                                   "AdminMFAV2",
                                   "BlockLegacyAuthentication",
                                   "IntegratedApps",
                                   "MFARegistrationV2",
                                   "OneAdmin",
                                   "PWAgePolicyNew",
                                   "PasswordHashSync",
                                   "RoleOverlap",
                                   "SelfServicePasswordReset",
                                   "SigninRiskPolicy",
                                   "UserRiskPolicy",
                                   "aad_admin_accounts_separate_unassigned_cloud_only",
                                   "aad_admin_consent_workflow",
                                   "aad_custom_banned_passwords",
                                   "aad_limited_administrative_roles",
                                   "aad_managed_approved_public_groups_only",
                                   "aad_password_protection",
                                   "aad_phishing_MFA_strength",
                                   "aad_sign_in_freq_session_timeout",
                                   "aad_third_party_apps"};

struct Case {
  const char* name;
  Posture posture;
  int day;
  std::set<std::string> differ;

  friend void PrintTo(const Case& of, std::ostream* out) { *out << of.name; }
};

// Controls of ours that differ on purpose, and why:
//
// - aad_admin_accounts_…: Microsoft wants every administrator's account of the cloud and without apps; ours, which
//   answers SCuBA's MS.AAD.7.3, wants those of eight roles of the cloud.
// - mdo_antiphishingpolicies: Microsoft wants all recommended settings at once; ours those against forged senders,
//   since each of the others has a control of its own.
// - scid_20000: Microsoft takes its own assessment; ours counts the devices that are not onboarded.
std::set<std::string> on_purpose(std::initializer_list<const char*> more = {}) {
  std::set<std::string> out{"aad_admin_accounts_separate_unassigned_cloud_only", "scid_20000"};
  for (const char* id : more) out.insert(id);
  return out;
}

class TenantParityTest : public CollectTest, public testing::WithParamInterface<Case> {
 protected:
  // The emergency accounts are left out of the policies. A control that judges the policy as a whole wants that
  // declared, as an operator would; one that counts people counts them as Microsoft does.
  static assess::Decisions declared(const sim::Tenant& tenant) {
    assess::Decisions out;
    const auto policies = tenant.find("graph/v1.0", "identity/conditionalAccess/policies");
    std::set<std::string> users;
    std::set<std::string> groups;
    for (std::size_t i = 0; i < policies->size(); ++i) {
      const auto policy = policies->at(i);
      for (const auto& id : policy["conditions"]["users"]["excludeUsers"]) users.insert(id.get<std::string>());
      for (const auto& id : policy["conditions"]["users"]["excludeGroups"]) groups.insert(id.get<std::string>());
    }
    for (const char* control : {"entra.phish-resistant-mfa-admins", "entra.admin-session-limits"}) {
      out.exceptions.push_back({control, "user", {users.begin(), users.end()}, "", "", {}});
      out.exceptions.push_back({control, "group", {groups.begin(), groups.end()}, "", "", {}});
    }
    return out;
  }
};

TEST_P(TenantParityTest, WhereTheRuleIsKnownBothScoresAgreeToTheCent) {
  ServerOptions options;
  options.tenant.users = 120;
  options.tenant.posture = GetParam().posture;
  options.tenant.day = GetParam().day;
  const auto tenant = judge(catalogue(), options, folder_.path() / "parity.assay", declared);
  ASSERT_TRUE(tenant.has_value()) << describe(tenant.error());
  const auto compared = score::compare(catalogue(), tenant->evidence, tenant->findings);
  ASSERT_TRUE(compared.has_value()) << describe(compared.error());

  // Of several controls of ours that answer one of Microsoft's, the closest.
  std::map<std::string, const score::Counterpart*> closest;
  for (const auto& one : *compared) {
    const auto [known, is_new] = closest.emplace(one.id, &one);
    if (!is_new && one.agreement < known->second->agreement) known->second = &one;
  }
  std::set<std::string> entra;
  std::set<std::string> differ;
  std::size_t mail = 0;
  std::size_t devices = 0;
  for (const auto& [id, one] : closest) {
    const bool of_entra = kEntra.count(id) > 0;
    if (of_entra) entra.insert(id);
    mail += id.starts_with("mdo_") ? 1 : 0;
    devices += id.starts_with("scid_") ? 1 : 0;
    if (!of_entra && !id.starts_with("mdo_") && !id.starts_with("scid_")) continue;
    if (one->agreement == Agreement::Agrees) continue;
    differ.insert(id);
    if (GetParam().differ.count(id) > 0) continue;
    ADD_FAILURE() << id << ": " << score::name(one->agreement) << ", Microsoft " << one->official << " of "
                  << one->possible << ", ours " << one->points << " by "
                  << (one->ours == nullptr ? "no control" : one->ours->control->id + ": " + one->ours->reason);
  }
  EXPECT_THAT(differ, ContainerEq(GetParam().differ));
  EXPECT_THAT(entra, ContainerEq(kEntra));
  EXPECT_EQ(mail, 38U);
  EXPECT_GT(devices, 180U);
}

INSTANTIATE_TEST_SUITE_P(
    Postures, TenantParityTest,
    testing::Values(Case{"neglected", Posture::Neglected, 0, on_purpose()},
                    Case{"security_defaults", Posture::SecurityDefaults, 0, on_purpose({"mdo_antiphishingpolicies"})},
                    Case{"typical", Posture::Typical, 0, on_purpose({"mdo_antiphishingpolicies"})},
                    Case{"good", Posture::Good, 0, on_purpose()},
                    Case{"excellent", Posture::Excellent, 0, on_purpose()},
                    Case{"typical_on_day_47", Posture::Typical, 47, on_purpose({"mdo_antiphishingpolicies"})},
                    Case{"good_on_day_95", Posture::Good, 95, on_purpose()}),
    [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace assay
