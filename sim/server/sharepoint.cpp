#include <algorithm>

#include "base/text.h"
#include "sim/server/csom.h"
#include "sim/server/endpoints.h"
#include "sim/server/jose.h"

// SharePoint's admin host: REST and the client object model.
namespace assay::sim::server {
namespace {

Response failure(int status, const std::string& code, const std::string& message) {
  return json_response(status,
                       {{"odata.error", {{"code", code}, {"message", {{"lang", "en-US"}, {"value", message}}}}}});
}

// An object as `odata=verbose` shows it: lists in `results`, everything under `d`.
Json verbose(const Json& object, const std::string& address) {
  Json inner{{"__metadata",
              {{"id", address}, {"uri", address}, {"type", "Microsoft.Online.SharePoint.TenantAdministration.Tenant"}}},
             {"AllowedDomainListForSyncClient", {{"results", Json::array()}}}};
  for (auto at = object.begin(); at != object.end(); ++at) {
    if (at.key().starts_with("odata.") || at.key().starts_with("@")) continue;
    inner[at.key()] = at.value().is_array()
                          ? Json{{"__metadata", {{"type", "Collection(Edm.String)"}}}, {"results", at.value()}}
                          : at.value();
  }
  inner["Sites"] = {{"__deferred", {{"uri", address + "/Sites"}}}};
  return {{"d", inner}};
}

Limit units(const Services& services, const Caller& caller, double cost) {
  const auto users = services.tenant().options().users;
  const double a_minute = users <= 1000     ? 1250
                          : users <= 5000   ? 2500
                          : users <= 15'000 ? 3750
                          : users <= 50'000 ? 5000
                                            : 6250;
  return {"sharepoint/" + caller.app_id + '/' + services.tenant().id(), a_minute, 60, cost, true, {}};
}

}  // namespace

Response answer_sharepoint(Services& services, const Request& request) {
  Caller caller;
  const auto state = services.tokens.read(request, "sharepoint", caller);
  if (state != TokenState::Good || (caller.app_only && caller.by_secret)) {
    const bool secret = state == TokenState::Good;
    auto out = json_response(401, {{"error_description", secret                         ? "Unsupported app only token."
                                                         : state == TokenState::Expired ? "The token is expired."
                                                                                        : "Invalid JWT token."}});
    out.set("x-ms-diagnostics", secret ? "3001000;reason=\"Unsupported app only token.\";category=\"invalid_client\""
                                       : "3000003;reason=\"Invalid token.\";category=\"invalid_client\"");
    out.set("WWW-Authenticate", "Bearer realm=\"" + services.tenant().id() + "\"");
    return out;
  }
  const auto path = text::lower(path_below(request, 0));
  const bool csom = path == "_vti_bin/client.svc/processquery";
  if (auto refused = refuse_too_many(services, {units(services, caller, csom ? 2 : 1)})) {
    auto out =
        failure(429, "-2147429894, Microsoft.SharePoint.Client.ThrottledException", "The request has been throttled.");
    out.set("Retry-After", std::string(refused->header("Retry-After")));
    return out;
  }
  const bool allowed = caller.holds("Sites.FullControl.All");
  if (csom) return answer_csom(services.store, request, allowed, services.options.page_size);
  if (!allowed)
    return failure(403, "-2147024891, System.UnauthorizedAccessException",
                   "Attempted to perform an unauthorized operation.");
  if (request.method == "POST" && request.header("x-http-method") == "MERGE") {
    auto body = Json::parse(request.body, nullptr, false);
    if (!body.is_object())
      return failure(400, "-1, Microsoft.SharePoint.Client.InvalidClientQueryException", "The body is no JSON object.");
    body.erase("__metadata");
    services.store.merge("sharepoint", path_below(request, 0), body);
    return text_response(204, "");
  }
  if (request.method != "GET")
    return failure(405, "-1, MethodNotAllowed", "Objects are read with GET and changed with MERGE.");
  const auto resource = services.store.find("sharepoint", path_below(request, 0));
  if (!resource || resource->size() == 0)
    return failure(404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException",
                   "Cannot find resource for the request " + path + ".");
  const auto accept = text::lower(request.header("accept"));
  const auto address = request.base + request.path;
  if (accept.find("odata=nometadata") != std::string::npos)
    return json_response(200, resource->at(0), "application/json;odata=nometadata;streaming=true;charset=utf-8");
  if (accept.find("odata=verbose") != std::string::npos)
    return json_response(200, verbose(resource->at(0), address), "application/json;odata=verbose;charset=utf-8");
  Json minimal{
      {"odata.metadata", request.base + "/_api/$metadata#Microsoft.Online.SharePoint.TenantAdministration.Tenant"},
      {"odata.type", "Microsoft.Online.SharePoint.TenantAdministration.Tenant"},
      {"odata.id", address}};
  minimal.update(resource->at(0));
  return json_response(200, minimal, "application/json;odata=minimalmetadata;streaming=true;charset=utf-8");
}

}  // namespace assay::sim::server
