#include "sim/tenant/users.h"

#include <set>
#include <utility>

#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/names.h"
#include "sim/tenant/reports.h"

namespace assay::sim {
namespace {

std::string_view partner_of(const World& world, const Person& person) {
  return world.seed.pick(partner_companies(), "partner", person.index);
}

Json plans_of(const World& world, std::size_t sku, int since) {
  const Json when = iso_time(since, 30000);
  Json out = Json::array();
  auto& plans = out.get_ref<Json::array_t&>();
  plans.reserve(world.licences.skus()[sku].plans.size());
  // Half of all there is to say about a user: member by member, because a list in braces is copied twice.
  for (const auto& plan : world.licences.skus()[sku].plans) {
    auto& entry = plans.emplace_back(Json::object());
    entry["assignedDateTime"] = when;
    entry["capabilityStatus"] = "Enabled";
    entry["service"] = plan.service;
    entry["servicePlanId"] = plan.id;
  }
  return out;
}

// The same by service: one entry however many plans of it there are.
Json provisioned(const World& world, std::size_t sku) {
  Json out = Json::array();
  std::set<std::string_view> seen;
  for (const auto& plan : world.licences.skus()[sku].plans)
    if (seen.insert(plan.service).second)
      out.push_back({{"capabilityStatus", "Enabled"}, {"provisioningStatus", "Success"}, {"service", plan.service}});
  return out;
}

// The product of an account, as its position among the tenant's products; -1 for accounts without.
int sku_of(const World& world, const Person& person) {
  if (const auto number = world.people.staff_number(person.index)) {
    // Licences of people who left are taken back where somebody looks after it.
    if (!person.enabled && world.at_least(Posture::Typical)) return -1;
    return static_cast<int>(world.licences.sku_of_staff(*number));
  }
  if (person.kind == PersonKind::Service) return 2;
  // Administrators work without a mailbox of their own in good tenants; elsewhere the account has the full product.
  return person.kind == PersonKind::Admin && !world.at_least(Posture::Good) ? 0 : -1;
}

Json sign_in_activity(const World& world, const Person& person) {
  if (!person.signs_in) return nullptr;
  const auto second = static_cast<std::int64_t>(world.seed.below(50000, "sign-in time", person.index)) + 21600;
  const auto when = iso_time(person.last_sign_in, second);
  return {{"lastSignInDateTime", when},
          {"lastSignInRequestId", world.seed.guid("sign-in request", person.index)},
          {"lastNonInteractiveSignInDateTime", iso_time(person.last_sign_in, second + 5400)},
          {"lastNonInteractiveSignInRequestId", world.seed.guid("background request", person.index)},
          {"lastSuccessfulSignInDateTime", when},
          {"lastSuccessfulSignInRequestId", world.seed.guid("sign-in request", person.index)}};
}

Json extension_attributes() {
  Json out = Json::object();
  for (int i = 1; i <= 15; ++i) out["extensionAttribute" + std::to_string(i)] = nullptr;
  return out;
}

void add_premises(const World& world, const Person& person, Json& user) {
  const bool synced = person.synced;
  const auto sam = person.alias.substr(0, 20);
  const auto sid = "S-1-5-21-" + std::to_string(world.seed.roll("forest") % 4000000000ULL) + "-1085031214-1417001333-" +
                   std::to_string(1104 + person.index);
  user["onPremisesSyncEnabled"] = synced ? Json(true) : Json(nullptr);
  user["onPremisesImmutableId"] = synced ? Json(world.seed.token("anchor", person.index, 22) + "==") : Json(nullptr);
  user["onPremisesLastSyncDateTime"] = synced ? Json(iso_time(world.options.day, -1800)) : Json(nullptr);
  user["onPremisesDomainName"] = synced ? Json("corp." + world.primary_domain()) : Json(nullptr);
  user["onPremisesSamAccountName"] = synced ? Json(sam) : Json(nullptr);
  user["onPremisesSecurityIdentifier"] = synced ? Json(sid) : Json(nullptr);
  user["onPremisesUserPrincipalName"] = synced ? Json(user_principal_name(world, person)) : Json(nullptr);
  user["onPremisesDistinguishedName"] =
      synced ? Json("CN=" + person.display_name + ",OU=" + std::string(People::department(person.department).name) +
                    ",OU=People,DC=corp,DC=" + world.label + ",DC=com")
             : Json(nullptr);
  user["onPremisesExtensionAttributes"] = extension_attributes();
  user["onPremisesProvisioningErrors"] = Json::array();
}

void add_place(const Person& person, Json& user) {
  const bool has = person.kind == PersonKind::Member;
  const auto& office = People::office(person.office);
  const auto text = [&](std::string_view value) { return has ? Json(value) : Json(nullptr); };
  user["department"] = text(People::department(person.department).name);
  user["jobTitle"] = text(person.title);
  user["officeLocation"] = text(office.city);
  user["city"] = text(office.city);
  user["state"] = text(office.state);
  user["country"] = text(office.country);
  user["postalCode"] = text(office.postal_code);
  user["streetAddress"] = text(office.street);
  user["preferredLanguage"] = text(office.language);
  user["usageLocation"] = person.kind == PersonKind::Guest ? Json(nullptr) : Json(office.country_code);
}

}  // namespace

std::string user_principal_name(const World& world, const Person& person) {
  switch (person.kind) {
    case PersonKind::BreakGlass:
    case PersonKind::Admin:
      return person.alias + "@" + world.initial_domain();
    case PersonKind::Guest:
      return person.alias + "_" + std::string(partner_of(world, person)) + "#EXT#@" + world.initial_domain();
    default:
      return person.alias + "@" + world.primary_domain();
  }
}

std::string mail_address(const World& world, const Person& person) {
  if (person.kind == PersonKind::Guest) return person.alias + "@" + std::string(partner_of(world, person));
  if (person.kind == PersonKind::Shared) return person.alias + "@" + world.primary_domain();
  return sku_of(world, person) < 0 ? std::string() : user_principal_name(world, person);
}

std::optional<std::size_t> user_by_key(const World& world, std::string_view key) {
  if (const auto index = world.people.index_of(key)) return index;
  const auto at = key.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto index = world.people.index_of_alias(key.substr(0, at));
  if (!index || !text::iequals(user_principal_name(world, world.people.person(*index)), key)) return std::nullopt;
  return index;
}

Json user_object(const World& world, std::size_t index) {
  const Person person = world.people.person(index);
  const auto mail = mail_address(world, person);
  const auto upn = user_principal_name(world, person);
  const int sku = sku_of(world, person);
  const bool guest = person.kind == PersonKind::Guest;
  const auto text_or_null = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };

