#include "sim/tenant/applications.h"

#include <algorithm>

#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/data.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

constexpr const char* kMicrosoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

const Json& file() {
  static const Json loaded = data("applications");
  return loaded;
}

std::size_t third_parties(const World& world) {
  const auto rate = world.by_posture(20, 40, 60, 120, 200);  // people for each application
  return std::clamp<std::size_t>(4 + world.people.count(PersonKind::Member) / rate, 4, 400);
}

std::string numbered(const Json& names, std::size_t n) {
  std::string name = names[n % names.size()]["name"];
  if (n >= names.size()) name.append(" ").append(std::to_string(n / names.size() + 1));
  return name;
}

std::string app_id(const World& world, std::size_t principal) {
  if (principal < kMicrosoftApplications) return file()["microsoft"][principal]["app_id"];
  return world.seed.guid("application id", principal);
}

std::string name_of(const World& world, std::size_t principal) {
  if (principal < kMicrosoftApplications) return file()["microsoft"][principal]["name"];
  principal -= kMicrosoftApplications;
  if (principal < own_applications(world)) return numbered(file()["own"], principal);
  return numbered(file()["third_party"], principal - own_applications(world));
}

// Secrets: careless tenants make them for years and forget them, the best use certificates alone.
Json secrets(const World& world, std::size_t number) {
  Json out = Json::array();
  const auto share = world.seed.share("secret", number);
  if (share > world.by_posture(0.9, 0.85, 0.7, 0.4, 0.0)) return out;
  const int life = world.by_posture(1095, 730, 730, 180, 90);
  const int born = -static_cast<int>(world.seed.below(static_cast<std::size_t>(life), "secret born", number));
  const bool expired = world.seed.chance(world.by_posture(0.4, 0.3, 0.15, 0.0, 0.0), "secret expired", number);
  out.push_back({{"customKeyIdentifier", nullptr},
                 {"displayName", "deployment"},
                 {"startDateTime", iso_time(expired ? born - life : born, 33000)},
                 {"endDateTime", iso_time(expired ? born : born + life, 33000)},
                 {"hint", world.seed.token("hint", number, 3)},
                 {"keyId", world.seed.guid("secret", number)},
                 {"secretText", nullptr}});
  return out;
}

Json certificates(const World& world, std::size_t number) {
  Json out = Json::array();
  if (!world.seed.chance(world.by_posture(0.05, 0.1, 0.3, 0.6, 1.0), "certificate", number)) return out;
  const int born = -static_cast<int>(world.seed.below(300, "certificate born", number));
  out.push_back({{"customKeyIdentifier", text::lower(world.seed.hex("thumbprint", number, 40))},
                 {"displayName", "CN=" + world.label + "-automation"},
                 {"startDateTime", iso_time(born, 33000)},
                 {"endDateTime", iso_time(born + 365, 33000)},
                 {"keyId", world.seed.guid("certificate", number)},
                 {"key", nullptr},
                 {"type", "AsymmetricX509Cert"},
                 {"usage", "Verify"}});
  return out;
}

Json verified_publisher(bool verified, const std::string& name) {
  if (!verified) return {{"displayName", nullptr}, {"verifiedPublisherId", nullptr}, {"addedDateTime", nullptr}};
  return {{"displayName", name},
          {"verifiedPublisherId", std::to_string(4000000 + name.size() * 731)},
          {"addedDateTime", iso_time(-900)}};
}

Json information() {
  return {{"logoUrl", nullptr},
          {"marketingUrl", nullptr},
          {"privacyStatementUrl", nullptr},
          {"supportUrl", nullptr},
          {"termsOfServiceUrl", nullptr}};
}

struct Grant {
  std::size_t resource;
  std::string role, role_id;
};

// Which application permissions a program of the tenant's own holds.
std::vector<Grant> grants_of(const World& world, std::size_t principal) {
  std::vector<Grant> out;
  if (principal < kMicrosoftApplications || principal >= kMicrosoftApplications + own_applications(world)) return out;
  const auto number = principal - kMicrosoftApplications;
  const auto& row = file()["own"][number % file()["own"].size()];
  const bool careless = world.seed.chance(world.by_posture(1.0, 0.8, 0.4, 0.08, 0.0), "careless application", number);
  for (const auto& name : row[careless ? "careless" : "tidy"]) {
    for (std::size_t resource = 0; resource < 3; ++resource) {
      const auto& roles = file()["app_roles"][file()["microsoft"][resource]["name"].get<std::string>()];
      if (const auto found = roles.find(name.get<std::string>()); found != roles.end()) {
        out.push_back({resource, name, *found});
        break;
      }
    }
  }
  return out;
}

