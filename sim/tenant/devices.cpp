#include "sim/tenant/devices.h"

#include <algorithm>

#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/device_settings.h"
#include "sim/tenant/users.h"

namespace assay::sim {
namespace {

constexpr const char* kEpoch = "0001-01-01T00:00:00Z";

std::size_t part(std::size_t whole, double share) {
  return static_cast<std::size_t>(static_cast<double>(whole) * share);
}

const char* maker(const Devices& devices, std::size_t device) {
  if (devices.is_phone(device)) return devices.system(device) == "iOS" ? "Apple" : "Samsung";
  return devices.is_mac(device) ? "Apple" : device % 3 == 0 ? "LENOVO" : device % 3 == 1 ? "Dell Inc." : "HP";
}

const char* model(const Devices& devices, std::size_t device) {
  if (devices.is_phone(device)) return devices.system(device) == "iOS" ? "iPhone 15" : "SM-S921B";
  return devices.is_mac(device) ? "MacBook Air"
         : device % 3 == 0      ? "ThinkPad T14"
         : device % 3 == 1      ? "Latitude 7450"
                                : "EliteBook 840";
}

}  // namespace

Devices::Devices(WorldPtr world) : world_(std::move(world)) {
  managed_computers_ = part(computers(), world_->by_posture(0.1, 0.25, 0.8, 0.97, 1.0));
  managed_phones_ = part(phones(), world_->by_posture(0.0, 0.05, 0.5, 0.9, 1.0));
  machines_ =
      world_->licences.holds("WINDEFATP") ? part(computers(), world_->by_posture(0.15, 0.3, 0.75, 0.97, 1.0)) : 0;
}

std::size_t Devices::managed_device(std::size_t n) const {
  return n < managed_computers_ ? n : computers() + (n - managed_computers_);
}
std::size_t Devices::managed_position(std::size_t device) const {
  return is_phone(device) ? managed_computers_ + (device - computers()) : device;
}
bool Devices::is_mac(std::size_t device) const { return !is_phone(device) && world_->seed.chance(0.12, "mac", device); }
bool Devices::is_managed(std::size_t device) const {
  return is_phone(device) ? device - computers() < managed_phones_ : device < managed_computers_;
}
bool Devices::compliant(std::size_t device) const {
  return is_managed(device) && world_->seed.share("compliant", device) < world_->by_posture(0.35, 0.5, 0.84, 0.96, 1.0);
}
std::size_t Devices::owner(std::size_t device) const {
  return world_->people.staff_index(is_phone(device) ? (device - computers()) * 5 / 2 : device);
}

std::string Devices::name(std::size_t device) const {
  if (is_phone(device)) return world_->people.person(owner(device)).given_name + "'s phone";
  auto number = std::to_string(device + 1);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, '0');
  return (is_mac(device) ? "MAC-" : "PC-") + number;
}

std::string Devices::system(std::size_t device) const {
  if (is_phone(device)) return world_->seed.chance(0.6, "iphone", device) ? "iOS" : "Android";
  return is_mac(device) ? "MacMDM" : "Windows";
}

std::string Devices::version(std::size_t device) const {
  const auto system_name = system(device);
  const bool old = world_->seed.share("old system", device) < world_->by_posture(0.5, 0.4, 0.18, 0.04, 0.0);
  if (system_name == "Windows") return old ? "10.0.19045.4170" : "10.0.26100.2894";
  if (system_name == "MacMDM") return old ? "13.6.1" : "15.2";
  if (system_name == "iOS") return old ? "16.7.2" : "18.2";
  return old ? "12.0" : "15.0";
}

int Devices::last_seen(std::size_t device) const {
  const bool stale = world_->seed.share("stale", device) < world_->by_posture(0.3, 0.25, 0.12, 0.03, 0.0);
  return world_->options.day -
         static_cast<int>(stale ? 95 + world_->seed.below(300, "gone", device) : world_->seed.below(5, "seen", device));
}

