#include "base/text.h"
#include "sim/server/endpoints.h"
#include "sim/server/jose.h"

// The admin API of Power Platform. An application is let in when it is registered there, whatever its permissions.
namespace assay::sim::server {
namespace {

Response failure(int status, std::string_view code, const std::string& message) {
  return json_response(status, {{"error", {{"code", code}, {"message", message}}}});
}

}  // namespace

Response answer_power_platform(Services& services, const Request& request) {
  Caller caller;
  const auto state = services.tokens.read(request, "power-platform", caller);
  if (state != TokenState::Good)
    return failure(401, state == TokenState::Expired ? "ExpiredAuthenticationToken" : "InvalidAuthenticationToken",
                   "The access token is missing, expired, or not for this service.");
  if (caller.app_only && !caller.holds("PowerPlatform.ManagementApplication"))
    return failure(
        403, "ServicePrincipalNotRegistered",
        "The service principal with id '" + caller.app_id + "' is not registered as a management application.");
  if (!request.option("api-version"))
    return failure(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required.");
  const auto path = path_below(request, 0);
  const bool settings = text::lower(path).ends_with("listtenantsettings");
  if (request.method != (settings ? "POST" : "GET"))
    return failure(405, "MethodNotAllowed", "This path has another method.");
  const auto resource = services.store.find("power-platform", path);
  if (!resource) return failure(404, "NotFound", "The resource was not found.");
  if (resource->singleton()) return json_response(200, resource->at(0));
  Json value = Json::array();
  for (std::size_t i = 0; i < resource->size(); ++i) value.push_back(resource->at(i));
  return json_response(200, {{"value", value}});
}

}  // namespace assay::sim::server