Json assignment_object(const World& world, std::size_t principal, const Grant& grant) {
  return {{"id", world.seed.token(Topic(grant.role_id), principal, 43)},
          {"deletedDateTime", nullptr},
          {"appRoleId", grant.role_id},
          {"createdDateTime", iso_time(-100 - static_cast<int>(world.seed.below(700, "granted", principal)), 41000)},
          {"principalDisplayName", name_of(world, principal)},
          {"principalId", service_principal_id(world, principal)},
          {"principalType", "ServicePrincipal"},
          {"resourceDisplayName", name_of(world, grant.resource)},
          {"resourceId", service_principal_id(world, grant.resource)}};
}

Json application_object(const World& world, std::size_t number) {
  const auto principal = kMicrosoftApplications + number;
  Json access = Json::array();
  for (const auto& grant : grants_of(world, principal)) {
    const auto resource = app_id(world, grant.resource);
    const auto same =
        std::find_if(access.begin(), access.end(), [&](const Json& a) { return a["resourceAppId"] == resource; });
    auto& entry = same != access.end()
                      ? *same
                      : access.emplace_back(Json{{"resourceAppId", resource}, {"resourceAccess", Json::array()}});
    entry["resourceAccess"].push_back({{"id", grant.role_id}, {"type", "Role"}});
  }
  const bool open = world.seed.chance(world.by_posture(0.25, 0.2, 0.1, 0.0, 0.0), "multi-tenant", number);
  const bool locked = world.at_least(Posture::Good);
  const Json empty_uris = {{"redirectUris", Json::array()}};
  return {
      {"id", world.seed.guid("application", number)},
      {"deletedDateTime", nullptr},
      {"appId", app_id(world, principal)},
      {"applicationTemplateId", nullptr},
      {"disabledByMicrosoftStatus", nullptr},
      {"createdDateTime", iso_time(-150 - static_cast<int>(world.seed.below(1500, "registered", number)), 39000)},
      {"displayName", name_of(world, principal)},
      {"description", nullptr},
      {"groupMembershipClaims", nullptr},
      {"identifierUris", Json::array()},
      {"isDeviceOnlyAuthSupported", nullptr},
      {"isFallbackPublicClient", false},
      {"isDisabled", nullptr},
      {"notes", nullptr},
      {"optionalClaims", nullptr},
      {"publisherDomain", world.primary_domain()},
      {"serviceManagementReference", nullptr},
      {"signInAudience", open ? "AzureADMultipleOrgs" : "AzureADMyOrg"},
      {"tags", Json::array()},
      {"tokenEncryptionKeyId", nullptr},
      {"samlMetadataUrl", nullptr},
      {"defaultRedirectUri", nullptr},
      {"certification", nullptr},
      {"requestSignatureVerification", nullptr},
      {"addIns", Json::array()},
      {"api",
       {{"acceptMappedClaims", nullptr},
        {"knownClientApplications", Json::array()},
        {"requestedAccessTokenVersion", nullptr},
        {"oauth2PermissionScopes", Json::array()},
        {"preAuthorizedApplications", Json::array()}}},
      {"appRoles", Json::array()},
      {"info", information()},
      {"keyCredentials", certificates(world, number)},
      {"passwordCredentials", secrets(world, number)},
      {"parentalControlSettings", {{"countriesBlockedForMinors", Json::array()}, {"legalAgeGroupRule", "Allow"}}},
      {"publicClient", empty_uris},
      {"requiredResourceAccess", std::move(access)},
      {"servicePrincipalLockConfiguration",
       {{"isEnabled", locked},
        {"allProperties", locked},
        {"credentialsWithUsageVerify", locked},
        {"credentialsWithUsageSign", locked},
        {"tokenEncryptionKeyId", locked}}},
      {"verifiedPublisher", verified_publisher(false, "")},
      {"uniqueName", nullptr},
      {"web",
       {{"homePageUrl", nullptr},
        {"logoutUrl", nullptr},
        {"redirectUris", world.at_least(Posture::Typical)
                             ? Json::array({"https://apps." + world.primary_domain() + "/" + std::to_string(number)})
                             : Json::array({"http://apps." + world.primary_domain() + "/" + std::to_string(number),
                                            "https://*." + world.primary_domain()})},
        {"implicitGrantSettings",
         {{"enableAccessTokenIssuance", !world.at_least(Posture::Typical)},
          {"enableIdTokenIssuance", !world.at_least(Posture::Good)}}},
        {"redirectUriSettings", Json::array()}}},
      {"spa", empty_uris}};
}