Json Devices::object(std::size_t device) const {
  const bool managed = is_managed(device);
  const bool windows = system(device) == "Windows";
  const bool joined = windows && world_->seed.chance(0.6, "joined", device);
  return {{"id", object_id(device)},
          {"deletedDateTime", nullptr},
          {"accountEnabled", true},
          {"alternativeSecurityIds", Json::array()},
          {"approximateLastSignInDateTime", iso_time(last_seen(device), 30000)},
          {"complianceExpirationDateTime", nullptr},
          {"createdDateTime", iso_time(-700 + static_cast<int>(world_->seed.below(600, "device made", device)), 30000)},
          {"deviceCategory", nullptr},
          {"deviceId", device_id(device)},
          {"deviceMetadata", nullptr},
          {"deviceOwnership", managed ? Json("Company") : Json(nullptr)},
          {"deviceVersion", 2},
          {"displayName", name(device)},
          {"domainName", nullptr},
          {"enrollmentProfileName", nullptr},
          {"enrollmentType", managed ? Json("UserEnrollment") : Json(nullptr)},
          {"externalSourceName", nullptr},
          {"isCompliant", managed ? Json(compliant(device)) : Json(nullptr)},
          {"isManaged", managed ? Json(true) : Json(nullptr)},
          {"isManagementRestricted", nullptr},
          {"isRooted", managed ? Json(false) : Json(nullptr)},
          {"managementType", managed ? Json("MDM") : Json(nullptr)},
          {"manufacturer", maker(*this, device)},
          {"mdmAppId", managed ? Json("0000000a-0000-0000-c000-000000000000") : Json(nullptr)},
          {"model", model(*this, device)},
          {"onPremisesLastSyncDateTime", nullptr},
          {"onPremisesSecurityIdentifier", nullptr},
          {"onPremisesSyncEnabled", windows && !joined ? Json(true) : Json(nullptr)},
          {"operatingSystem", system(device)},
          {"operatingSystemVersion", version(device)},
          {"physicalIds", Json::array()},
          {"profileType", "RegisteredDevice"},
          {"registrationDateTime",
           iso_time(-700 + static_cast<int>(world_->seed.below(600, "device made", device)), 30000)},
          {"sourceType", nullptr},
          {"systemLabels", Json::array()},
          {"trustType", !windows ? "Workplace"
                        : joined ? "AzureAd"
                                 : "ServerAd"}};
}

Json Devices::managed_object(std::size_t device) const {
  const auto user = world_->people.person(owner(device));
  const auto system_name = system(device);
  const bool secret = world_->seed.share("encrypted", device) < world_->by_posture(0.4, 0.5, 0.88, 0.98, 1.0);
  const bool own = world_->seed.share("personal", device) < world_->by_posture(0.4, 0.3, 0.1, 0.02, 0.0);
  return {{"id", world_->seed.guid("managed device", device)},
          {"activationLockBypassCode", nullptr},
          {"androidSecurityPatchLevel", system_name == "Android" ? "2025-12-01" : ""},
          {"azureADDeviceId", device_id(device)},
          {"azureADRegistered", true},
          {"complianceGracePeriodExpirationDateTime", "9999-12-31T23:59:59Z"},
          {"complianceState", compliant(device) ? "compliant" : "noncompliant"},
          {"configurationManagerClientEnabledFeatures", nullptr},
          {"deviceActionResults", Json::array()},
          {"deviceCategoryDisplayName", "Unknown"},
          {"deviceEnrollmentType", system_name == "Windows" ? "windowsAzureADJoin" : "userEnrollment"},
          {"deviceHealthAttestationState", nullptr},
          {"deviceName", name(device)},
          {"deviceRegistrationState", "registered"},
          {"easActivated", false},
          {"easActivationDateTime", kEpoch},
          {"easDeviceId", ""},
          {"emailAddress", mail_address(*world_, user)},
          {"enrolledDateTime", iso_time(-650 + static_cast<int>(world_->seed.below(600, "enrolled", device)), 31000)},
          {"enrollmentProfileName", ""},
          {"ethernetMacAddress", nullptr},
          {"exchangeAccessState", "none"},
          {"exchangeAccessStateReason", "none"},
          {"exchangeLastSuccessfulSyncDateTime", kEpoch},
          {"freeStorageSpaceInBytes", 90000000000LL},
          {"iccid", nullptr},
          {"imei", ""},
          {"isEncrypted", is_phone(device) || secret},
          {"isSupervised", !own},
          {"jailBroken", is_phone(device) ? "False" : "Unknown"},
          {"lastSyncDateTime", iso_time(last_seen(device), 29000)},
          {"managedDeviceName", user.alias + "_" + system_name},
          {"managedDeviceOwnerType", own ? "personal" : "company"},
          {"managementAgent", "mdm"},
          {"managementCertificateExpirationDate", iso_time(world_->options.day + 200)},
          {"managementState", "managed"},
          {"manufacturer", maker(*this, device)},
          {"meid", ""},
          {"model", model(*this, device)},
          {"notes", nullptr},
          {"operatingSystem", system_name == "MacMDM" ? "macOS" : system_name},
          {"osVersion", version(device)},
          {"partnerReportedThreatState", "unknown"},
          {"phoneNumber", ""},
          {"physicalMemoryInBytes", 0},
          {"remoteAssistanceSessionErrorDetails", nullptr},
          {"remoteAssistanceSessionUrl", nullptr},
          {"requireUserEnrollmentApproval", nullptr},
          {"serialNumber", text::lower(world_->seed.hex("serial", device, 8))},
          {"subscriberCarrier", ""},
          {"totalStorageSpaceInBytes", 256000000000LL},
          {"udid", nullptr},
          {"userDisplayName", user.display_name},
          {"userId", world_->people.id(user.index)},
          {"userPrincipalName", user_principal_name(*world_, user)},
          {"wiFiMacAddress", ""}};
}

