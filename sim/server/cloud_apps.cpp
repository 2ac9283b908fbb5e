#include <algorithm>

#include "base/text.h"
#include "sim/server/endpoints.h"
#include "sim/server/odata_filter.h"

// Defender for Cloud Apps: queries are posted, pages are `skip` and `limit`.
namespace assay::sim::server {
namespace {

constexpr std::size_t kMost = 100;

Response failure(int status, const std::string& message) { return json_response(status, {{"detail", message}}); }

std::size_t number(const Json& body, const char* name, std::size_t otherwise) {
  const auto& value = body.is_object() ? value_at(body, name) : body;
  return value.is_number_unsigned() ? value.get<std::size_t>() : otherwise;
}

}  // namespace

Response answer_cloud_apps(Services& services, const Request& request) {
  Caller caller;
  if (services.tokens.read(request, "cloud-apps", caller) != TokenState::Good) return failure(401, "Invalid token.");
  const auto segments = request.segments();
  if (segments.size() < 3 || !text::iequals(segments[0], "api") || !text::iequals(segments[1], "v1"))
    return failure(404, "Not found.");
  if (refuse_too_many(services, {{"cloud-apps/" + services.tenant().id(), 30, 60}})) {
    auto out = failure(429, "Request was throttled.");
    out.set("Retry-After", "2");
    return out;
  }
  const auto path = path_below(request, 2);
  const auto first = text::lower(segments[2]);
  const auto* permission = first == "discovery"                       ? "Discovery.Read"
                           : first == "subnet" || first == "settings" ? "Settings.Read"
                                                                      : "Investigation.Read";
  if (!caller.holds(permission)) return failure(403, "You do not have permission to perform this action.");
  if (const auto plan = services.tenant().required_plan("cloud-apps", path); plan && !services.tenant().holds(*plan))
    return failure(403, "The tenant has no licence for this service.");
  const auto resource = services.store.find("cloud-apps", path);
  if (!resource) return failure(404, "Not found.");
  if (resource->singleton()) return json_response(200, resource->at(0));
  const auto body = Json::parse(request.body.empty() ? std::string("{}") : request.body, nullptr, false);
  if (body.is_discarded()) return failure(400, "The body is no JSON.");
  const auto skip = number(body, "skip", 0);
  const auto limit = std::clamp<std::size_t>(number(body, "limit", kMost), 1, kMost);
  Json data = Json::array();
  std::size_t at = skip;
  for (; at < resource->size() && data.size() < limit; ++at) data.push_back(resource->at(at));
  return json_response(200, {{"data", data},
                             {"hasNext", at < resource->size()},
                             {"max", limit},
                             {"total", resource->size()},
                             {"moreThanTotal", false}});
}

}  // namespace assay::sim::server
