#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/server/certificates.h"
#include "sim/server/options.h"

// Who may ask for tokens, for what, and which permissions the tokens then carry.
namespace assay::sim::server {

// An API that tokens are for.
struct ApiResource {
  std::string name;  // as Tenant::find calls the service: `graph`, `exchange`, …
  std::string app_id;
  std::vector<std::string> addresses;  // what stands before `/.default`; the first is the usual one
};

// All of them; `prefix` is the tenant's name in its SharePoint addresses.
std::vector<ApiResource> api_resources(const std::string& prefix);

// Another party whose tokens prove who the application is (workload identity federation).
struct FederatedCredential {
  std::string issuer;
  std::string subject;
  std::string audience;
  Key key;
};

struct Application {
  std::string id;
  std::string object_id;  // of its service principal
  std::string name;
  std::string secret;
  std::string expired_secret;
  std::vector<std::string> certificates;  // PEM
  std::vector<FederatedCredential> federated;
  std::set<std::string> permissions;  // app roles granted to it, of all resources
  std::vector<std::string> directory_roles;
  bool enabled = true;
};

// Permissions that an application asks for that only reads. What is no permission of its resource but lets an
// application in all the same has a name here too: `PowerPlatform.ManagementApplication`, `Fabric.ReadAdminApis` and
// `Azure.SecurityReader`.
const std::vector<std::string>& reading_permissions();

// What an application needs on top of those to make the changes that Assay knows.
const std::vector<std::string>& writing_permissions();

// Those of the permissions that belong to the resource.
std::vector<std::string> permissions_of(const ApiResource& resource, const std::set<std::string>& permissions);

// Template id of a built-in directory role; nothing for a name that is none.
std::optional<std::string> directory_role_id(std::string_view name);

}  // namespace assay::sim::server
