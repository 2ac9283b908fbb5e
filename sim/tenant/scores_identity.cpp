#include "sim/tenant/scores_identity.h"

#include <algorithm>

#include "base/text.h"
#include "sim/tenant/reports.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

constexpr const char* kAzureManagement = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
constexpr const char* kPhishingResistant = "00000000-0000-0000-0000-000000000004";
constexpr int kNeverExpires = 2147483647;

// The roles of Microsoft's policy template that asks administrators for a second factor.
constexpr std::string_view kAdministrative[] = {"Global Administrator",
                                                "Application Administrator",
                                                "Authentication Administrator",
                                                "Billing Administrator",
                                                "Cloud Application Administrator",
                                                "Conditional Access Administrator",
                                                "Exchange Administrator",
                                                "Helpdesk Administrator",
                                                "Password Administrator",
                                                "Privileged Authentication Administrator",
                                                "Privileged Role Administrator",
                                                "Security Administrator",
                                                "SharePoint Administrator",
                                                "User Administrator"};

bool lists(const Json& object, const char* list, std::string_view value) {
  const auto at = object.find(list);
  return at != object.end() && at->is_array() &&
         std::any_of(at->begin(), at->end(), [&](const Json& one) { return one == value; });
}
bool filled(const Json& object, const char* member) {
  const auto at = object.find(member);
  return at != object.end() && !at->is_null() && !at->empty();
}

// A policy that holds at every sign-in to every app, whatever the place, the device or the program.
bool everywhere(const Json& policy) {
  const auto& conditions = policy["conditions"];
  for (const char* narrower : {"locations", "platforms", "devices", "authenticationFlows", "insiderRiskLevels"})
    if (filled(conditions, narrower)) return false;
  const auto& apps = conditions["applications"];
  return lists(apps, "includeApplications", "All") && !filled(apps, "excludeApplications");
}
bool any_program(const Json& policy) {
  const auto& conditions = policy["conditions"];
  return lists(conditions, "clientAppTypes", "all") ||
         (lists(conditions, "clientAppTypes", "browser") &&
          lists(conditions, "clientAppTypes", "mobileAppsAndDesktopClients"));
}
bool at_risk_only(const Json& policy) {
  return filled(policy["conditions"], "signInRiskLevels") || filled(policy["conditions"], "userRiskLevels");
}
bool grants(const Json& policy, std::string_view control) {
  return policy["grantControls"].is_object() && lists(policy["grantControls"], "builtInControls", control);
}
bool second_factor(const Json& policy) {
  const auto& controls = policy["grantControls"];
  if (!controls.is_object()) return false;
  const auto& strength = controls["authenticationStrength"];
  const bool strong = strength.is_object() && strength["requirementsSatisfied"] == "mfa";
  if (!strong && !grants(policy, "mfa")) return false;
  return controls["operator"] == "AND" || controls["builtInControls"].size() + (strong ? 1 : 0) == 1;
}

