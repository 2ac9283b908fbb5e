#include "base/text.h"
#include "sim/server/endpoints.h"
#include "sim/server/jose.h"
#include "sim/server/page_token.h"

// The admin API of Fabric.
namespace assay::sim::server {
namespace {

constexpr std::size_t kPage = 100;

Response failure(int status, std::string_view code, const std::string& message) {
  return json_response(status, {{"requestId", random_uuid()}, {"errorCode", code}, {"message", message}});
}

}  // namespace

Response answer_fabric(Services& services, const Request& request) {
  Caller caller;
  const auto state = services.tokens.read(request, "fabric", caller);
  if (state != TokenState::Good)
    return failure(401, state == TokenState::Expired ? "TokenExpired" : "InvalidToken",
                   "The access token is not valid.");
  if (auto refused = refuse_too_many(services, {{"fabric/" + caller.app_id + '/' + services.tenant().id(), 25, 60}})) {
    auto out = failure(429, "RequestBlocked", "Request is blocked by the upstream service until the given time.");
    out.set("Retry-After", std::string(refused->header("Retry-After")));
    return out;
  }
  if (caller.app_only && !caller.holds("Fabric.ReadAdminApis"))
    return failure(403, "InsufficientPrivileges",
                   "The caller does not have sufficient permissions to perform the request.");
  if (request.method != "GET") return failure(405, "MethodNotAllowed", "This simulated tenant is only read.");
  auto resource = services.store.find("fabric", path_below(request, 0));
  if (!resource) resource = services.store.find("fabric", path_below(request, 1));
  if (!resource) return failure(404, "EntityNotFound", "The requested resource could not be found.");
  const auto segments = request.segments();
  if (resource->singleton()) return json_response(200, resource->at(0));

  const bool settings = text::iequals(segments.back(), "tenantsettings");
  std::size_t at = 0;
  if (const auto given = request.option("continuationToken")) {
    const auto token = read_page_token(services.page_key, *given, request.path, services.options.now(),
                                       services.options.page_token_lifetime);
    if (!token || token->expired)
      return failure(400, "InvalidContinuationToken", "The continuation token is not valid.");
    at = token->content.get<std::size_t>();
  }
  const auto page = services.options.page_size > 0 ? std::min(services.options.page_size, kPage) : kPage;
  Json list = Json::array();
  for (; at < resource->size() && list.size() < page; ++at) list.push_back(resource->at(at));
  Json out{{settings ? "tenantSettings" : "value", list}};
  if (at < resource->size()) {
    const auto token = make_page_token(services.page_key, at, request.path, services.options.now());
    out["continuationToken"] = token;
    out["continuationUri"] = request.base + request.path + "?continuationToken=" + url_encode(token);
  }
  return json_response(200, out);
}

}  // namespace assay::sim::server
