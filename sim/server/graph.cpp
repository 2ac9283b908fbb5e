#include "sim/server/graph.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "sim/server/graph_error.h"
#include "sim/server/graph_limits.h"
#include "sim/server/graph_objects.h"

namespace assay::sim::server {
namespace {

constexpr std::string_view kContentType =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

std::vector<std::string> lowered(const std::vector<std::string>& segments) {
  std::vector<std::string> out;
  out.reserve(segments.size());
  for (const auto& segment : segments) out.push_back(text::lower(segment));
  return out;
}

Response unauthorized(TokenState state) {
  const auto* message = state == TokenState::Missing         ? "Access token is empty."
                        : state == TokenState::Expired       ? "Lifetime validation failed, the token is expired."
                        : state == TokenState::WrongAudience ? "Access token validation failure. Invalid audience."
                                                             : "CompactToken parsing failed with error code: 80049217";
  auto out = graph_error(401, "InvalidAuthenticationToken", message);
  out.set("WWW-Authenticate",
          "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", "
          "client_id=\"00000003-0000-0000-c000-000000000000\"");
  return out;
}

// Lists that refuse to be read without saying of what.
std::optional<Response> check_mandatory_filter(const std::vector<std::string>& lower, const GraphOptions& options) {
  const auto starts = [&](std::initializer_list<std::string_view> names) {
    std::size_t i = 0;
    for (const auto name : names)
      if (i >= lower.size() || lower[i++] != name) return false;
    return true;
  };
  const auto has = [&](const char* name) {
    if (!options.filter) return false;
    const auto& equalities = options.filter->equalities();
    return std::any_of(equalities.items().begin(), equalities.items().end(),
                       [&](const auto& item) { return text::iequals(item.key(), name); });
  };
  const bool by_scope =
      lower.size() == 2 && (lower[1] == "rolemanagementpolicyassignments" || lower[1] == "rolemanagementpolicies");
  const bool alerts = lower.size() == 3 && starts({"identitygovernance", "rolemanagementalerts"});
  if ((by_scope || alerts) && (!has("scopeId") || !has("scopeType"))) {
    auto out = json_response(400, {{"errorCode", "MissingProvider"},
                                   {"message", "The provider is missing."},
                                   {"instanceAnnotations", Json::array()}});
    return out;
  }
  const bool group = lower.size() == 4 && starts({"identitygovernance", "privilegedaccess", "group"});
  if (group && !has("groupId") && !has("principalId"))
    return graph_error(400, "InvalidFilter", "A filter on groupId or principalId is required.");
  return std::nullopt;
}

// What the request reads of each object, as a hint: the tenant need not make the rest. Empty: all of it.
std::vector<std::string> needed_properties(const GraphOptions& options) {
  if (options.select.empty() || !options.search.empty()) return {};
  std::vector<std::string> out{"id"};
  for (const auto& name : options.select) {
    if (name == "*") return {};
    out.push_back(name.substr(0, name.find('/')));
  }
  if (options.filter)
    for (const auto& name : options.filter->properties()) out.push_back(name);
  for (const auto& order : options.order) out.push_back(order.property.substr(0, order.property.find('/')));
  return out;
}

}  // namespace

Response Graph::handle(const Request& request) {
  auto out = answer(request, 0);
  const auto own = out.header("request-id");
  if (own.empty()) out.set("request-id", random_uuid());
  const auto theirs = request.header("client-request-id");
  out.set("client-request-id", std::string(theirs.empty() ? out.header("request-id") : theirs));
  out.set(
      "x-ms-ags-diagnostic",
      R"({"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"AM00000001"}})");
  out.set("Cache-Control", "no-cache");
  out.set("OData-Version", "4.0");
  if (out.header("content-type") == "application/json") out.set("Content-Type", std::string(kContentType));
  return out;
}

Response Graph::answer(const Request& request, int depth) {
  auto path = parse_graph_path(request.segments());
  if (path.version != "v1.0" && path.version != "beta")
    return graph_error(400, "BadRequest", "Invalid version: " + path.version + ".");
  Caller caller;
  if (const auto state = services_.tokens.read(request, "graph", caller); state != TokenState::Good)
    return unauthorized(state);
  if (path.segments.size() == 1 && text::iequals(path.segments[0], "$batch")) {
    if (depth > 0) return graph_error(400, "BadRequest", "A batch cannot hold a batch.");
    return batch(request, path.version, depth);
  }
  auto options = parse_graph_options(request);
  if (!options) return graph_error(400, "BadRequest", options.error().message);
  Call call{request,
            caller,
            path,
            lowered(path.segments),
            std::move(*options),
            text::iequals(request.header("consistencylevel"), "eventual")};

  Pairs headers;
  if (auto refused = check_limits(call, headers)) return *refused;
  const auto dispatched = [&]() -> Response {
    if (auto refused = check_access(request, path, caller)) return *refused;
    if (auto refused = check_licence(call)) return *refused;
    if (auto refused = check_mandatory_filter(call.lower, call.options)) return *refused;
    return dispatch(call);
  };
  auto out = dispatched();
  for (auto& [name, value] : headers) out.set(name, value);
  return out;
}

