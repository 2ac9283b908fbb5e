#pragma once

#include <string>
#include <vector>

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
  std::vector<std::string> instead;  // others that would open the same tables
  std::vector<std::string> tables;
  std::vector<std::string> needed_by;  // controls that read what it opens
};
std::string_view name(Permission::Kind kind);

// The least that suffices: of permissions any of which will do, one that is needed anyway, else the first. In order of
// service, kind and name.
Result<std::vector<Permission>> permissions(const catalog::Catalogue& catalogue,
                                            const std::vector<const catalog::Control*>& controls);

}  // namespace assay::collect
