#include "sim/server/tokens.h"

#include <algorithm>

#include "base/text.h"

namespace assay::sim::server {
namespace {

std::int64_t seconds(WallTime at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

bool Caller::holds(std::string_view permission) const {
  if (permissions.count(std::string(permission)) != 0) return true;
  const auto read = permission.find(".Read.");
  if (read == std::string_view::npos) return false;
  std::string writing(permission);
  return permissions.count(writing.replace(read, 6, ".ReadWrite.")) != 0;
}

Tokens::Tokens(const ServerOptions& options, std::string tenant_id, std::vector<ApiResource> resources, Key key)
    : options_(options),
      tenant_id_(std::move(tenant_id)),
      resources_(std::move(resources)),
      key_(std::move(key)),
      key_id_(base64url(digest(key_.private_pem(), "SHA1"))) {}

const ApiResource* Tokens::resource(std::string_view address) const {
  for (const auto& one : resources_) {
    if (text::iequals(one.app_id, address) || one.name == address) return &one;
    for (const auto& known : one.addresses)
      if (text::iequals(known, address)) return &one;
  }
  return nullptr;
}

Json Tokens::claims(const Application& application, const std::string& audience) const {
  const auto now = seconds(options_.now());
  return {{"aud", audience},
          {"iss", "https://sts.windows.net/" + tenant_id_ + "/"},
          {"iat", now},
          {"nbf", now},
          {"exp", now + options_.token_lifetime.count()},
          {"appid", application.id},
          {"app_displayname", application.name},
          {"idp", "https://sts.windows.net/" + tenant_id_ + "/"},
          {"oid", application.object_id},
          {"sub", application.object_id},
          {"tid", tenant_id_},
          {"uti", base64url(random_bytes(16))},
          {"ver", "1.0"}};
}

std::string Tokens::signed_token(const Json& claims) const {
  return make_jwt(key_, "RS256", {{"kid", key_id_}, {"x5t", key_id_}}, claims);
}

std::string Tokens::app_token(const Application& application, const ApiResource& resource, const std::string& audience,
                              bool by_secret) const {
  auto out = claims(application, audience);
  out["idtyp"] = "app";
  out["appidacr"] = by_secret ? "1" : "2";
  const auto roles = permissions_of(resource, application.permissions);
  if (!roles.empty()) out["roles"] = roles;
  Json wids = Json::array();
  for (const auto& role : application.directory_roles)
    if (const auto id = directory_role_id(role)) wids.push_back(*id);
  wids.push_back("0997a1d0-0d1d-4acb-b408-d5ca73121e90");
  out["wids"] = wids;
  return signed_token(out);
}

std::string Tokens::user_token(const Application& application, const ApiResource& resource,
                               const std::string& scopes) const {
  auto out = claims(application, resource.addresses.front());
  out["oid"] = uuid_of("user of " + application.id);
  out["sub"] = base64url(digest(application.id, "SHA256"));
  out["appidacr"] = "0";
  out["scp"] = scopes;
  out["name"] = "Device Code User";
  Json wids = Json::array();
  for (const auto& role : application.directory_roles)
    if (const auto id = directory_role_id(role)) wids.push_back(*id);
  out["wids"] = wids;
  return signed_token(out);
}

std::string Tokens::id_token(const Application& application) const {
  auto out = claims(application, application.id);
  out["ver"] = "2.0";
  out["iss"] = "https://login.microsoftonline.com/" + tenant_id_ + "/v2.0";
  return signed_token(out);
}

Json Tokens::key_set() const { return {{"keys", Json::array({key_.public_jwk(key_id_)})}}; }

TokenState Tokens::read(const Request& request, std::string_view resource, Caller& caller) const {
  const auto header = request.header("authorization");
  if (!text::istarts_with(header, "Bearer ")) return TokenState::Missing;
  const std::string token(text::trim(header.substr(7)));
  Json claims;
  {
    const std::lock_guard lock(mutex_);
    const auto known = verified_.find(token);
    if (known != verified_.end()) claims = known->second;
  }
  if (claims.is_null()) {
    const auto jwt = parse_jwt(token);
    if (!jwt || !key_.verifies(jwt->header.value("alg", ""), jwt->signed_text, jwt->signature))
      return TokenState::Malformed;
    claims = jwt->claims;
    const std::lock_guard lock(mutex_);
    if (verified_.size() > 1000) verified_.clear();
    verified_.emplace(token, claims);
  }
  if (claims.value("exp", std::int64_t{0}) <= seconds(options_.now())) return TokenState::Expired;
  const auto* meant = this->resource(claims.value("aud", ""));
  if (meant == nullptr || meant->name != resource || claims.value("tid", "") != tenant_id_)
    return TokenState::WrongAudience;
  caller = {};
  caller.app_id = claims.value("appid", "");
  caller.object_id = claims.value("oid", "");
  caller.app_only = claims.value("idtyp", "") == "app";
  caller.by_secret = claims.value("appidacr", "") == "1";
  for (const auto& role : claims.value("roles", Json::array())) caller.permissions.insert(role.get<std::string>());
  const auto scopes = claims.value("scp", "");
  for (const auto scope : text::split(scopes, ' '))
    if (!scope.empty()) caller.permissions.emplace(scope);
  for (const auto& role : claims.value("wids", Json::array())) caller.directory_roles.insert(role.get<std::string>());
  return TokenState::Good;
}

}  // namespace assay::sim::server