bool asks_second_factor(const Json& policy) {
  return everywhere(policy) && any_program(policy) && !at_risk_only(policy) && second_factor(policy);
}
bool blocks_legacy(const Json& policy) {
  const auto& conditions = policy["conditions"];
  return everywhere(policy) && !at_risk_only(policy) && grants(policy, "block") &&
         lists(conditions, "clientAppTypes", "exchangeActiveSync") && lists(conditions, "clientAppTypes", "other");
}
bool answers_sign_in_risk(const Json& policy) {
  const auto& conditions = policy["conditions"];
  return everywhere(policy) && any_program(policy) && !filled(conditions, "userRiskLevels") &&
         lists(conditions, "signInRiskLevels", "high") && lists(conditions, "signInRiskLevels", "medium") &&
         (grants(policy, "block") || second_factor(policy));
}
bool answers_user_risk(const Json& policy) {
  const auto& conditions = policy["conditions"];
  return everywhere(policy) && any_program(policy) && !filled(conditions, "signInRiskLevels") &&
         lists(conditions, "userRiskLevels", "high") &&
         (grants(policy, "block") ||
          (grants(policy, "passwordChange") && policy["grantControls"]["operator"] == "AND"));
}
bool for_administrators(const Json& policy) {
  return everywhere(policy) && any_program(policy) && !at_risk_only(policy) &&
         (filled(policy["conditions"]["users"], "includeRoles") ||
          lists(policy["conditions"]["users"], "includeUsers", "All"));
}
bool limits_sessions(const Json& policy) {
  const auto& session = policy["sessionControls"];
  if (!for_administrators(policy) || !session.is_object()) return false;
  const auto& often = session["signInFrequency"];
  const auto& lasting = session["persistentBrowser"];
  return often.is_object() && often["isEnabled"] == true && lasting.is_object() && lasting["isEnabled"] == true &&
         lasting["mode"] == "never";
}
bool asks_what_cannot_be_phished(const Json& policy) {
  const auto& controls = policy["grantControls"];
  return for_administrators(policy) && controls.is_object() && controls["authenticationStrength"].is_object() &&
         controls["authenticationStrength"]["id"] == kPhishingResistant;
}
bool closes_azure_management(const Json& policy) {
  return grants(policy, "block") && lists(policy["conditions"]["users"], "includeUsers", "All") &&
         lists(policy["conditions"]["applications"], "includeApplications", kAzureManagement);
}

bool any(const std::vector<Json>& policies, bool (*is)(const Json&)) {
  return std::any_of(policies.begin(), policies.end(),
                     [&](const Json& policy) { return policy["state"] == "enabled" && is(policy); });
}

// What members of the default role may consent to: nothing, or what is of low impact and of a verified publisher.
bool consent_is_limited(const Json& authorization) {
  constexpr std::string_view kOwn = "ManagePermissionGrantsForSelf.";
  for (const auto& policy : authorization["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"])
    if (const std::string name = policy; name.starts_with(kOwn) && !name.ends_with(".microsoft-user-default-low"))
      return false;
  return true;
}

}  // namespace

void IdentityScores::add_members(std::size_t group, Accounts& out) const {
  const auto members = groups_->users(group);
  for (std::size_t i = 0; i < members.size; ++i) out[members.at(i)] = true;
  for (const auto child : groups_->children(group)) add_members(child, out);
}

std::vector<std::size_t> IdentityScores::holders(const Assignment& assignment) const {
  if (assignment.holder == Assignment::Holder::ServicePrincipal) return {};
  if (assignment.holder == Assignment::Holder::User) return {assignment.index};
  Accounts members(world_->people.size());
  add_members(assignment.index, members);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i]) out.push_back(i);
  return out;
}

const IdentityScores::Facts& IdentityScores::facts() const {
  std::call_once(looked_, [this] {
    const auto& people = world_->people;
    const auto n = people.size();
    facts_ = {.users = Accounts(n), .admins = Accounts(n), .registered = Accounts(n), .switched = Accounts(n)};
    for (std::size_t i = 0; i < n; ++i) {
      facts_.users[i] = people.kind(i) != PersonKind::Guest && people.person(i).enabled;
      facts_.registered[i] = people.mfa_registered(i);
      facts_.switched[i] = per_user_mfa_enforced(*world_, i);
    }
    for (std::size_t i = 0; i < groups_->teams() && !facts_.public_groups; ++i)
      facts_.public_groups = groups_->object(groups_->first_team() + i)["visibility"] == "Public";
    Accounts global(n);
    Accounts limited(n);
    for (const auto& assignment : roles_->assignments()) {
      const auto& name = roles_->definitions()[assignment.role].name;
      const bool administrative =
          std::find(std::begin(kAdministrative), std::end(kAdministrative), name) != std::end(kAdministrative);
      for (const auto user : holders(assignment)) {
        (name == "Global Administrator" ? global : limited)[user] = true;
        if (!administrative || !facts_.users[user] || facts_.admins[user]) continue;
        facts_.admins[user] = true;
        if (people.person(user).synced || !user_object(*world_, user)["assignedLicenses"].empty())
          facts_.admins_apart = false;
      }
    }
    facts_.global_admins = static_cast<std::size_t>(std::count(global.begin(), global.end(), true));
    facts_.other_admins = static_cast<std::size_t>(std::count(limited.begin(), limited.end(), true));
  });
  return facts_;
}