  Json user = {{"id", world.people.id(index)},
               {"deletedDateTime", nullptr},
               {"accountEnabled", person.enabled},
               {"ageGroup", nullptr},
               {"businessPhones", Json::array()},
               {"companyName", guest ? Json(std::string(partner_of(world, person))) : Json(world.options.name)},
               {"consentProvidedForMinor", nullptr},
               {"createdDateTime", iso_time(person.created, 32400 + static_cast<int>(index % 20000))},
               {"creationType", guest ? Json("Invitation") : Json(nullptr)},
               {"displayName", person.display_name},
               {"employeeHireDate", person.kind == PersonKind::Member ? Json(iso_time(person.created)) : Json(nullptr)},
               {"employeeId", person.kind == PersonKind::Member ? Json(std::to_string(100000 + index)) : Json(nullptr)},
               {"employeeLeaveDateTime", nullptr},
               {"employeeOrgData", nullptr},
               {"employeeType", person.kind == PersonKind::Member ? Json("Employee") : Json(nullptr)},
               {"faxNumber", nullptr},
               {"givenName", text_or_null(person.given_name)},
               {"imAddresses", Json::array()},
               {"isManagementRestricted", nullptr},
               {"isResourceAccount", nullptr},
               {"lastPasswordChangeDateTime", iso_time(person.last_password_change, 36000)},
               {"legalAgeGroupClassification", nullptr},
               {"mail", text_or_null(mail)},
               {"mailNickname", person.alias},
               {"mobilePhone", nullptr},
               {"otherMails", guest ? Json::array({mail}) : Json::array()},
               {"passwordProfile", nullptr},
               {"preferredDataLocation", nullptr},
               {"securityIdentifier", "S-1-12-1-" + std::to_string(world.seed.roll("sid", index) % 4294967295ULL) +
                                          "-1142117-2913-" + std::to_string(index + 7)},
               {"serviceProvisioningErrors", Json::array()},
               {"showInAddressList", nullptr},
               {"signInSessionsValidFromDateTime", iso_time(person.last_password_change, 36000)},
               {"surname", text_or_null(person.surname)},
               {"userPrincipalName", upn},
               {"userType", guest ? "Guest" : "Member"}};
  add_place(person, user);
  add_premises(world, person, user);

