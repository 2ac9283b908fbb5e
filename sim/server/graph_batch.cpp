#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "sim/server/graph.h"
#include "sim/server/graph_error.h"
#include "sim/server/jose.h"

// POST /$batch: up to twenty requests in one.
namespace assay::sim::server {
namespace {

constexpr std::size_t kMost = 20;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json failed_dependency(const std::string& id) {
  return {
      {"id", id},
      {"status", 424},
      {"headers", Json::object()},
      {"body", {{"error", {{"code", "FailedDependency"}, {"message", "A request that this one depends on failed."}}}}}};
}

}  // namespace

Json Graph::batch_answer(const Request& outer, const std::string& version, const Json& inner, int depth) {
  Request request;
  request.method = text_of(inner, "method");
  std::transform(request.method.begin(), request.method.end(), request.method.begin(),
                 [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
  request.host = outer.host;
  request.base = outer.base;
  auto url = text_of(inner, "url");
  if (!url.starts_with('/')) url.insert(url.begin(), '/');
  const auto question = std::min(url.find('?'), url.size());
  request.path = '/' + version + url.substr(0, question);
  if (question < url.size()) request.query = url.substr(question + 1);
  if (const auto headers = inner.find("headers"); headers != inner.end() && headers->is_object())
    for (auto at = headers->begin(); at != headers->end(); ++at)
      if (at.value().is_string()) request.headers[text::lower(at.key())] = at.value().get<std::string>();
  request.headers["authorization"] = std::string(outer.header("authorization"));
  if (const auto body = inner.find("body"); body != inner.end()) {
    if (request.header("content-type").empty())
      return {
          {"id", text_of(inner, "id")},
          {"status", 400},
          {"headers", Json::object()},
          {"body", {{"error", {{"code", "BadRequest"}, {"message", "A request with a body needs a Content-Type."}}}}}};
    request.body = body->is_string() ? body->get<std::string>() : body->dump();
  }
  const auto counted = request.host + request.path;
  services_.counters.begin(counted);
  auto response = answer(request, depth + 1);
  services_.counters.end(counted, response.status, request.option("$skiptoken").has_value(), false);

  Json headers = Json::object();
  for (const auto& [name, value] : response.headers) headers[name] = value;
  Json out{{"id", text_of(inner, "id")}, {"status", response.status}, {"headers", headers}};
  if (response.body.empty()) return out;
  auto json = response.header("content-type").find("json") != std::string_view::npos
                  ? Json::parse(response.body, nullptr, false)
                  : Json(Json::value_t::discarded);
  if (json.is_discarded()) {
    auto text = base64url(response.body);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    text.resize((text.size() + 3) / 4 * 4, '=');
    out["body"] = text;
  } else {
    out["body"] = std::move(json);
  }
  return out;
}

Response Graph::batch(const Request& request, const std::string& version, int depth) {
  const auto refuse = [](const std::string& message) { return graph_error(400, "BadRequest", message); };
  if (request.method != "POST") return graph_error(405, "MethodNotAllowed", "A batch is posted.");
  const auto body = Json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("requests") || !body["requests"].is_array())
    return refuse("Invalid batch payload format.");
  const auto& requests = body["requests"];
  if (requests.size() > kMost)
    return refuse("Number of batch request steps exceeds the maximum value of " + std::to_string(kMost) + ".");
  std::set<std::string> ids;
  for (const auto& one : requests) {
    if (!one.is_object() || text_of(one, "id").empty() || text_of(one, "method").empty() || text_of(one, "url").empty())
      return refuse("Each request of a batch needs id, method and url.");
    if (!ids.insert(text::lower(text_of(one, "id"))).second) return refuse("Duplicate id in the batch.");
  }
  std::map<std::string, int> statuses;
  std::vector<Json> answers;
  for (const auto& one : requests) {
    bool runs = true;
    if (const auto needs = one.find("dependsOn"); needs != one.end() && needs->is_array()) {
      for (const auto& id : *needs) {
        const auto before = statuses.find(id.is_string() ? text::lower(id.get<std::string>()) : std::string());
        if (before == statuses.end()) return refuse("dependsOn names a request that does not come before.");
        runs = runs && before->second < 400;
      }
    }
    answers.push_back(runs ? batch_answer(request, version, one, depth) : failed_dependency(text_of(one, "id")));
    statuses[text::lower(text_of(one, "id"))] = answers.back()["status"].get<int>();
  }
  // In no order that anybody could rely on, yet the same each time.
  std::sort(answers.begin(), answers.end(), [](const Json& a, const Json& b) {
    return digest(a["id"].get<std::string>(), "SHA1") < digest(b["id"].get<std::string>(), "SHA1");
  });
  return json_response(200, {{"responses", answers}});
}

}  // namespace assay::sim::server
