#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/server/endpoints.h"
#include "sim/server/graph_options.h"
#include "sim/server/jose.h"
#include "sim/server/page_token.h"

// Defender for Endpoint: single scores, and lists of up to ten thousand rows a page.
namespace assay::sim::server {
namespace {

Response failure(int status, std::string_view code, const std::string& message) {
  return json_response(status, {{"error", {{"code", code}, {"message", message}, {"target", random_uuid()}}}});
}

struct Operation {
  std::vector<std::string> permissions;  // any one
  double a_minute = 100;
  double an_hour = 1500;
  std::size_t page = 10'000;
  std::size_t most = 10'000;
};

Operation operation(const std::string& path) {
  const auto first = path.substr(0, path.find('/'));
  if (first == "exposurescore" || first == "configurationscore") return {{"Score.Read.All"}};
  if (path.ends_with("/machinereferences")) return {{"SecurityRecommendation.Read.All", "Machine.Read.All"}, 50, 1500};
  if (first == "recommendations") return {{"SecurityRecommendation.Read.All"}, 50, 1500};
  if (path.find("bymachine") != std::string::npos) return {{"Vulnerability.Read.All"}, 30, 1000, 50'000, 200'000};
  if (path.find("assessmentexport") != std::string::npos) return {{"Vulnerability.Read.All"}, 5, 20};
  if (first == "machines") return {{"Machine.Read.All"}};
  if (first == "vulnerabilities") return {{"Vulnerability.Read.All"}, 50, 1500, 8'000, 8'000};
  if (first == "software") return {{"Software.Read.All"}};
  if (first == "indicators") return {{"Ti.ReadWrite.All"}};
  if (first.starts_with("baseline")) return {{"SecurityBaselinesAssessment.Read.All"}};
  return {{"SecurityConfiguration.Read.All"}};
}

}  // namespace

Response answer_defender(Services& services, const Request& request) {
  Caller caller;
  const auto state = services.tokens.read(request, "defender-endpoint", caller);
  if (state != TokenState::Good)
    return failure(
        401, "Unauthorized",
        state == TokenState::Expired ? "The token is expired." : "The token is missing or not for this service.");
  const auto segments = request.segments();
  if (segments.size() < 2 || !text::iequals(segments[0], "api"))
    return failure(404, "ResourceNotFound", "The path begins with /api.");
  const auto path = path_below(request, 1);
  const auto rule = operation(text::lower(path));

  const auto both = caller.app_id + '/' + services.tenant().id();
  const auto own = both + '/' + text::lower(segments.back());  // `machines` and what is below it are counted apart
  if (auto refused = refuse_too_many(services, {{"mde-minute/" + both, 100, 60},
                                                {"mde-hour/" + both, 1500, 3600},
                                                {"mde-minute/" + own, rule.a_minute, 60},
                                                {"mde-hour/" + own, rule.an_hour, 3600}})) {
    auto out = failure(429, "TooManyRequests", "Too many requests.");
    out.set("Retry-After", std::string(refused->header("Retry-After")));
    return out;
  }
  if (std::none_of(rule.permissions.begin(), rule.permissions.end(), [&](const auto& p) { return caller.holds(p); }))
    return failure(403, "Forbidden",
                   "The application does not have any of the required application permissions (" +
                       text::join(rule.permissions, ", ") + ") to access the resource.");
  const auto& tenant = services.tenant();
  if (const auto plan = tenant.required_plan("defender-endpoint", path); plan && !tenant.holds(*plan))
    return failure(403, "Forbidden", "The tenant has no licence for this service.");
  if (request.method != "GET") return failure(405, "MethodNotAllowed", "This simulated tenant is only read.");

  const auto resource = services.store.find("defender-endpoint", path);
  if (!resource) return failure(404, "ResourceNotFound", "Resource not found.");
  const auto context = request.base + "/api/$metadata#" + segments[1];
  if (resource->singleton()) {
    Json out{{"@odata.context", context + "/$entity"}};
    out.update(resource->at(0));
    return json_response(200, out);
  }
  auto options = parse_graph_options(request);
  if (!options) return failure(400, "BadRequest", options.error().message);
  auto page = options->top.value_or(rule.page);
  if (const auto size = request.option("pageSize")) page = static_cast<std::size_t>(std::atoll(size->c_str()));
  page = std::clamp<std::size_t>(page, 1, rule.most);
  if (services.options.page_size > 0) page = std::min(page, services.options.page_size);
  std::size_t at = options->skip;
  if (!options->page_token.empty()) {
    const auto token = read_page_token(services.page_key, options->page_token, path, services.options.now(),
                                       services.options.page_token_lifetime);
    if (!token || token->expired) return failure(400, "BadRequest", "The skip token is not valid.");
    at = token->content.get<std::size_t>();
  }
  Json out{{"@odata.context", context}};
  Json& value = out["value"] = Json::array();
  std::size_t skipped = options->filter && options->page_token.empty() ? std::exchange(at, 0) : 0;
  for (; at < resource->size() && value.size() < page; ++at) {
    auto object = resource->at(at);
    if (options->filter && !options->filter->matches(object)) continue;
    if (skipped > 0) {
      --skipped;
      continue;
    }
    value.push_back(std::move(object));
  }
  if (at < resource->size()) {
    const auto token = make_page_token(services.page_key, at, path, services.options.now());
    out["@odata.nextLink"] = request.base + request.path + '?' + with_page_token(request, "$skiptoken", token);
  }
  return json_response(200, out);
}

}  // namespace assay::sim::server
