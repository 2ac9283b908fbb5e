#include "sim/server/graph_limits.h"

#include <algorithm>
#include <map>
#include <set>

namespace assay::sim::server {
namespace {

using Segments = std::vector<std::string>;

std::string at(const Segments& segments, std::size_t i) { return i < segments.size() ? segments[i] : std::string(); }

int base_units(const Segments& s, std::string_view method) {
  const auto last = s.empty() ? std::string() : s.back();
  if (method == "POST") {
    if (last == "getbyids") return 3;
    if (last == "getmembergroups" || last == "getmemberobjects") return 2;
    if (last == "ismemberof" || last == "checkmembergroups" || last == "checkmemberobjects") return 4;
    return 1;
  }
  if (method != "GET") return 1;
  static const std::map<std::string, int> lists{
      {"users", 2}, {"applications", 2}, {"oauth2permissiongrants", 2}, {"subscribedskus", 3}, {"contracts", 3}};
  if (s.size() == 1 && lists.count(last) != 0) return lists.at(last);
  if (at(s, 0) == "oauth2permissiongrants") return 2;
  static const std::map<std::pair<std::string, std::string>, int> below{
      {{"applications", "extensionproperties"}, 2},
      {{"serviceprincipals", "approleassignments"}, 2},
      {{"users", "memberof"}, 2},
      {{"users", "transitivememberof"}, 2},
      {{"users", "ownedobjects"}, 2},
      {{"users", "licensedetails"}, 2},
      {{"groups", "transitivemembers"}, 5},
      {{"groups", "members"}, 3},
      {{"domains", "domainnamereferences"}, 4}};
  const auto found = s.size() >= 3 ? below.find({s[0], s[2]}) : below.end();
  return found == below.end() ? 1 : found->second;
}

bool is_reports(const Segments& s) {
  return at(s, 0) == "auditlogs" || (at(s, 0) == "reports" && (at(s, 1) == "authenticationmethods" ||
                                                               at(s, 1).find("signinactivit") != std::string::npos));
}

bool is_one_a_second(const Segments& s) {
  if (at(s, 0) == "identityprotection") return true;
  return at(s, 0) == "identity" && at(s, 1) == "conditionalaccess" &&
         (at(s, 2) == "policies" || at(s, 2) == "namedlocations");
}

bool counts_in_units(const Segments& s) {
  static const std::set<std::string> elsewhere{"auditlogs",
                                               "reports",
                                               "identityprotection",
                                               "security",
                                               "devicemanagement",
                                               "teams",
                                               "deviceappmanagement",
                                               "sites",
                                               "admin",
                                               "teamwork",
                                               "informationprotection",
                                               "$batch",
                                               "networkaccess",
                                               "copilot"};
  return elsewhere.count(at(s, 0)) == 0 && !is_one_a_second(s);
}

}  // namespace

bool is_directory_path(const Segments& s) {
  static const std::set<std::string> roots{
      "users", "groups", "devices", "applications", "serviceprincipals", "directoryobjects", "directoryroles"};
  if (roots.count(at(s, 0)) == 0) return at(s, 0) == "directory" && at(s, 1) == "administrativeunits";
  static const std::set<std::string> lists{"members",     "transitivemembers", "memberof", "transitivememberof",
                                           "owners",      "registeredowners",  "manager",  "directreports",
                                           "ownedobjects"};
  return s.size() <= 2 || lists.count(at(s, 2)) != 0;
}

int resource_units(const Segments& s, const RequestCost& cost) {
  if (!counts_in_units(s)) return 0;
  int out = base_units(s, cost.method);
  if (cost.method == "GET")
    out += (cost.expand ? 1 : 0) - (cost.select ? 1 : 0) - (cost.top != 0 && cost.top < 20 ? 1 : 0);
  return std::max(1, out);
}

std::vector<Limit> graph_limits(const Segments& s, const RequestCost& cost, const std::string& caller,
                                const std::string& tenant, std::size_t users) {
  const auto both = caller + '/' + tenant;
  std::vector<Limit> out{{"graph/" + caller, 130'000, 10, 1, true, {}}};
  const bool write = cost.method != "GET" && cost.method != "POST";
  const auto add = [&](std::string name, double units, double window, bool retry_after = true, double price = 1,
                       std::string information = {}) {
    out.push_back({std::move(name), units, window, price, retry_after, std::move(information)});
  };
  if (is_one_a_second(s)) {
    add("one-a-second/" + tenant, 1, 1, false);
  } else if (is_reports(s)) {
    add("identity-reports/" + both, 5, 10);
  } else if (at(s, 0) == "security") {
    if (at(s, 1) == "runhuntingquery") {
      add("hunting/" + tenant, 45, 60);
    } else if (at(s, 1).starts_with("securescore") || at(s, 1).starts_with("alerts")) {
      add("security/" + both, 150, 60);
      if (at(s, 1).starts_with("securescore")) add("secure-score/" + both, 10'000, 600);
    } else if (at(s, 1) == "cases") {
      add("ediscovery/" + both, 5, 60);
    }
  } else if (at(s, 0) == "devicemanagement" || at(s, 0) == "deviceappmanagement") {
    static const std::set<std::string> devices{"manageddevices", "manageddeviceoverview", "devicemanagementscripts",
                                               "devicehealthscripts"};
    const bool device = devices.count(at(s, 1)) != 0;
    if (at(s, 1) == "reports" && at(s, 2) == "exportjobs") add("intune-export/" + caller, 48, 60);
    add(std::string(device ? "intune-devices/" : "intune-configuration/") + both, device ? 2000 : 1000, 20);
    if (write) add("intune-writes/" + both, device ? 200 : 100, 20);
  } else if (at(s, 0) == "reports") {
    add("usage-reports/" + both + '/' + at(s, 1), 14, 600);
  } else if (at(s, 0) == "admin" && at(s, 1) == "serviceannouncement") {
    add("service-communications/" + both, 240, 60);
  } else if (at(s, 0) == "sites" || (at(s, 0) == "admin" && at(s, 1) == "sharepoint")) {
    const double units = users <= 1000     ? 1250
                         : users <= 5000   ? 2500
                         : users <= 15'000 ? 3750
                         : users <= 50'000 ? 5000
                                           : 6250;
    add("sharepoint/" + both, units, 60, true, s.size() == 2 && at(s, 1) == "getallsites" ? 2 : 1);
  } else if (at(s, 0) == "teams") {
    add("teams/" + both, 30, 1);
  } else if (counts_in_units(s)) {
    const double quota = users < 50 ? 3500 : users <= 500 ? 5000 : 8000;
    add("units/" + both, quota, 10, true, resource_units(s, cost), "ResourceUnitLimitExceeded");
    add("units/" + caller, 150'000, 20, true, resource_units(s, cost), "ResourceUnitLimitExceeded");
    if (write) add("writes/" + both, 3000, 150, true, 1, "WriteLimitExceeded");
    if (cost.select_keys && s.size() == 1) add("key-credentials/" + tenant, 150, 60);
  }
  return out;
}

PageSize graph_page_size(const Segments& s) {
  constexpr std::size_t kAll = 1'000'000'000;
  const auto first = at(s, 0);
  const auto second = at(s, 1);
  if (first == "directoryroles" || first == "directoryroletemplates" || first == "subscribedskus")
    return {kAll, kAll, TooMuch::Clip};
  if (first == "auditlogs") return {1000, 1000, TooMuch::Refuse};
  if (first == "reports") return {1000, 1000, TooMuch::Clip};
  if (first == "identityprotection") return {100, 500, TooMuch::Refuse};
  if (first == "security" && second == "alerts_v2") return {100, 2000, TooMuch::Clip};
  if (first == "security" && second == "incidents") return {50, 50, TooMuch::Refuse};
  if (first == "security" && second == "securescores") return {90, 999, TooMuch::Clip};
  if (first == "security" && second == "securescorecontrolprofiles") return {500, 999, TooMuch::Clip};
  if (first == "identity" && second == "conditionalaccess") return {200, 999, TooMuch::Clip};
  if (first == "devicemanagement" && second == "manageddevices") return {1000, 1000, TooMuch::Clip};
  if (first == "devicemanagement") return {100, 1000, TooMuch::Clip};
  if (first == "sites") return {200, 200, TooMuch::Clip};
  if (first == "policies") return {200, 999, TooMuch::Clip};
  static const std::set<std::string> strict{
      "users", "groups", "devices", "applications", "serviceprincipals", "oauth2permissiongrants", "rolemanagement"};
  return {100, 999, strict.count(first) != 0 ? TooMuch::Refuse : TooMuch::Clip};
}

}  // namespace assay::sim::server
