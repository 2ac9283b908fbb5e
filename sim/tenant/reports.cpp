#include "sim/tenant/reports.h"

#include <algorithm>

#include "sim/tenant/applications.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

// Accounts that may sign in, by position: the report leaves out the others. One of every 25 of the staff has left, see
// People; of shared mailboxes the first two of every five, or all, or none.
class SignInAccounts {
 public:
  explicit SignInAccounts(const World& world) : world_(world) {
    const auto& people = world.people;
    const auto shared = people.count(PersonKind::Shared);
    shared_ = world.options.posture < Posture::Typical   ? shared
              : world.options.posture > Posture::Typical ? 0
                                                         : shared / 5 * 2 + std::min<std::size_t>(shared % 5, 2);
    sizes_ = {people.count(PersonKind::BreakGlass),
              people.count(PersonKind::Admin),
              people.staff() - people.staff() / 25,
              people.count(PersonKind::Service),
              shared_,
              people.count(PersonKind::Guest)};
  }
  std::size_t size() const {
    std::size_t all = 0;
    for (const auto n : sizes_) all += n;
    return all;
  }
  std::size_t user(std::size_t position) const {
    std::size_t kind = 0;
    while (position >= sizes_.at(kind)) position -= sizes_.at(kind++);
    const auto who = static_cast<PersonKind>(kind);
    if (who == PersonKind::Member) return world_.people.staff_index(position / 24 * 25 + position % 24);
    if (who == PersonKind::Shared && world_.options.posture == Posture::Typical)
      position = position / 2 * 5 + position % 2;
    return world_.people.first(who) + position;
  }
  std::optional<std::size_t> position(std::size_t user) const {
    const auto who = world_.people.kind(user);
    std::size_t out = 0;
    for (std::size_t kind = 0; kind < static_cast<std::size_t>(who); ++kind) out += sizes_.at(kind);
    if (who == PersonKind::Member) {
      const auto number = *world_.people.staff_number(user);
      if (number % 25 == 24) return std::nullopt;
      return out + number / 25 * 24 + number % 25;
    }
    auto number = user - world_.people.first(who);
    if (who == PersonKind::Shared) {
      if (world_.options.posture > Posture::Typical || (world_.options.posture == Posture::Typical && number % 5 > 1))
        return std::nullopt;
      if (world_.options.posture == Posture::Typical) number = number / 5 * 2 + number % 5;
    }
    return out + number;
  }

 private:
  const World& world_;
  std::size_t shared_ = 0;
  std::array<std::size_t, 6> sizes_{};
};

enum Method { kPhone, kAuthenticator, kCode, kHello, kKey };

// The methods behind "registered": a phone or an app, and what cannot be phished.
std::vector<Method> methods_of(const World& world, std::size_t user) {
  std::vector<Method> out;
  if (!world.people.mfa_registered(user)) return out;
  const auto share = world.seed.share("method", user);
  const double phone = world.by_posture(0.6, 0.35, 0.2, 0.06, 0.0);
  if (share < phone)
    out.push_back(kPhone);
  else
    out.push_back(kAuthenticator);
  if (share > 0.8 && !world.at_least(Posture::Excellent)) out.push_back(kCode);
  if (world.people.phishing_resistant(user)) out.push_back(world.seed.chance(0.6, "hello", user) ? kHello : kKey);
  return out;
}

Json registration(const World& world, const Roles& roles, std::size_t user) {
  const auto person = world.people.person(user);
  Json methods = Json::array();
  bool app = false;
  bool resistant = false;
  for (const auto method : methods_of(world, user)) {
    static constexpr const char* kNames[] = {"mobilePhone", "microsoftAuthenticatorPush", "softwareOneTimePasscode",
                                             "windowsHelloForBusiness", "fido2SecurityKey"};
    methods.push_back(kNames[method]);
    app = app || method == kAuthenticator;
    resistant = resistant || method >= kHello;
  }
  const bool registered = !methods.empty();
  const bool reset =
      world.seed.chance(world.by_posture(0.0, 0.6, 0.85, 0.97, 1.0), "password reset", user) && registered;
  Json preferred = Json::array();
  if (resistant)
    preferred.push_back("Fido2");
  else if (app)
    preferred.push_back("PhoneAppNotification");
  return {{"id", world.people.id(user)},
          {"userPrincipalName", user_principal_name(world, person)},
          {"userDisplayName", person.display_name},
          {"userType", person.kind == PersonKind::Guest ? "guest" : "member"},
          {"isAdmin", roles.is_admin(user)},
          {"isMfaRegistered", registered},
          {"isMfaCapable", registered},
          {"isPasswordlessCapable", resistant},
          {"isSsprRegistered", registered},
          {"isSsprEnabled", self_service_reset(world)},
          {"isSsprCapable", reset},
          {"methodsRegistered", std::move(methods)},
          {"isSystemPreferredAuthenticationMethodEnabled", world.at_least(Posture::Typical)},
          {"systemPreferredAuthenticationMethods", std::move(preferred)},
          {"userPreferredMethodForSecondaryAuthentication", !registered ? "none"
                                                            : app       ? "push"
                                                                        : "sms"},
          {"lastUpdatedDateTime", iso_time(world.options.day, -9000)}};
}

