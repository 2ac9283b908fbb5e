#include <algorithm>
#include <map>

#include "base/text.h"
#include "sim/server/graph.h"
#include "sim/server/graph_error.h"
#include "sim/server/graph_objects.h"
#include "sim/server/page_token.h"

// Change tracking: a full read that ends with a deltaLink, and what changed since such a link was given.
namespace assay::sim::server {
namespace {

constexpr std::chrono::hours kDeltaLifetime{7 * 24};
constexpr std::size_t kPage = 200;

std::string id_of(const Json& object) {
  const auto found = object.find("id");
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Response Graph::delta(const Call& call) {
  const auto& settings = services_.options;
  const auto resource = services_.store.find(call.service(), call.path.text());
  if (!resource || resource->singleton())
    return graph_error(400, "BadRequest", "Change tracking is not supported for this resource.");
  const auto* shape = shape_of(call.path.version, call.path.segments);
  if (!call.options.expand.empty() || !call.options.order.empty())
    return graph_error(400, "Request_UnsupportedQuery", "$expand and $orderby are not supported with delta.");

  // The tokens carry what was selected at the start.
  const auto about = "delta/" + call.path.version + '/' + text::lower(call.path.text());
  const auto start = call.request.base + call.request.path;
  Json state{{"i", 0}, {"select", call.options.select}, {"since", nullptr}};
  const bool latest = call.options.delta_token == "latest";
  const auto& given = call.options.page_token.empty() ? call.options.delta_token : call.options.page_token;
  if (!given.empty() && !latest) {
    const bool paging = !call.options.page_token.empty();
    const auto lifetime = paging ? settings.page_token_lifetime : std::chrono::seconds(kDeltaLifetime);
    const auto token = read_page_token(services_.page_key, given, about, settings.now(), lifetime);
    if (!token || token->expired) {
      auto out = graph_error(410, "syncStateNotFound",
                             "The sync state generation is not found; resynchronization is required.");
      out.set("Location", start + "?$deltatoken=");
      return out;
    }
    state = token->content;
  }
  auto options = call.options;
  options.select = state["select"].get<std::vector<std::string>>();
  const GraphObjects objects(services_.store, call.path.version, call.path.text(), call.lower, options, shape);
  const auto shaped = [&](const Json& object) {
    auto out = objects.shaped(object, call.path.text() + '/' + id_of(object));
    out["id"] = id_of(object);
    return out;
  };

  Json out = {{"@odata.context", call.request.base + '/' + call.path.version + "/$metadata#" + call.path.text()}};
  Json& value = out["value"] = Json::array();
  auto at = state.value("i", std::size_t{0});
  const bool changes = state["since"].is_number();
  if (changes) {
    // What the tenant was on the day of the link, against what it is.
    auto old_options = services_.tenant().options();
    const int since = state["since"].get<int>();
    if (since != old_options.day) {
      old_options.day = since;
      const Tenant old_tenant(old_options);
      const auto old_list = old_tenant.find(call.service(), call.path.text());
      std::map<std::string, Json> old_objects;
      for (std::size_t i = 0; old_list && i < old_list->size(); ++i) {
        auto object = old_list->at(i);
        auto id = id_of(object);
        old_objects.emplace(std::move(id), std::move(object));
      }
      for (std::size_t i = 0; i < resource->size(); ++i) {
        const auto object = resource->at(i);
        const auto was = old_objects.find(id_of(object));
        const bool same = was != old_objects.end() && shaped(was->second) == shaped(object);
        if (was != old_objects.end()) old_objects.erase(was);
        if (!same) value.push_back(shaped(object));
      }
      for (const auto& [id, object] : old_objects) value.push_back({{"id", id}, {"@removed", {{"reason", "deleted"}}}});
    }
  } else if (!latest) {
    const auto size = settings.page_size > 0 ? std::min(settings.page_size, kPage) : kPage;
    for (; at < resource->size() && value.size() < size; ++at) value.push_back(shaped(resource->at(at)));
    if (at < resource->size()) {
      state["i"] = at;
      out["@odata.nextLink"] =
          start + "?$skiptoken=" + make_page_token(services_.page_key, state, about, settings.now());
      return json_response(200, out);
    }
  }
  state["i"] = 0;
  state["since"] = services_.tenant().options().day;
  out["@odata.deltaLink"] = start + "?$deltatoken=" + make_page_token(services_.page_key, state, about, settings.now());
  return json_response(200, out);
}

}  // namespace assay::sim::server
