#include <algorithm>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.h"
#include "sim/server/graph.h"
#include "sim/server/graph_error.h"
#include "sim/server/jose.h"

// PATCH, PUT, POST and DELETE of Graph, and the audit rows that tell of them.
namespace assay::sim::server {
namespace {

std::string timestamp(WallTime at) {
  const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

bool is_policies(const std::string& path) { return path.starts_with("identity/conditionalaccess/policies"); }
constexpr std::string_view kSecurityDefaults = "policies/identitysecuritydefaultsenforcementpolicy";

// How the directory's audit log speaks of a change.
struct AuditName {
  std::string service = "Core Directory";
  std::string category = "Policy";
  std::string activity;
};

AuditName audit_name(const std::string& path, const std::string& verb) {
  if (is_policies(path)) return {"Conditional Access", "Policy", verb + " Conditional Access policy"};
  if (path.starts_with("identity/conditionalaccess/namedlocations"))
    return {"Conditional Access", "Policy", verb + " named location"};
  if (path == kSecurityDefaults) return {"Conditional Access", "Policy", "Update security defaults"};
  if (path == "policies/authorizationpolicy" || path.starts_with("policies/authorizationpolicy/"))
    return {"Core Directory", "AuthorizationPolicy", "Update authorization policy"};
  if (path.starts_with("policies/authenticationmethodspolicy"))
    return {"Authentication Methods", "ApplicationManagement", "Authentication Methods Policy Update"};
  if (path == "policies/deviceregistrationpolicy")
    return {"Device Registration Service", "Policy", "Set device registration policies"};
  if (path.starts_with("policies/crosstenantaccesspolicy"))
    return {"Core Directory", "CrossTenantAccessSettings", "Update the company default cross-tenant access setting"};
  if (path.starts_with("domains/")) return {"Core Directory", "DirectoryManagement", "Set password policy"};
  if (path.starts_with("groupsettings") || path.starts_with("settings"))
    return {"Core Directory", "GroupManagement", (verb == "Add" ? "Create" : verb) + " group settings"};
  if (path.starts_with("policies/")) return {"Core Directory", "Policy", verb + " policy"};
  if (path.starts_with("serviceprincipals"))
    return {"Core Directory", "ApplicationManagement", verb + " service principal"};
  if (path.starts_with("rolemanagement")) return {"Core Directory", "RoleManagement", verb + " member to role"};
  return {"Core Directory", "DirectoryManagement", verb + " company settings"};
}

// Properties that the service alone sets.
std::string read_only_member(const Json& body) {
  static const std::set<std::string> names{"id", "createdDateTime", "modifiedDateTime", "deletedDateTime"};
  for (auto at = body.begin(); at != body.end(); ++at)
    if (names.count(at.key()) != 0) return at.key();
  return {};
}

}  // namespace

void Graph::audit(const Call& call, const std::string& verb, const Json& before, const Json& after) {
  const auto path = text::lower(call.path.text());
  const auto name = audit_name(path, verb);
  Json modified = Json::array();
  if (is_policies(path)) {
    modified.push_back({{"displayName", "ConditionalAccessPolicy"},
                        {"oldValue", before.is_null() ? Json() : Json(before.dump())},
                        {"newValue", after.is_null() ? Json() : Json(after.dump())}});
  } else if (after.is_object()) {
    for (auto at = after.begin(); at != after.end(); ++at) {
      const auto old = before.is_object() ? before.value(at.key(), Json()) : Json();
      if (old == at.value()) continue;
      modified.push_back({{"displayName", at.key()}, {"oldValue", old.dump()}, {"newValue", at.value().dump()}});
    }
  }
  const auto& object = after.is_object() ? after : before;
  const auto id = "Directory_" + random_uuid();
  const auto member = [&](const char* key) {
    return object.is_object() && object.contains(key) ? object[key] : Json();
  };
  services_.store.create(call.service(), "auditLogs/directoryAudits", id,
                         {{"id", id},
                          {"category", name.category},
                          {"correlationId", random_uuid()},
                          {"result", "success"},
                          {"resultReason", nullptr},
                          {"activityDisplayName", name.activity},
                          {"activityDateTime", timestamp(services_.options.now())},
                          {"loggedByService", name.service},
                          {"operationType", verb},
                          {"initiatedBy",
                           {{"user", nullptr},
                            {"app",
                             {{"appId", call.caller.app_id},
                              {"displayName", "Assay"},
                              {"servicePrincipalId", call.caller.object_id},
                              {"servicePrincipalName", nullptr}}}}},
                          {"targetResources",
                           {{{"id", member("id")},
                             {"displayName", member("displayName")},
                             {"type", "Policy"},
                             {"userPrincipalName", nullptr},
                             {"groupType", nullptr},
                             {"modifiedProperties", modified}}}},
                          {"additionalDetails", Json::array()}},
                         services_.options.audit_delay);
}

// What the service refuses although it may be asked; nothing: it goes through.
std::optional<Response> Graph::check_write(const Call& call, const Json& after) const {
  const auto path = text::lower(call.path.text());
  const auto& store = services_.store;
  if (is_policies(path) && after.is_object() && after.value("state", std::string()) == "enabled") {
    const auto defaults = store.find(call.service(), "policies/identitySecurityDefaultsEnforcementPolicy");
    if (defaults && defaults->size() > 0 && defaults->at(0).value("isEnabled", false))
      return graph_error(
          400, "BadRequest",
          "Security Defaults is enabled in the tenant. You must disable Security defaults before enabling "
          "a Conditional Access policy.");
  }
  if (path == kSecurityDefaults && after.value("isEnabled", false)) {
    const auto policies = store.find(call.service(), "identity/conditionalAccess/policies");
    for (std::size_t i = 0; policies && i < policies->size(); ++i)
      if (policies->at(i).value("state", std::string()) == "enabled")
        return graph_error(400, "BadRequest",
                           "Security defaults cannot be enabled while Conditional Access policies are.");
  }
  return std::nullopt;
}

Response Graph::write(const Call& call) {
  const auto& method = call.request.method;
  const auto path = text::lower(call.path.text());
  auto& store = services_.store;
  {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  const auto found = store.find(call.service(), call.path.text());
  Json body;
  if (method != "DELETE") {
    body = Json::parse(call.request.body, nullptr, false);
    if (!body.is_object()) return graph_error(400, "BadRequest", "Unable to read JSON request payload.");
  }
  if (!found)
    return graph_error(404, "Request_ResourceNotFound",
                       "Resource '" + call.path.segments.back() +
                           "' does not exist or one of its queried "
                           "reference-property objects are not present.");

  if (method == "POST") {
    if (found->singleton()) return graph_error(405, "MethodNotAllowed", "Nothing can be added here.");
    if (auto refused = check_write(call, body)) return *refused;
    const auto id = random_uuid();
    body["id"] = id;
    if (!body.contains("createdDateTime")) body["createdDateTime"] = timestamp(services_.options.now());
    store.create(call.service(), call.path.text(), id, body);
    audit(call, "Add", nullptr, body);
    auto out = json_response(201, body);
    out.set("Location", call.request.base + '/' + call.path.version + '/' + call.path.text() + '/' + id);
    return out;
  }
  // The beta authorization policy is a list of one.
  if (!found->singleton()) return graph_error(405, "MethodNotAllowed", "A list cannot be changed as a whole.");
  const auto before = found->at(0);
  if (method == "DELETE") {
    store.remove(call.service(), call.path.text());
    audit(call, "Delete", before, nullptr);
    return text_response(204, "");
  }
  const bool put_only = path == "policies/deviceregistrationpolicy" || path == "policies/adminconsentrequestpolicy";
  if (put_only != (method == "PUT"))
    return graph_error(405, "MethodNotAllowed", "This object is changed by another method.");
  if (method == "PATCH") {
    if (const auto name = read_only_member(body); !name.empty())
      return graph_error(400, "Request_BadRequest", "Property '" + name + "' is read-only and cannot be set.");
    if (path.find("/authenticationmethodconfigurations/") != std::string::npos && !body.contains("@odata.type"))
      return graph_error(400, "BadRequest", "The @odata.type of the configuration is required.");
  }
  auto after = before;
  if (method == "PUT") {
    after = body;
    store.replace(call.service(), call.path.text(), body);
  } else {
    merge_over(after, body);
    if (auto refused = check_write(call, after)) return *refused;
    store.merge(call.service(), call.path.text(), body);
  }
  audit(call, "Update", before, after);
  const auto prefer = call.request.header("prefer");
  const bool shows = prefer.find("return=representation") != std::string_view::npos ||
                     path.starts_with("devicemanagement") || path == "admin/sharepoint/settings" ||
                     path == "policies/deviceregistrationpolicy";
  return shows ? json_response(200, after) : text_response(204, "");
}

}  // namespace assay::sim::server