// One of a thousand people or so is at risk; good tenants deal with them.
std::vector<std::size_t> people_at_risk(const World& world) {
  std::vector<std::size_t> out;
  const auto staff = world.people.staff();
  const auto n =
      static_cast<std::size_t>(static_cast<double>(staff) * world.by_posture(0.02, 0.012, 0.008, 0.002, 0.0));
  for (std::size_t i = 0; i < n + (world.options.posture < Posture::Good ? 1U : 0U); ++i) {
    const auto user = world.people.staff_index(world.seed.below(staff, "at risk", i));
    if (std::find(out.begin(), out.end(), user) == out.end()) out.push_back(user);
  }
  return out;
}

const char* level_of(const World& world, std::size_t user) {
  const auto share = world.seed.share("risk level", user);
  return share < 0.2 ? "high" : share < 0.6 ? "medium" : "low";
}

Json risky_user(const World& world, std::size_t user) {
  const auto person = world.people.person(user);
  return {{"id", world.people.id(user)},
          {"isDeleted", false},
          {"isProcessing", false},
          {"riskDetail", "none"},
          {"riskLevel", level_of(world, user)},
          {"riskState", "atRisk"},
          {"riskLastUpdatedDateTime",
           iso_time(world.options.day - static_cast<int>(world.seed.below(20, "risk day", user)), 50000)},
          {"userDisplayName", person.display_name},
          {"userPrincipalName", user_principal_name(world, person)}};
}

Json location(const World& world, std::size_t user) {
  const auto& office = People::office(world.people.person(user).office);
  return {{"city", office.city},
          {"state", office.state},
          {"countryOrRegion", office.country_code},
          {"geoCoordinates", {{"altitude", nullptr}, {"latitude", nullptr}, {"longitude", nullptr}}}};
}

Json risk_detection(const World& world, std::size_t user) {
  static constexpr const char* kTypes[] = {"unfamiliarFeatures", "anonymizedIPAddress", "leakedCredentials",
                                           "unlikelyTravel", "maliciousIPAddress"};
  const auto person = world.people.person(user);
  const auto day = world.options.day - static_cast<int>(world.seed.below(20, "risk day", user));
  return {{"id", world.seed.hex("risk detection", user, 64)},
          {"activity", "signin"},
          {"activityDateTime", iso_time(day, 49000)},
          {"additionalInfo", "[]"},
          {"correlationId", world.seed.guid("risk correlation", user)},
          {"detectedDateTime", iso_time(day, 49400)},
          {"detectionTimingType", "offline"},
          {"ipAddress", "203.0.113." + std::to_string(user % 250)},
          {"lastUpdatedDateTime", iso_time(day, 50000)},
          {"location", location(world, user)},
          {"requestId", world.seed.guid("risk request", user)},
          {"riskDetail", "none"},
          {"riskEventType", kTypes[world.seed.below(5, "risk type", user)]},
          {"riskLevel", level_of(world, user)},
          {"riskState", "atRisk"},
          {"source", "IdentityProtection"},
          {"tokenIssuerType", "AzureAD"},
          {"userDisplayName", person.display_name},
          {"userId", world.people.id(user)},
          {"userPrincipalName", user_principal_name(world, person)}};
}

