#include "sim/server/router.h"

#include <algorithm>

#include "base/text.h"

namespace assay::sim::server {
namespace {

std::string without_port(std::string_view host) {
  if (host.starts_with('[')) return std::string(host.substr(0, host.find(']') + 1));
  return text::lower(host.substr(0, host.find(':')));
}

}  // namespace

Service service_of(std::string_view host, std::string_view prefix) {
  const std::string own(prefix);
  if (host == "login.microsoftonline.com" || host == "login.windows.net") return Service::SignIn;
  if (host == "graph.microsoft.com") return Service::Graph;
  if (host == "outlook.office365.com" || host.ends_with(".outlook.office365.com")) return Service::Exchange;
  if (host == "ps.compliance.protection.outlook.com" || host.ends_with(".ps.compliance.protection.outlook.com"))
    return Service::Compliance;
  if (host == own + "-admin.sharepoint.com") return Service::SharePoint;
  if (host == "api.interfaces.records.teams.microsoft.com") return Service::Teams;
  if (host.ends_with("api.security.microsoft.com") || host.ends_with("api.securitycenter.microsoft.com"))
    return Service::Defender;
  if (host.starts_with(own + ".") && host.ends_with(".portal.cloudappsecurity.com")) return Service::CloudApps;
  if (host == "api.bap.microsoft.com") return Service::PowerPlatform;
  if (host == "api.fabric.microsoft.com" || host == "api.powerbi.com") return Service::Fabric;
  if (host == "management.azure.com") return Service::Azure;
  if (host.starts_with("mta-sts.")) return Service::MtaSts;
  return Service::None;
}

std::vector<std::string> service_hosts(const std::string& prefix) {
  return {"login.microsoftonline.com",
          "graph.microsoft.com",
          "outlook.office365.com",
          "*.outlook.office365.com",
          "ps.compliance.protection.outlook.com",
          "*.ps.compliance.protection.outlook.com",
          prefix + "-admin.sharepoint.com",
          "api.interfaces.records.teams.microsoft.com",
          "api.security.microsoft.com",
          "*.api.security.microsoft.com",
          "api.securitycenter.microsoft.com",
          prefix + ".eu2.portal.cloudappsecurity.com",
          "api.bap.microsoft.com",
          "api.fabric.microsoft.com",
          "api.powerbi.com",
          "management.azure.com"};
}

Service route(Request& request, std::string_view prefix) {
  const std::string authority(request.header("host"));
  request.host = without_port(authority);
  request.base = "https://" + authority;
  if (const auto service = service_of(request.host, prefix); service != Service::None) return service;
  const auto end = std::min(request.path.find('/', 1), request.path.size());
  if (end < 2) return Service::None;
  const auto named = text::lower(url_decode(std::string_view(request.path).substr(1, end - 1)));
  const auto service = service_of(named, prefix);
  if (service == Service::None) return service;
  request.host = named;
  request.base += '/' + named;
  request.path = end < request.path.size() ? request.path.substr(end) : "/";
  return service;
}

}  // namespace assay::sim::server
