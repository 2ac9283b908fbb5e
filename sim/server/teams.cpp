#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "sim/server/endpoints.h"

// The configuration API of Microsoft Teams: lists are bare arrays, an instance stands by itself.
namespace assay::sim::server {
namespace {

Response refusal(int status, std::string_view code, const std::string& message) {
  return json_response(status, {{"code", code}, {"message", message}, {"action", "Contact support"}});
}

bool may_read(const Caller& caller) {
  for (const auto* role : {"Global Reader", "Teams Administrator", "Global Administrator"})
    if (caller.directory_roles.count(*directory_role_id(role)) != 0) return true;
  return false;
}

bool may_change(const Caller& caller) {
  for (const auto* role : {"Teams Administrator", "Global Administrator"})
    if (caller.directory_roles.count(*directory_role_id(role)) != 0) return true;
  return false;
}

}  // namespace

Response answer_teams(Services& services, const Request& request) {
  Caller caller;
  const auto state = services.tokens.read(request, "teams", caller);
  if (state == TokenState::Expired) return refusal(401, "Unauthorized", "The token is expired.");
  if (state != TokenState::Good) return refusal(401, "Unauthorized", "The token is missing or not for this service.");
  if (!may_read(caller)) return refusal(403, "Forbidden", "The caller has no role that may read the configuration.");
  if (const auto plan = services.tenant().required_plan("teams", path_below(request, 2));
      plan && !services.tenant().holds(*plan))
    return refusal(404, "NotFound", "The tenant is not provisioned for Teams.");
  const bool writes = request.method == "PUT";
  if (request.method != "GET" && !writes) return refusal(405, "MethodNotAllowed", "Configurations are read or put.");
  if (writes && !may_change(caller))
    return refusal(403, "Forbidden", "The caller has no role that may change the configuration.");

  const auto segments = request.segments();
  const bool configuration = segments.size() >= 3 && text::iequals(segments[0], "Skype.Policy") &&
                             text::iequals(segments[1], "configurations");
  if (!configuration) {
    auto found = services.store.find("teams", path_below(request, 0));
    if (!found && segments.size() == 2 && text::iequals(segments[1], "tenants"))
      found = services.store.find("teams", "Teams.Tenant");
    if (!found || found->size() == 0) return refusal(404, "NotFound", "There is no such resource.");
    if (found->singleton() || text::iequals(segments.back(), "tenants")) return json_response(200, found->at(0));
    Json all = Json::array();
    for (std::size_t i = 0; i < found->size(); ++i) all.push_back(found->at(i));
    return json_response(200, all);
  }
  const auto& type = segments[2];
  if (text::iequals(type, "M365UnifiedTenantSettings") && caller.app_only)
    return refusal(403, "Forbidden", "This configuration is for signed-in administrators only.");
  const auto list = services.store.find("teams", type);
  if (!list) return refusal(404, "NotFound", "There is no configuration type " + type + ".");
  if (segments.size() == 3) {
    Json all = Json::array();
    for (std::size_t i = 0; i < list->size(); ++i) all.push_back(list->at(i));
    return json_response(200, all);
  }
  if (segments.size() == 5 && text::iequals(segments[3], "configuration")) {
    const auto& wanted = segments[4];
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto instance = list->at(i);
      const auto identity = instance.value("Identity", std::string("Global"));
      if (!text::iequals(identity, wanted) && !text::iequals(identity, "Tag:" + wanted)) continue;
      if (!writes) return json_response(200, instance);
      auto body = Json::parse(request.body, nullptr, false);
      if (!body.is_object()) return refusal(400, "BadRequest", "The body is no JSON object.");
      for (const auto* name : {"Identity", "Key", "ConfigMetadata"}) body.erase(name);
      services.store.merge("teams", fmt::format("{}/{}", type, identity), body);
      merge_over(instance, body);
      return json_response(200, instance);
    }
  }
  return refusal(404, "NotFound", "There is no such instance.");
}

}  // namespace assay::sim::server