ResourcePtr owners(const World& world, std::size_t number) {
  // Somebody must own an application; careless tenants have some that nobody owns.
  if (world.seed.chance(world.by_posture(0.5, 0.4, 0.2, 0.0, 0.0), "ownerless", number)) return rows({});
  std::vector<Json> out;
  for (std::size_t i = 0; i < (world.at_least(Posture::Good) ? 2U : 1U); ++i) {
    const auto technicians = world.people.department_size(7);
    const auto staff = technicians > 0 ? world.people.department_member(7, (number + i) % technicians) : i;
    Json user = user_object(world, world.people.staff_index(staff));
    user["@odata.type"] = "#microsoft.graph.user";
    out.push_back(std::move(user));
  }
  return rows(std::move(out));
}

Json delegated_grant(const World& world, std::size_t index) {
  const auto all = third_parties(world);
  const bool everyone =
      index < all && world.seed.chance(world.by_posture(0.8, 0.7, 0.6, 0.7, 0.7), "for everyone", index);
  const auto app = index < all ? index : world.seed.below(all, "consented", index);
  const auto& known = file()["third_party"];
  std::string scope;
  for (const auto& s : known[app % known.size()]["scopes"])
    scope.append(scope.empty() ? "" : " ").append(s.get<std::string>());
  const auto person = world.people.staff_index(world.seed.below(world.people.staff(), "consenter", index));
  return {{"id", world.seed.token("grant", index, 43)},
          {"clientId", service_principal_id(world, kMicrosoftApplications + own_applications(world) + app)},
          {"consentType", everyone ? "AllPrincipals" : "Principal"},
          {"principalId", everyone ? Json(nullptr) : Json(world.people.id(person))},
          {"resourceId", service_principal_id(world, 0)},
          {"scope", scope}};
}

}  // namespace

std::size_t own_applications(const World& world) {
  return std::clamp<std::size_t>(6 + world.people.count(PersonKind::Member) / 60, 6, 600);
}

std::size_t service_principals(const World& world) {
  return kMicrosoftApplications + own_applications(world) + third_parties(world);
}

std::string service_principal_id(const World& world, std::size_t index) {
  return world.seed.guid("service principal", index);
}

Json service_principal_object(const World& world, std::size_t index) {
  const bool microsoft = index < kMicrosoftApplications;
  const bool own = !microsoft && index < kMicrosoftApplications + own_applications(world);
  const std::string name = name_of(world, index);
  Json roles = Json::array();
  Json scopes = Json::array();
  Json publisher = verified_publisher(false, "");
  std::string owner = microsoft ? kMicrosoftTenant : world.id;
  if (microsoft) {
    if (file()["app_roles"].contains(name))
      for (const auto& [value, id] : file()["app_roles"][name].items())
        roles.push_back({{"id", id},
                         {"value", value},
                         {"displayName", value},
                         {"description", value},
                         {"isEnabled", true},
                         {"origin", "Application"},
                         {"allowedMemberTypes", Json::array({"Application"})}});
    if (file()["scopes"].contains(name))
      for (const auto& [value, id] : file()["scopes"][name].items())
        scopes.push_back({{"id", id},
                          {"value", value},
                          {"type", value.find("All") == std::string::npos ? "User" : "Admin"},
                          {"isEnabled", true},
                          {"adminConsentDisplayName", value},
                          {"adminConsentDescription", value},
                          {"userConsentDisplayName", value},
                          {"userConsentDescription", value}});
  } else if (!own) {
    const auto number = index - kMicrosoftApplications - own_applications(world);
    const auto& known = file()["third_party"][number % file()["third_party"].size()];
    publisher = verified_publisher(known["verified"], known["publisher"]);
    owner = world.seed.guid("publisher tenant", number);
  }
  return {{"id", service_principal_id(world, index)},
          {"deletedDateTime", nullptr},
          {"accountEnabled", true},
          {"addIns", Json::array()},
          {"alternativeNames", Json::array()},
          {"appDescription", nullptr},
          {"appDisplayName", name},
          {"appId", app_id(world, index)},
          {"applicationTemplateId", nullptr},
          {"appOwnerOrganizationId", owner},
          {"appRoleAssignmentRequired", !microsoft && world.at_least(Posture::Good)},
          {"appRoles", std::move(roles)},
          {"beta:createdDateTime",
           iso_time(-100 - static_cast<int>(world.seed.below(1500, "principal made", index)), 39000)},
          {"description", nullptr},
          {"disabledByMicrosoftStatus", nullptr},
          {"displayName", name},
          {"homepage", nullptr},
          {"info", information()},
          {"isDisabled", nullptr},
          {"keyCredentials", Json::array()},
          {"loginUrl", nullptr},
          {"logoutUrl", nullptr},
          {"notes", nullptr},
          {"notificationEmailAddresses", Json::array()},
          {"oauth2PermissionScopes", std::move(scopes)},
          {"passwordCredentials", own ? secrets(world, index + 100000) : Json::array()},
          {"preferredSingleSignOnMode", nullptr},
          {"preferredTokenSigningKeyThumbprint", nullptr},
          {"replyUrls", Json::array()},
          {"resourceSpecificApplicationPermissions", Json::array()},
          {"samlSingleSignOnSettings", nullptr},
          {"servicePrincipalNames", Json::array({app_id(world, index)})},
          {"servicePrincipalType", "Application"},
          {"signInAudience", own ? "AzureADMyOrg" : "AzureADMultipleOrgs"},
          {"tags", microsoft ? Json::array() : Json::array({"WindowsAzureActiveDirectoryIntegratedApp"})},
          {"tokenEncryptionKeyId", nullptr},
          {"verifiedPublisher", std::move(publisher)}};
}