  const bool forever = person.kind == PersonKind::Service || person.kind == PersonKind::BreakGlass;
  user["passwordPolicies"] = guest ? Json(nullptr) : forever ? Json("DisablePasswordExpiration") : Json("None");
  user["externalUserState"] = guest ? Json(person.signs_in ? "Accepted" : "PendingAcceptance") : Json(nullptr);
  user["externalUserStateChangeDateTime"] = guest ? Json(iso_time(person.created, 50000)) : Json(nullptr);
  user["identities"] = Json::array(
      {{{"signInType", "userPrincipalName"}, {"issuer", world.initial_domain()}, {"issuerAssignedId", upn}}});
  Json addresses = Json::array();
  if (!mail.empty()) {
    addresses.push_back("SMTP:" + mail);
    if (!guest) addresses.push_back("smtp:" + person.alias + "@" + world.initial_domain());
  }
  user["proxyAddresses"] = std::move(addresses);

  user["assignedLicenses"] = Json::array();
  user["assignedPlans"] = user["provisionedPlans"] = user["licenseAssignmentStates"] = Json::array();
  if (sku >= 0) {
    const auto& product = world.licences.skus()[static_cast<std::size_t>(sku)];
    const auto since = std::max(person.created, -700);
    user["assignedLicenses"].push_back({{"skuId", product.id}, {"disabledPlans", Json::array()}});
    user["assignedPlans"] = plans_of(world, static_cast<std::size_t>(sku), since);
    user["provisionedPlans"] = provisioned(world, static_cast<std::size_t>(sku));
    user["licenseAssignmentStates"].push_back({{"skuId", product.id},
                                               {"disabledPlans", Json::array()},
                                               {"assignedByGroup", nullptr},
                                               {"state", "Active"},
                                               {"error", "None"},
                                               {"lastUpdatedDateTime", iso_time(since, 30000)}});
  }
  user["signInActivity"] = world.licences.holds("AAD_PREMIUM") ? sign_in_activity(world, person) : Json(nullptr);
  user["beta:isLicenseReconciliationNeeded"] = false;
  return user;
}

void add_users(Registry& registry, const WorldPtr& world) {
  registry.add("graph", "users",
               {.list =
                    [world](const Request&) {
                      return made(
                          world->people.size(), [world](std::size_t i) { return user_object(*world, i); },
                          [world](std::string_view key) { return user_by_key(*world, key); });
                    },
                .navigate = [world](const Request&, std::size_t index, std::string_view navigation) -> ResourcePtr {
                  const auto person = world->people.person(index);
                  if (text::iequals(navigation, "authentication")) return single(authentication_of(*world, index));
                  if (text::iequals(navigation, "manager"))
                    return person.manager ? single(user_object(*world, *person.manager)) : nullptr;
                  if (text::iequals(navigation, "licenseDetails")) {
                    std::vector<Json> out;
                    if (const int sku = sku_of(*world, person); sku >= 0) {
                      const auto& product = world->licences.skus()[static_cast<std::size_t>(sku)];
                      Json plans = Json::array();
                      for (const auto& plan : product.plans)
                        plans.push_back({{"servicePlanId", plan.id},
                                         {"servicePlanName", plan.name},
                                         {"provisioningStatus", "Success"},
                                         {"appliesTo", "User"}});
                      out.push_back({{"id", world->seed.token("licence", index, 43)},
                                     {"skuId", product.id},
                                     {"skuPartNumber", product.name},
                                     {"servicePlans", std::move(plans)}});
                    }
                    return rows(std::move(out));
                  }
                  return nullptr;
                }});
}

}  // namespace assay::sim