std::optional<Response> Graph::check_access(const Request& request, const GraphPath& path, const Caller& caller) const {
  auto segments = path.segments;
  const auto* access = operation_access(path.version, request.method, segments);
  // An element is under the rule of its list, and so is what hangs below it, where nothing else is said.
  while (access == nullptr && request.method == "GET" && segments.size() > 1) {
    segments.pop_back();
    access = operation_access(path.version, "GET", segments);
  }
  const auto lower = text::lower(path.text());
  if (access == nullptr && request.method != "GET" && operation_access(path.version, "GET", path.segments) != nullptr)
    return graph_error(405, "MethodNotAllowed", "This object has no such method.");
  if (access == nullptr) {
    const auto name = path.segments.empty() ? std::string() : path.segments.front();
    return graph_error(400, "BadRequest", "Resource not found for the segment '" + name + "'.");
  }
  if (access->any_token) return std::nullopt;
  if (access->delegated_only) {
    if (caller.app_only) return graph_permission_refusal(lower);
    return std::nullopt;
  }
  const bool allowed = std::any_of(access->permissions.begin(), access->permissions.end(),
                                   [&](const auto& permission) { return caller.holds(permission); });
  return allowed ? std::nullopt : std::optional(graph_permission_refusal(lower));
}

std::optional<Response> Graph::check_limits(const Call& call, Pairs& headers) {
  RequestCost cost;
  cost.method = call.request.method;
  cost.select = !call.options.select.empty();
  cost.expand = !call.options.expand.empty();
  cost.top = call.options.top.value_or(0);
  for (const auto& name : call.options.select)
    cost.select_keys = cost.select_keys || text::iequals(name, "keyCredentials");
  const int units = resource_units(call.lower, cost);
  if (units > 0) headers.emplace_back("x-ms-resource-unit", std::to_string(units));
  if (!services_.throttles()) return std::nullopt;

  const auto& tenant = services_.tenant();
  const auto limits = graph_limits(call.lower, cost, call.caller.app_id, tenant.id(), tenant.options().users);
  double used = 0;
  const auto refusal = services_.throttle.take(limits, services_.options.now(), used);
  char share[16];
  std::snprintf(share, sizeof share, "%.2f", std::min(used, 1.8));
  if (units > 0 && used >= 0.8) headers.emplace_back("x-ms-throttle-limit-percentage", share);
  if (!refusal) return std::nullopt;

  auto out = graph_error(429, units > 0 ? "Request_ThrottledTemporarily" : "TooManyRequests",
                         "Too many requests. Please retry after some time.");
  for (auto& [name, value] : headers) out.set(name, value);
  if (refusal->limit.retry_after) out.set("Retry-After", std::to_string(refusal->retry_after));
  if (!refusal->limit.information.empty()) {
    out.set("x-ms-throttle-information", refusal->limit.information);
    out.set("x-ms-throttle-scope", "Tenant_Application/ReadWrite/" + call.caller.app_id + '/' + tenant.id());
  }
  return out;
}

std::optional<Response> Graph::check_licence(const Call& call) const {
  const auto& tenant = services_.tenant();
  auto path = call.path.text();
  for (;;) {
    const auto plan = tenant.required_plan(call.service(), path);
    if (plan && !tenant.holds(*plan)) return graph_licence_refusal(text::lower(call.path.text()));
    const auto slash = path.rfind('/');
    if (plan || slash == std::string::npos) break;
    path.erase(slash);
  }
  const bool activity =
      std::any_of(call.options.select.begin(), call.options.select.end(),
                  [](const auto& name) { return text::iequals(name.substr(0, name.find('/')), "signInActivity"); }) ||
      (call.options.filter && call.options.filter->properties().count("signInActivity") != 0);
  if (activity && !call.lower.empty() && call.lower[0] == "users") {
    if (!tenant.holds("AAD_PREMIUM") && !tenant.holds("AAD_PREMIUM_P2")) return graph_licence_refusal("users");
    if (!call.caller.holds("AuditLog.Read.All")) return graph_permission_refusal("auditlogs/");
  }
  return std::nullopt;
}

