#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/server/http_message.h"

namespace assay::sim::server {

enum class Service {
  None,
  SignIn,
  Graph,
  Exchange,
  Compliance,
  SharePoint,
  Teams,
  Defender,
  CloudApps,
  PowerPlatform,
  Fabric,
  Azure,
  MtaSts,
};

// Which service answers under a host's name; `prefix` is the tenant's in its own addresses.
Service service_of(std::string_view host, std::string_view prefix);

// Every name that the certificate should carry, besides those of our own address.
std::vector<std::string> service_hosts(const std::string& prefix);

// Finds out who is meant, by the Host header or else by the first segment of the path (which is then taken off), and
// fills in `host` and `base`.
Service route(Request& request, std::string_view prefix);

}  // namespace assay::sim::server
