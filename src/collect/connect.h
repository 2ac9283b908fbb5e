#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collect/config.h"
#include "collect/permissions.h"
#include "m365/cloud.h"

namespace assay::collect {

// What a sign-in to each service tells before a long run.
struct Connection {
  m365::Tenant tenant;
  struct Service {
    std::string name;
    std::optional<Error> refused;      // sign-in failed, and why
    std::vector<std::string> granted;  // what its token says; a directory role is not seen in a token
  };
  std::vector<Service> services;
};

// Signs in to every service that the permissions name.
Result<Connection> connect(const catalog::Catalogue& catalogue, const Config& config,
                           const std::vector<Permission>& permissions, const std::string& program_version);

}  // namespace assay::collect