// Thirty days of sign-ins, newest first; so many a day that large tenants have large logs.
Json sign_in(const World& world, std::size_t index, std::size_t a_day) {
  const auto day = world.options.day - static_cast<int>(index / a_day);
  const auto event = static_cast<std::uint64_t>(day + 100000) << 24 | index % a_day;
  const auto user =
      world.people.staff_index(world.seed.below(world.people.count(PersonKind::Member), "signed in", event));
  const auto person = world.people.person(user);
  const bool legacy = world.seed.chance(world.by_posture(0.06, 0.0, 0.01, 0.0, 0.0), "legacy sign-in", event);
  static constexpr const char* kApps[] = {"Office 365 Exchange Online", "Office 365 SharePoint Online",
                                          "Microsoft Teams", "OfficeHome", "Azure Portal"};
  const auto second = 75600 - static_cast<std::int64_t>(index % a_day * 60000 / a_day);
  return {{"id", world.seed.guid("sign-in", event)},
          {"appDisplayName", kApps[world.seed.below(5, "app", event)]},
          {"appId", world.seed.guid("signed in to", world.seed.below(5, "app", event))},
          {"appliedConditionalAccessPolicies", Json::array()},
          {"clientAppUsed", legacy ? "Exchange ActiveSync" : "Browser"},
          {"conditionalAccessStatus", world.at_least(Posture::Typical) ? "success" : "notApplied"},
          {"correlationId", world.seed.guid("sign-in correlation", event)},
          {"createdDateTime", iso_time(day, second)},
          {"deviceDetail",
           {{"browser", legacy ? "" : "Edge 131.0"},
            {"deviceId", ""},
            {"displayName", ""},
            {"isCompliant", false},
            {"isManaged", false},
            {"operatingSystem", "Windows10"},
            {"trustType", ""}}},
          {"ipAddress", "203.0.113." + std::to_string(world.seed.below(250, "address", event))},
          {"isInteractive", !legacy},
          {"location", location(world, user)},
          {"resourceDisplayName", "Microsoft Graph"},
          {"resourceId", "00000003-0000-0000-c000-000000000000"},
          {"riskDetail", "none"},
          {"riskEventTypes_v2", Json::array()},
          {"riskLevelAggregated", "none"},
          {"riskLevelDuringSignIn", "none"},
          {"riskState", "none"},
          {"status", {{"errorCode", 0}, {"failureReason", "Other."}, {"additionalDetails", nullptr}}},
          {"userDisplayName", person.display_name},
          {"userId", world.people.id(user)},
          {"userPrincipalName", user_principal_name(world, person)}};
}

// When one of the tenant's own programs was last used. Careless tenants keep programs that nobody uses any more.
Json application_use(const World& world, std::size_t number) {
  const bool idle = world.seed.share("program idle", number) < world.by_posture(0.45, 0.4, 0.2, 0.03, 0.0);
  const auto day = world.options.day - static_cast<int>(idle ? 100 + world.seed.below(300, "program used", number)
                                                             : world.seed.below(4, "program used", number));
  const auto use = [&](bool there) -> Json {
    const Json when = there ? Json(iso_time(day, 40000)) : Json(nullptr);
    const Json request = there ? Json(world.seed.guid("program request", number)) : Json(nullptr);
    return {{"lastSignInDateTime", when},
            {"lastSignInRequestId", request},
            {"lastNonInteractiveSignInDateTime", nullptr},
            {"lastNonInteractiveSignInRequestId", nullptr},
            {"lastSuccessfulSignInDateTime", when},
            {"lastSuccessfulSignInRequestId", request}};
  };
  const Json principal = service_principal_object(world, kMicrosoftApplications + number);
  return {{"id", world.seed.token("program activity", number, 48)},
          {"appId", principal["appId"]},
          {"lastSignInActivity", use(true)},
          {"applicationAuthenticationClientSignInActivity", use(true)},
          {"applicationAuthenticationResourceSignInActivity", use(false)},
          {"delegatedClientSignInActivity", use(false)},
          {"delegatedResourceSignInActivity", use(false)}};
}

}  // namespace

bool per_user_mfa_enforced(const World& world, std::size_t user) {
  return !world.at_least(Posture::SecurityDefaults) && world.people.mfa_registered(user);
}

bool self_service_reset(const World& world) { return world.at_least(Posture::SecurityDefaults); }

