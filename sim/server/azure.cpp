#include "sim/server/endpoints.h"

// Azure Resource Manager, as far as a directory is configured there.
namespace assay::sim::server {
namespace {

Response failure(int status, std::string_view code, const std::string& message) {
  return json_response(status, {{"error", {{"code", code}, {"message", message}}}});
}

}  // namespace

Response answer_azure(Services& services, const Request& request) {
  Caller caller;
  const auto state = services.tokens.read(request, "azure", caller);
  if (state == TokenState::Missing)
    return failure(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
  if (state == TokenState::Expired)
    return failure(401, "ExpiredAuthenticationToken", "The access token expiry is before now.");
  if (state != TokenState::Good)
    return failure(401, "InvalidAuthenticationToken", "The access token is invalid or from the wrong audience.");
  if (!request.option("api-version"))
    return failure(400, "MissingApiVersionParameter",
                   "The api-version query parameter (?api-version=) is required for all requests.");
  const auto path = path_below(request, 0);
  if (!caller.holds("Azure.SecurityReader"))
    return failure(403, "AuthorizationFailed",
                   "The client '" + caller.app_id + "' does not have authorization to perform a read over scope '/" +
                       path + "' or the scope is invalid.");
  if (request.method != "GET") return failure(405, "MethodNotAllowed", "This simulated tenant is only read.");
  const auto resource = services.store.find("azure", path);
  if (!resource) return failure(404, "ResourceNotFound", "The Resource '" + path + "' was not found.");
  if (resource->singleton()) return json_response(200, resource->at(0));
  Json value = Json::array();
  for (std::size_t i = 0; i < resource->size(); ++i) value.push_back(resource->at(i));
  return json_response(200, {{"value", value}});
}

}  // namespace assay::sim::server
