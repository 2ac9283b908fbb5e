#include <algorithm>

#include "base/text.h"
#include "sim/server/graph.h"
#include "sim/server/graph_error.h"
#include "sim/server/graph_objects.h"

// POSTs that only read.
namespace assay::sim::server {

Response Graph::post(const Call& call) {
  if (call.lower == std::vector<std::string>{"directoryobjects", "getbyids"}) return get_by_ids(call);
  if (call.lower == std::vector<std::string>{"security", "runhuntingquery"}) return hunting(call);
  return write(call);
}

Response Graph::get_by_ids(const Call& call) const {
  const auto body = Json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("ids") || !body["ids"].is_array())
    return graph_error(400, "Request_BadRequest", "The body needs a list `ids`.");
  if (body["ids"].size() > 1000) return graph_error(400, "Request_BadRequest", "Too many ids: at most 1000.");
  static const std::vector<std::pair<std::string, std::string>> lists{{"user", "users"},
                                                                      {"group", "groups"},
                                                                      {"servicePrincipal", "servicePrincipals"},
                                                                      {"device", "devices"},
                                                                      {"application", "applications"}};
  Json out = {{"@odata.context", call.request.base + '/' + call.path.version + "/$metadata#directoryObjects"}};
  Json& value = out["value"] = Json::array();
  for (const auto& id : body["ids"]) {
    if (!id.is_string()) continue;
    for (const auto& [of, list] : lists) {
      const auto& type = of;  // clang does not let lambdas have parts of a binding
      if (const auto types = body.find("types"); types != body.end() && types->is_array()) {
        const auto wanted = std::any_of(types->begin(), types->end(), [&](const Json& one) {
          return one.is_string() && text::iequals(one.get<std::string>(), type);
        });
        if (!wanted) continue;
      }
      const auto found = services_.store.find(call.service(), list + '/' + id.get<std::string>());
      if (!found) continue;
      const auto name = "#microsoft.graph." + type;
      auto object = found->at(0);
      if (type == "user" || type == "group") object = default_properties(object, name);
      object["@odata.type"] = name;
      value.push_back(std::move(object));
      break;
    }
  }
  return json_response(200, out);
}

Response Graph::hunting(const Call& call) const {
  const auto body = Json::parse(call.request.body, nullptr, false);
  if (!body.is_object()) return graph_error(400, "BadRequest", "The body is no JSON object.");
  const auto& query = value_at(body, "Query");
  if (!query.is_string()) return graph_error(400, "BadRequest", "The body needs a `Query`.");
  const auto text = query.get<std::string>();
  const auto table = std::string(text::trim(text.substr(0, text.find('|'))));
  const auto rows =
      services_.store.find(call.service(), "security/runHuntingQuery", {{"Query", text}, {"Table", table}});
  const auto plan = services_.tenant().required_plan(call.service(), "security/runHuntingQuery");
  if (!rows || (plan && !services_.tenant().holds(*plan)))
    return graph_error(400, "BadRequest",
                       "'where' operator: Failed to resolve table or column expression named '" + table +
                           "'. Fix "
                           "semantic errors in your query. Failed to resolve table expression.");
  Json results = Json::array();
  for (std::size_t i = 0; i < rows->size(); ++i) results.push_back(rows->at(i));
  Json schema = Json::array();
  if (!results.empty())
    for (auto at = results[0].begin(); at != results[0].end(); ++at) {
      const auto* type = at.value().is_boolean()          ? "SByte"
                         : at.value().is_number_integer() ? "Int64"
                         : at.value().is_number()         ? "Double"
                                                          : "String";
      schema.push_back({{"name", at.key()}, {"type", type}});
    }
  return json_response(200, {{"schema", schema}, {"results", results}});
}

}  // namespace assay::sim::server