Json authentication_of(const World& world, std::size_t user) {
  constexpr std::string_view kType = "#microsoft.graph.";
  const auto typed = [&](std::string_view type, const std::string& id, Json more) {
    more["@odata.type"] = std::string(kType).append(type).append("AuthenticationMethod");
    more["id"] = id;
    return more;
  };
  const auto person = world.people.person(user);
  const auto since = iso_time(std::max(person.created, -400), 36000);
  Json methods = Json::array();
  methods.push_back(typed("password", "28c10230-6103-485e-b985-444c60001490",
                          {{"password", nullptr}, {"createdDateTime", iso_time(person.last_password_change, 36000)}}));
  for (const auto method : methods_of(world, user)) {
    switch (method) {
      case kPhone:
        methods.push_back(typed("phone", "3179e48a-750b-4051-897c-87b9720928f7",
                                {{"phoneNumber", "+44 2079460" + std::to_string(100 + user % 900)},
                                 {"phoneType", "mobile"},
                                 {"smsSignInState", "notConfigured"}}));
        break;
      case kAuthenticator:
        methods.push_back(typed("microsoftAuthenticator", world.seed.guid("authenticator", user),
                                {{"createdDateTime", since},
                                 {"displayName", "iPhone"},
                                 {"deviceTag", "SoftwareTokenActivated"},
                                 {"phoneAppVersion", "6.8.40"}}));
        break;
      case kCode:
        methods.push_back(typed("softwareOath", world.seed.guid("code", user), {{"secretKey", nullptr}}));
        break;
      case kHello:
        methods.push_back(typed("windowsHelloForBusiness", world.seed.guid("hello", user),
                                {{"createdDateTime", since}, {"displayName", "PC"}, {"keyStrength", "normal"}}));
        break;
      case kKey:
        methods.push_back(typed("fido2", world.seed.token("key", user, 24),
                                {{"createdDateTime", since},
                                 {"displayName", "Security key"},
                                 {"aaGuid", "ee882879-721c-4913-9775-3dfcce97072a"},
                                 {"attestationCertificates", Json::array()},
                                 {"attestationLevel", "attested"},
                                 {"model", "Security key"}}));
        break;
    }
  }
  return {{"id", world.people.id(user)},
          {">methods", std::move(methods)},
          {">requirements", {{"perUserMfaState", per_user_mfa_enforced(world, user) ? "enforced" : "disabled"}}},
          {">signInPreferences",
           {{"isSystemPreferredAuthenticationMethodEnabled", world.at_least(Posture::Typical)},
            {"userPreferredMethodForSecondaryAuthentication", "push"}}}};
}

void add_reports(Registry& registry, const WorldPtr& world, const RolesPtr& roles) {
  registry.add(
      "graph", "reports/authenticationMethods/userRegistrationDetails",
      {.list =
           [world, roles](const Request&) {
             return made(
                 SignInAccounts(*world).size(),
                 [world, roles](std::size_t i) { return registration(*world, *roles, SignInAccounts(*world).user(i)); },
                 [world](std::string_view id) -> std::optional<std::size_t> {
                   const auto user = world->people.index_of(id);
                   return user ? SignInAccounts(*world).position(*user) : std::nullopt;
                 });
           },
       .plan = "AAD_PREMIUM"});
  const auto at_risk = people_at_risk(*world);
  registry.add("graph", "identityProtection/riskyUsers",
               {.list =
                    [=](const Request&) {
                      return made(at_risk.size(), [=](std::size_t i) { return risky_user(*world, at_risk.at(i)); });
                    },
                .plan = "AAD_PREMIUM_P2"});
  registry.add("graph", "identityProtection/riskDetections",
               {.list =
                    [=](const Request&) {
                      return made(at_risk.size(), [=](std::size_t i) { return risk_detection(*world, at_risk.at(i)); });
                    },
                .plan = "AAD_PREMIUM_P2"});
  registry.add_rows("graph", "identityProtection/riskyServicePrincipals", {}, "AAD_PREMIUM_P2");
  registry.add_rows("graph", "identityProtection/servicePrincipalRiskDetections", {}, "AAD_PREMIUM_P2");
  const auto a_day = std::clamp<std::size_t>(world->people.staff() / 4, 5, 20000);
  registry.add(
      "graph", "auditLogs/signIns",
      {.list =
           [=](const Request&) { return made(a_day * 30, [=](std::size_t i) { return sign_in(*world, i, a_day); }); },
       .plan = "AAD_PREMIUM"});
  registry.add_rows("graph", "auditLogs/provisioning", {});
  registry.add("graph", "reports/servicePrincipalSignInActivities",
               {.list =
                    [world](const Request&) {
                      return made(own_applications(*world),
                                  [world](std::size_t i) { return application_use(*world, i); });
                    },
                .plan = "AAD_PREMIUM",
                .only_beta = true});
  registry.add_rows("graph", "reports/appCredentialSignInActivities", {}, "AAD_PREMIUM", true);
}

}  // namespace assay::sim
