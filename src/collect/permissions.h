#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "catalog/model.h"
#include "collect/plan.h"
#include "m365/service.h"

// What an application must be granted so that some controls can be judged: read off the tables that they need.
namespace assay::collect {

struct Permission {
  enum class Kind { Application, Role, Delegated };
  std::string service;  // of services.yaml
  std::string name;     // `Policy.Read.All`, `Global Reader`
  Kind kind = Kind::Application;
  std::string resource;              // the service's application id; empty for what has none
  std::string role_id;               // of the permission in that application; empty for directory roles
  std::vector<std::string> instead;  // others that would open the same tables
  std::vector<std::string> tables;
  std::vector<std::string> needed_by;  // controls that read what it opens
};
std::string_view name(Permission::Kind kind);

// The least that suffices: of permissions any of which will do, one that is needed anyway, else the first. In order of
// service, kind and name. Ids are those of the cloud.
Result<std::vector<Permission>> permissions(const catalog::Catalogue& catalogue,
                                            const std::vector<const catalog::Control*>& controls,
                                            std::string_view cloud = "commercial");

// `requiredResourceAccess` of an app registration's manifest: the application permissions, by their ids.
Json manifest(const std::vector<Permission>& permissions);

}  // namespace assay::collect