void add_applications(Registry& registry, const WorldPtr& world) {
  registry.add("graph", "applications",
               {.list =
                    [world](const Request&) {
                      return made(
                          own_applications(*world), [world](std::size_t i) { return application_object(*world, i); },
                          [world](std::string_view id) { return world->seed.index("application", id); });
                    },
                .navigate = [world](const Request&, std::size_t index, std::string_view navigation) -> ResourcePtr {
                  if (text::iequals(navigation, "owners")) return owners(*world, index);
                  if (text::iequals(navigation, "federatedIdentityCredentials") ||
                      text::iequals(navigation, "appManagementPolicies"))
                    return rows({});
                  return nullptr;
                }});
  registry.add(
      "graph", "servicePrincipals",
      {.list =
           [world](const Request&) {
             return made(
                 service_principals(*world), [world](std::size_t i) { return service_principal_object(*world, i); },
                 [world](std::string_view id) { return world->seed.index("service principal", id); });
           },
       .navigate = [world](const Request&, std::size_t index, std::string_view navigation) -> ResourcePtr {
         std::vector<Json> out;
         if (text::iequals(navigation, "appRoleAssignments")) {
           for (const auto& grant : grants_of(*world, index)) out.push_back(assignment_object(*world, index, grant));
         } else if (text::iequals(navigation, "appRoleAssignedTo")) {
           for (std::size_t i = 0; i < own_applications(*world); ++i)
             for (const auto& grant : grants_of(*world, kMicrosoftApplications + i))
               if (grant.resource == index) out.push_back(assignment_object(*world, kMicrosoftApplications + i, grant));
         } else if (text::iequals(navigation, "delegatedPermissionClassifications")) {
           if (index == 0 && world->at_least(Posture::Typical))
             for (const char* scope : {"User.Read", "openid", "profile", "email"})
               out.push_back({{"id", world->seed.token(Topic(scope), 3, 22)},
                              {"classification", "low"},
                              {"permissionId", file()["scopes"]["Microsoft Graph"][scope]},
                              {"permissionName", scope}});
         } else if (text::iequals(navigation, "oauth2PermissionGrants")) {
           for (std::size_t i = 0; i < third_parties(*world); ++i)
             if (auto grant = delegated_grant(*world, i); grant["clientId"] == service_principal_id(*world, index))
               out.push_back(std::move(grant));
         } else if (text::iequals(navigation, "owners")) {
           const bool own =
               index >= kMicrosoftApplications && index < kMicrosoftApplications + own_applications(*world);
           return own ? owners(*world, index - kMicrosoftApplications) : rows({});
         } else {
           return nullptr;
         }
         return rows(std::move(out));
       }});
  registry.add(
      "graph", "oauth2PermissionGrants", {.list = [world](const Request&) {
        const auto consents = static_cast<std::size_t>(static_cast<double>(world->people.count(PersonKind::Member)) *
                                                       world->by_posture(0.6, 0.5, 0.2, 0.02, 0.0));
        return made(third_parties(*world) + consents, [world](std::size_t i) { return delegated_grant(*world, i); });
      }});
}

}  // namespace assay::sim