// The accounts that the conditions of a policy include or exclude: `side` is either word.
IdentityScores::Accounts IdentityScores::named(const Json& users, const std::string& side, Holders which) const {
  const auto& people = world_->people;
  Accounts out(people.size());
  const auto each = [&](const char* kind, const auto& add) {
    if (const auto at = users.find(side + kind); at != users.end() && at->is_array())
      for (const auto& id : *at) add(id.template get<std::string>());
  };
  const auto add_guests = [&] {
    for (std::size_t i = 0; i < people.count(PersonKind::Guest); ++i) out[people.first(PersonKind::Guest) + i] = true;
  };
  each("Users", [&](const std::string& id) {
    if (id == "All") out.assign(out.size(), true);
    if (id == "GuestsOrExternalUsers") add_guests();
    if (const auto index = people.index_of(id)) out[*index] = true;
  });
  each("Groups", [&](const std::string& id) {
    if (const auto index = groups_->index_of(id)) add_members(*index, out);
  });
  each("Roles", [&](const std::string& id) {
    for (const auto& assignment : roles_->assignments())
      if (roles_->definitions()[assignment.role].id == id && (which == Holders::All || !assignment.eligible))
        for (const auto user : holders(assignment)) out[user] = true;
  });
  if (filled(users, (side + "GuestsOrExternalUsers").c_str())) add_guests();
  return out;
}

IdentityScores::Accounts IdentityScores::covered(const std::vector<Json>& policies, bool (*asks)(const Json&),
                                                 Holders which) const {
  Accounts out(world_->people.size());
  for (const auto& policy : policies) {
    if (policy["state"] != "enabled" || !asks(policy)) continue;
    const auto in = named(policy["conditions"]["users"], "include", which);
    const auto spared = named(policy["conditions"]["users"], "exclude", Holders::All);
    for (std::size_t i = 0; i < out.size(); ++i)
      if (in[i] && !spared[i]) out[i] = true;
  }
  return out;
}

bool IdentityScores::security_defaults(int day) const {
  const auto& rows = settings_->rows("graph", "policies/identitySecurityDefaultsEnforcementPolicy", day);
  return !rows.empty() && rows[0]["isEnabled"] == true;
}

// A value of the directory's settings; what Microsoft takes where the tenant never set it.
std::string IdentityScores::setting(const char* name, const char* otherwise, int day) const {
  for (const auto& object : settings_->rows("graph", "groupSettings", day))
    for (const auto& value : object["values"])
      if (value["name"] == name) return value["value"];
  return otherwise;
}

std::optional<Standing> IdentityScores::by_policies(const std::string& control, int day) const {
  const bool admins = control == "AdminMFAV2";
  const bool factor = admins || control == "MFARegistrationV2";
  const bool legacy = control == "BlockLegacyAuthentication";
  if (!factor && !legacy && control != "SigninRiskPolicy" && control != "UserRiskPolicy") return std::nullopt;

  const auto& policies = settings_->rows("graph", "identity/conditionalAccess/policies", day);
  const bool defaults = (factor || legacy) && security_defaults(day);
  const auto state = settings_->state("graph", "identity/conditionalAccess/policies", day) + (defaults ? "+" : "-");
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = known_.try_emplace({control, state});
  if (!is_new) return known->second;

  const auto& accounts = facts();
  const auto& subjects = admins ? accounts.admins : accounts.users;
  const auto reached = covered(policies,
                               factor                          ? asks_second_factor
                               : legacy                        ? blocks_legacy
                               : control == "SigninRiskPolicy" ? answers_sign_in_risk
                                                               : answers_user_risk,
                               admins ? Holders::All : Holders::Active);
  std::size_t good = 0;
  std::size_t total = 0;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (!subjects[i]) continue;
    ++total;
    const bool asked = reached[i] || (factor && accounts.switched[i]);
    good += defaults || (asked && (!factor || accounts.registered[i])) ? 1 : 0;
  }
  known->second = share_of(good, total);
  return known->second;
}