// `servicePrincipals(appId='x')` by its id.
std::optional<std::string> Graph::resolve_alternate_key(const GraphPath& path) const {
  const auto list = services_.store.find("graph/" + path.version, path.segments[0]);
  if (!list) return std::nullopt;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto object = list->at(i);
    const auto& value = value_at(object, *path.alternate_key);
    if (value.is_string() && text::iequals(value.get<std::string>(), path.segments[1]))
      return value_at(object, "id").get<std::string>();
  }
  return std::nullopt;
}

Response Graph::dispatch(Call& call) {
  const auto not_found = [&](const std::string& what) {
    return graph_error(404, "Request_ResourceNotFound",
                       "Resource '" + what +
                           "' does not exist or one of its queried reference-property objects are "
                           "not present.");
  };
  if (call.path.alternate_key && call.path.segments.size() >= 2) {
    const auto id = resolve_alternate_key(call.path);
    if (!id) return not_found(call.path.segments[1]);
    call.path.segments[1] = *id;
    call.lower[1] = text::lower(*id);
  }
  if (call.request.method == "POST") return post(call);
  if (call.request.method != "GET" && call.request.method != "HEAD") return write(call);
  if (call.path.delta) return delta(call);
  auto parameters = call.options.filter ? call.options.filter->equalities() : Json::object();
  if (const auto needed = needed_properties(call.options); !needed.empty()) parameters["$select"] = needed;
  const auto resource = services_.store.find(call.service(), call.path.text(), parameters);
  if (!resource) return not_found(call.path.segments.empty() ? "" : call.path.segments.back());
  const auto* shape = call.path.cast ? shape_of_type(call.path.version, call.path.cast->substr(17))
                                     : shape_of(call.path.version, call.path.segments);
  if (call.path.count) return count(call, *resource);
  if (auto refused = check_query(call, *resource, shape)) return *refused;
  return resource->singleton() ? singleton(call, *resource, shape) : list(call, *resource, shape);
}

std::optional<Response> Graph::check_query(const Call& call, const Resource& resource, const Shape* shape) const {
  const auto& options = call.options;
  const GraphObjects objects(services_.store, call.path.version, call.path.text(), call.lower, options, shape);
  const bool named = !options.select.empty() || !options.expand.empty() || options.filter || !options.order.empty();
  const auto sample = named && resource.size() > 0 ? resource.at(0) : Json();
  if (const auto wrong = objects.complaint(sample); !wrong.empty()) return graph_error(400, "BadRequest", wrong);

  const bool assignments = call.path.text() == "roleManagement/directory/roleAssignments";
  if ((is_directory_path(call.lower) || assignments) && options.expand.size() > 1)
    return graph_error(400, "Request_UnsupportedQuery", "Only one property can be expanded in a single query.");
  if (!is_directory_path(call.lower) || resource.singleton()) return std::nullopt;
  const bool ready = call.eventual && options.count;
  std::string needs = options.filter ? options.filter->advanced() : std::string();
  if (!options.search.empty()) needs = "$search";
  if (options.filter && !options.order.empty()) needs = "$orderby";
  if (call.path.cast) needs = needs.empty() ? "cast" : needs;
  if (needs.empty() || ready) return std::nullopt;
  if (needs == "$search" || needs == "cast")
    return graph_error(400, "Request_UnsupportedQuery",
                       "Request with " + needs +
                           " query parameter only works through MSGraph with a special request "
                           "header: 'ConsistencyLevel: eventual'");
  return graph_error(400, "Request_UnsupportedQuery",
                     "Operator '" + needs +
                         "' is not supported because the 'ConsistencyLevel:eventual' header is "
                         "missing. Refer to https://aka.ms/graph-docs/advanced-queries for more information");
}

Response Graph::singleton(const Call& call, const Resource& resource, const Shape* shape) const {
  const GraphObjects objects(services_.store, call.path.version, call.path.text(), call.lower, call.options, shape);
  Json out = {{"@odata.context",
               call.request.base + '/' + call.path.version + "/$metadata#" + call.path.text() +
                   (call.options.select.empty() ? "" : "(" + text::join(call.options.select, ",") + ")") + "/$entity"}};
  out.update(objects.shaped(resource.at(0), call.path.text()));
  return json_response(200, out);
}

}  // namespace assay::sim::server