Json Devices::machine_object(std::size_t device) const {
  const bool windows = !is_mac(device);
  const bool eleven = version(device).starts_with("10.0.26");
  return {
      {"id", world_->seed.hex("machine", device, 40)},
      {"computerDnsName", text::lower(name(device)) + ".corp." + world_->primary_domain()},
      {"firstSeen", iso_time(-300, 30000)},
      {"lastSeen", iso_time(last_seen(device), 30000)},
      {"osPlatform", !windows ? "macOS"
                     : eleven ? "Windows11"
                              : "Windows10"},
      {"osVersion", nullptr},
      {"osProcessor", "x64"},
      {"osBuild", !windows ? Json(nullptr) : Json(eleven ? 26100 : 19045)},
      {"version", !windows ? version(device)
                  : eleven ? "24H2"
                           : "22H2"},
      {"lastIpAddress", "10." + std::to_string(device / 65536 % 250) + "." + std::to_string(device / 256 % 256) + "." +
                            std::to_string(device % 256)},
      {"lastExternalIpAddress", "203.0.113.7"},
      {"agentVersion", "10.8760.26100.2894"},
      {"healthStatus", last_seen(device) < world_->options.day - 30 ? "Inactive" : "Active"},
      {"deviceValue", "Normal"},
      {"rbacGroupId", 0},
      {"rbacGroupName", nullptr},
      {"riskScore",
       world_->seed.chance(world_->by_posture(0.1, 0.08, 0.04, 0.01, 0.0), "machine risk", device) ? "Medium" : "None"},
      {"exposureLevel", world_->by_posture("High", "High", "Medium", "Low", "Low")},
      {"isAadJoined", true},
      {"aadDeviceId", device_id(device)},
      {"machineTags", Json::array()},
      {"isExcluded", false},
      {"exclusionReason", nullptr},
      {"onboardingStatus", "Onboarded"},
      {"defenderAvStatus", world_->seed.chance(world_->by_posture(0.3, 0.2, 0.05, 0.01, 0.0), "old signatures", device)
                               ? "NotUpdated"
                               : "Updated"},
      {"managedBy", is_managed(device) ? "Intune" : "Unknown"},
      {"managedByStatus", is_managed(device) ? "Success" : "Unknown"},
      {"ipAddresses", Json::array()},
      {"vmMetadata", nullptr}};
}

std::size_t Devices::assessments() const { return machines_ * device_settings().size(); }

Json Devices::assessment(std::size_t index) const {
  const auto device = index / device_settings().size();
  const auto number = index % device_settings().size();
  const auto& setting = device_settings()[number];
  return {{"deviceId", world_->seed.hex("machine", device, 40)},
          {"rbacGroupName", ""},
          {"deviceName", text::lower(name(device))},
          {"osPlatform", is_mac(device) ? "macOS" : "Windows11"},
          {"osVersion", version(device)},
          {"timestamp", iso_date(world_->options.day) + " 02:11:00.0000000"},
          {"configurationId", setting.configuration_id},
          {"configurationCategory", setting.category},
          {"configurationSubcategory", setting.subcategory},
          {"configurationImpact", setting.points},
          {"isCompliant", device_setting_holds(*world_, number, device)},
          {"isApplicable", true},
          {"isExpectedUserImpact", false},
          {"configurationName", setting.title},
          {"recommendationReference", "sca-_-" + setting.configuration_id}};
}