std::optional<Standing> IdentityScores::by_directory(const std::string& control, int day) const {
  const auto one = [&](const char* path) {
    const auto& rows = settings_->rows("graph", path, day);
    return rows.empty() ? Json::object() : rows[0];
  };
  if (control == "PWAgePolicyNew") {
    const auto& domains = settings_->rows("graph", "domains", day);
    return all_or_nothing(std::all_of(domains.begin(), domains.end(), [](const Json& domain) {
      return domain["passwordValidityPeriodInDays"] == kNeverExpires;
    }));
  }
  if (control == "IntegratedApps") return all_or_nothing(consent_is_limited(one("policies/authorizationPolicy")));
  if (control == "aad_third_party_apps")
    return all_or_nothing(one("policies/authorizationPolicy")["defaultUserRolePermissions"]["allowedToCreateApps"] ==
                          false);
  if (control == "PasswordHashSync")
    return all_or_nothing(one("directory/onPremisesSynchronization")["features"]["passwordSyncEnabled"] == true);
  if (control == "aad_admin_consent_workflow") {
    const auto policy = one("policies/adminConsentRequestPolicy");
    return all_or_nothing(policy["isEnabled"] == true && filled(policy, "reviewers"));
  }
  if (control == "aad_custom_banned_passwords")
    return all_or_nothing(text::iequals(setting("EnableBannedPasswordCheck", "True", day), "true") &&
                          !setting("BannedPasswordList", "", day).empty());
  if (control == "aad_password_protection")
    return all_or_nothing(text::iequals(setting("EnableBannedPasswordCheckOnPremises", "True", day), "true") &&
                          text::istarts_with(setting("BannedPasswordCheckOnPremisesMode", "Audit", day), "enforce"));
  if (control == "aad_managed_approved_public_groups_only") return all_or_nothing(!facts().public_groups);
  if (control == "AATP_AccountWithLeakedCredentials") {
    const auto& detections = settings_->rows("graph", "identityProtection/riskDetections", day);
    return all_or_nothing(std::none_of(detections.begin(), detections.end(), [](const Json& found) {
      return found["riskEventType"] == "leakedCredentials" && found["riskState"] == "atRisk";
    }));
  }
  return std::nullopt;
}

std::optional<Standing> IdentityScores::standing(const std::string& control, int day) const {
  if (auto found = by_policies(control, day)) return found;
  if (auto found = by_directory(control, day)) return found;
  if (control == "SelfServicePasswordReset") {
    const auto& accounts = facts();
    std::size_t good = 0;
    std::size_t total = 0;
    for (std::size_t i = 0; i < accounts.users.size(); ++i) {
      total += accounts.users[i] ? 1 : 0;
      good += accounts.users[i] && accounts.registered[i] && self_service_reset(*world_) ? 1 : 0;
    }
    return share_of(good, total);
  }
  const auto counted = [](std::size_t count, std::size_t least) {
    return Standing{.fraction = count >= least ? 1.0 : 0.0, .good = count, .total = {}};
  };
  if (control == "OneAdmin") return counted(facts().global_admins, 2);
  if (control == "RoleOverlap") return counted(facts().other_admins, 1);
  if (control == "aad_admin_accounts_separate_unassigned_cloud_only") return all_or_nothing(facts().admins_apart);

  const auto& policies = settings_->rows("graph", "identity/conditionalAccess/policies", day);
  if (control == "aad_phishing_MFA_strength") return all_or_nothing(any(policies, asks_what_cannot_be_phished));
  if (control == "aad_sign_in_freq_session_timeout") return all_or_nothing(any(policies, limits_sessions));
  if (control == "aad_limited_administrative_roles") return all_or_nothing(any(policies, closes_azure_management));
  return std::nullopt;
}

}  // namespace assay::sim
