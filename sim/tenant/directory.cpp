#include "sim/tenant/directory.h"

#include <algorithm>

#include "sim/tenant/calendar.h"

namespace assay::sim {
namespace {

constexpr int kFounded = -2436;  // 2019-05-02

Json plans(const World& world, bool provisioned) {
  Json out = Json::array();
  for (const auto& plan : world.licences.skus()[0].plans) {
    Json entry = {{"capabilityStatus", "Enabled"}, {"service", plan.service}};
    if (provisioned) {
      entry["provisioningStatus"] = "Success";
    } else {
      entry["assignedDateTime"] = iso_time(-700);
      entry["servicePlanId"] = plan.id;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

Json organization(const World& world) {
  Json verified = Json::array();
  for (const auto& domain : world.domains)
    verified.push_back({{"name", domain.name},
                        {"capabilities", domain.parked ? "None" : "Email, OfficeCommunicationsOnline"},
                        {"isDefault", domain.primary},
                        {"isInitial", domain.initial},
                        {"type", "Managed"}});
  const auto& head_office = People::office(0);
  return {{"id", world.id},
          {"deletedDateTime", nullptr},
          {"displayName", world.options.name},
          {"assignedPlans", plans(world, false)},
          {"provisionedPlans", plans(world, true)},
          {"businessPhones", Json::array({"+44 20 7946 0100"})},
          {"city", head_office.city},
          {"state", nullptr},
          {"street", head_office.street},
          {"postalCode", head_office.postal_code},
          {"country", nullptr},
          {"countryLetterCode", head_office.country_code},
          {"createdDateTime", iso_time(kFounded, 36000)},
          {"defaultUsageLocation", head_office.country_code},
          {"preferredLanguage", "en"},
          {"partnerTenantType", nullptr},
          {"privacyProfile", nullptr},
          {"tenantType", "AAD"},
          {"mobileDeviceManagementAuthority", "intune"},
          {"onPremisesSyncEnabled", true},
          {"onPremisesLastSyncDateTime", iso_time(world.options.day, -1800)},
          {"beta:onPremisesLastPasswordSyncDateTime", iso_time(world.options.day, -900)},
          {"marketingNotificationEmails", Json::array()},
          {"technicalNotificationMails", Json::array({"it@" + world.primary_domain()})},
          {"securityComplianceNotificationMails",
           world.at_least(Posture::Good) ? Json::array({"security@" + world.primary_domain()}) : Json::array()},
          {"securityComplianceNotificationPhones", Json::array()},
          {"verifiedDomains", std::move(verified)}};
}

// The records that Microsoft expects in the domain's zone.
Json expected_records(const World& world, const Domain& domain) {
  if (domain.parked) return Json::array();
  const auto record = [&](const char* type, const char* kind, const std::string& label) -> Json {
    return {{"@odata.type", "#microsoft.graph.domainDns" + std::string(kind) + "Record"},
            {"id", world.seed.guid(domain.name + type)},
            {"isOptional", false},
            {"label", label},
            {"recordType", type},
            {"supportedService", "Email"},
            {"ttl", 3600}};
  };
  auto exchanger = domain.name;
  std::replace(exchanger.begin(), exchanger.end(), '.', '-');
  Json mx = record("Mx", "Mx", domain.name);
  mx["mailExchange"] = exchanger + ".mail.protection.outlook.com";
  mx["preference"] = 0;
  Json txt = record("Txt", "Txt", domain.name);
  txt["text"] = "v=spf1 include:spf.protection.outlook.com -all";
  Json alias = record("CName", "Cname", "autodiscover." + domain.name);
  alias["canonicalName"] = "autodiscover.outlook.com";
  return Json::array({std::move(mx), std::move(txt), std::move(alias)});
}

Json domain_object(const World& world, const Domain& domain) {
  // 2147483647 is never: what Microsoft advises since passwords are checked otherwise.
  const bool never = world.at_least(Posture::Typical) || (domain.initial && world.at_least(Posture::SecurityDefaults));
  Json services = Json::array();
  if (!domain.parked) services = Json::array({"Email", "OfficeCommunicationsOnline"});
  return {{"id", domain.name},
          {"authenticationType", "Managed"},
          {"availabilityStatus", nullptr},
          {"isAdminManaged", true},
          {"isDefault", domain.primary},
          {"isInitial", domain.initial},
          {"isRoot", domain.name.starts_with("brand") ? false : true},
          {"isVerified", true},
          {"v1:manufacturer", nullptr},
          {"v1:model", nullptr},
          {"passwordNotificationWindowInDays", 14},
          {"passwordValidityPeriodInDays", never ? 2147483647 : 90},
          {"state", nullptr},
          {"supportedServices", std::move(services)},
          {">federationConfiguration", Json::array()},
          {">serviceConfigurationRecords", expected_records(world, domain)},
          {">verificationDnsRecords", Json::array()}};
}

std::vector<Json> skus(const World& world) {
  const auto staff = world.people.staff();
  std::vector<Json> out;
  for (std::size_t i = 0; i < world.licences.skus().size(); ++i) {
    const auto& sku = world.licences.skus()[i];
    const auto used = sku.of_twenty == 0 ? staff / 9 + 1 : world.licences.staff_with(i, staff);
    Json plans = Json::array();
    for (const auto& plan : sku.plans)
      plans.push_back({{"servicePlanId", plan.id},
                       {"servicePlanName", plan.name},
                       {"provisioningStatus", "Success"},
                       {"appliesTo", "User"}});
    out.push_back({{"id", world.id + "_" + sku.id},
                   {"accountId", world.id},
                   {"accountName", world.label},
                   {"appliesTo", "User"},
                   {"capabilityStatus", "Enabled"},
                   {"consumedUnits", used},
                   {"prepaidUnits",
                    {{"enabled", sku.of_twenty == 0 ? 10000 : used + used / 12 + 3},
                     {"suspended", 0},
                     {"warning", 0},
                     {"lockedOut", 0}}},
                   {"servicePlans", std::move(plans)},
                   {"skuId", sku.id},
                   {"skuPartNumber", sku.name},
                   {"subscriptionIds", Json::array({world.seed.guid("subscription", i)})}});
  }
  return out;
}

}  // namespace

void add_directory(Registry& registry, const WorldPtr& world) {
  registry.add_rows("graph", "organization", {organization(*world)});
  registry.add_rows("graph", "subscribedSkus", skus(*world));
  std::vector<Json> domains;
  for (const auto& domain : world->domains) domains.push_back(domain_object(*world, domain));
  registry.add_rows("graph", "domains", std::move(domains));
}

}  // namespace assay::sim
