#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/server/application.h"
#include "sim/server/http_message.h"
#include "sim/server/jose.h"
#include "sim/server/options.h"

namespace assay::sim::server {

// Whom a token speaks for.
struct Caller {
  std::string app_id;
  std::string object_id;
  bool app_only = true;
  bool by_secret = false;                 // the token was got with a secret, which SharePoint refuses
  std::set<std::string> permissions;      // roles, or scopes of a signed-in user
  std::set<std::string> directory_roles;  // template ids

  // Holds the permission, or the writing one of the same thing.
  bool holds(std::string_view permission) const;
};

enum class TokenState { Missing, Malformed, Expired, WrongAudience, Good };

// Signs access tokens and reads them back.
class Tokens {
 public:
  Tokens(const ServerOptions& options, std::string tenant_id, std::vector<ApiResource> resources, Key key);

  const std::vector<ApiResource>& resources() const { return resources_; }
  const std::string& tenant_id() const { return tenant_id_; }
  // By what stands before `/.default` in a scope, or by the name of one of its permissions.
  const ApiResource* resource(std::string_view address) const;

  std::string app_token(const Application& application, const ApiResource& resource, const std::string& audience,
                        bool by_secret) const;
  std::string user_token(const Application& application, const ApiResource& resource, const std::string& scopes) const;
  std::string id_token(const Application& application) const;
  Json key_set() const;

  // Reads `Authorization: Bearer …` as the resource would.
  TokenState read(const Request& request, std::string_view resource, Caller& caller) const;

 private:
  Json claims(const Application& application, const std::string& audience) const;
  std::string signed_token(const Json& claims) const;

  const ServerOptions& options_;
  std::string tenant_id_;
  std::vector<ApiResource> resources_;
  Key key_;
  std::string key_id_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Json> verified_;  // tokens whose signature was found good
};

}  // namespace assay::sim::server