void add_devices(Registry& registry, const DevicesPtr& devices) {
  const auto world = devices->world();
  registry.add("graph", "devices", {.list = [=](const Request&) {
                 return made(
                     devices->size(), [=](std::size_t i) { return devices->object(i); },
                     [=](std::string_view id) { return world->seed.index("device object", id); });
               }});
  registry.add("graph", "deviceManagement/managedDevices",
               {.list =
                    [=](const Request&) {
                      return made(
                          devices->managed(),
                          [=](std::size_t i) { return devices->managed_object(devices->managed_device(i)); },
                          [=](std::string_view id) -> std::optional<std::size_t> {
                            const auto device = world->seed.index("managed device", id);
                            if (!device || !devices->is_managed(*device)) return std::nullopt;
                            return devices->managed_position(*device);
                          });
                    },
                .plan = "INTUNE_A"});
  registry.add("graph", "deviceManagement/managedDeviceOverview",
               {.list =
                    [=](const Request&) {
                      std::map<std::string, int> count;
                      for (std::size_t i = 0; i < devices->managed(); ++i)
                        ++count[devices->system(devices->managed_device(i))];
                      const auto all = devices->managed();
                      return single({{"id", world->seed.guid("device overview")},
                                     {"enrolledDeviceCount", all},
                                     {"mdmEnrolledCount", all},
                                     {"dualEnrolledDeviceCount", 0},
                                     {"deviceOperatingSystemSummary",
                                      {{"androidCount", count["Android"]},
                                       {"iosCount", count["iOS"]},
                                       {"macOSCount", count["MacMDM"]},
                                       {"windowsCount", count["Windows"]},
                                       {"windowsMobileCount", 0},
                                       {"unknownCount", 0},
                                       {"androidDedicatedCount", 0},
                                       {"androidDeviceAdminCount", 0},
                                       {"androidFullyManagedCount", 0},
                                       {"androidWorkProfileCount", count["Android"]},
                                       {"androidCorporateWorkProfileCount", 0},
                                       {"configMgrDeviceCount", 0}}},
                                     {"deviceExchangeAccessStateSummary",
                                      {{"allowedDeviceCount", 0},
                                       {"blockedDeviceCount", 0},
                                       {"quarantinedDeviceCount", 0},
                                       {"unavailableDeviceCount", 0},
                                       {"unknownDeviceCount", 0}}}});
                    },
                .plan = "INTUNE_A"});
  const std::string plan = "WINDEFATP";
  registry.add("defender-endpoint", "machines",
               {.list =
                    [=](const Request&) {
                      return made(devices->machines(), [=](std::size_t i) { return devices->machine_object(i); });
                    },
                .plan = plan});
  registry.add("defender-endpoint", "machines/SecureConfigurationsAssessmentByMachine",
               {.list =
                    [=](const Request&) {
                      return made(devices->assessments(), [=](std::size_t i) { return devices->assessment(i); });
                    },
                .plan = plan});
  registry.add("defender-endpoint", "recommendations",
               {.list =
                    [=](const Request&) {
                      return made(device_settings().size(),
                                  [=](std::size_t i) { return device_recommendation(*world, i, devices->machines()); });
                    },
                .plan = plan});
  const auto score = world->by_posture(22.5, 31.0, 52.0, 78.0, 94.0);
  registry.add_single("defender-endpoint", "configurationScore",
                      {{"time", iso_time(world->options.day, 26633)}, {"score", score * 8}}, plan);
  registry.add_single("defender-endpoint", "exposureScore",
                      {{"time", iso_time(world->options.day, 26633)}, {"score", 100 - score}}, plan);
  registry.add_rows(
      "defender-endpoint", "exposureScore/ByMachineGroups",
      {{{"time", iso_time(world->options.day, 26633)}, {"score", 100 - score}, {"rbacGroupName", "UnassignedGroup"}}},
      plan);
  for (const char* empty : {"vulnerabilities", "indicators", "baselineProfiles", "baselineConfigurations",
                            "machines/SoftwareVulnerabilitiesByMachine"})
    registry.add_rows("defender-endpoint", empty, {}, plan);
}

}  // namespace assay::sim
