#include "collect/permissions.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace assay::collect {
namespace {

using Key = std::tuple<std::string, Permission::Kind, std::string>;

// The controls that read each table, directly or because one of their tables is asked for or worked out from it.
Result<std::map<std::string, std::set<std::string>>> controls_by_table(
    const catalog::Catalogue& catalogue, const std::vector<const catalog::Control*>& controls, const Plan& plan) {
  std::map<std::string, std::vector<std::string>> comes_from;
  for (const auto& request : plan.requests)
    for (const auto* table : request.tables)
      if (request.source.each) comes_from[table->name].push_back(request.source.each->table);
  for (const auto& derived : plan.derived) {
    auto& from = comes_from[derived.table->name];
    from.insert(from.end(), derived.source.needs.begin(), derived.source.needs.end());
  }
  std::map<std::string, std::set<std::string>> out;
  for (const auto* control : controls) {
    std::vector<std::string> to_look_at = control->needs;
    for (const auto& [name, columns] : catalogue.reads_of(*control)) to_look_at.push_back(name);
    std::set<std::string> seen;
    while (!to_look_at.empty()) {
      auto name = std::move(to_look_at.back());
      to_look_at.pop_back();
      if (const auto* parent = catalogue.parent_of(name)) name = parent->name;
      if (!seen.insert(name).second) continue;
      out[name].insert(control->id);
      const auto from = comes_from.find(name);
      if (from != comes_from.end()) to_look_at.insert(to_look_at.end(), from->second.begin(), from->second.end());
    }
  }
  return out;
}

}  // namespace

std::string_view name(Permission::Kind kind) {
  switch (kind) {
    case Permission::Kind::Role:
      return "role";
    case Permission::Kind::Delegated:
      return "delegated";
    default:
      return "application";
  }
}

Result<std::vector<Permission>> permissions(const catalog::Catalogue& catalogue,
                                            const std::vector<const catalog::Control*>& controls,
                                            std::string_view cloud) {
  const auto services = TRY(m365::read_services(catalogue.services, cloud));
  const auto plan = TRY(make_plan(catalogue, controls, {}, {}));
  const auto needed_by = TRY(controls_by_table(catalogue, controls, plan));
  std::map<Key, Permission> found;
  const auto add = [&](const Request& request, const std::string& permission, Permission::Kind kind) {
    auto& of = found[{request.source.service, kind, permission}];
    if (kind != Permission::Kind::Role) {
      const auto& any = request.source.permissions;
      if (of.tables.empty()) {
        of.instead = any;
      } else {
        std::erase_if(of.instead,
                      [&](const auto& other) { return std::find(any.begin(), any.end(), other) == any.end(); });
      }
      std::erase(of.instead, permission);
    }
    of.service = request.source.service;
    of.name = permission;
    of.kind = kind;
    for (const auto* table : request.tables) {
      of.tables.push_back(table->name);
      if (const auto who = needed_by.find(table->name); who != needed_by.end())
        of.needed_by.insert(of.needed_by.end(), who->second.begin(), who->second.end());
    }
  };
  const auto kind_of = [](const Request& request) {
    return request.source.delegated ? Permission::Kind::Delegated : Permission::Kind::Application;
  };
  // First what has no alternative, then the rest.
  for (const bool choice : {false, true}) {
    for (const auto& request : plan.requests) {
      const auto& any = request.source.permissions;
      if (any.empty() || (any.size() > 1) != choice) continue;
      const auto kind = kind_of(request);
      const auto had = std::find_if(any.begin(), any.end(), [&](const auto& permission) {
        return found.count({request.source.service, kind, permission}) != 0;
      });
      add(request, had == any.end() ? any.front() : *had, kind);
    }
  }
  for (const auto& request : plan.requests)
    if (!request.source.role.empty()) add(request, request.source.role, Permission::Kind::Role);
  std::vector<Permission> out;
  for (auto& [key, permission] : found) {
    const auto service = std::find_if(services.begin(), services.end(),
                                      [&of = permission.service](const auto& known) { return known.name == of; });
    if (service != services.end()) {
      permission.resource = service->app_id;
      if (const auto role = service->roles.find(permission.name); role != service->roles.end())
        permission.role_id = role->second;
    }
    for (auto* list : {&permission.tables, &permission.needed_by}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    out.push_back(std::move(permission));
  }
  return out;
}

Json manifest(const std::vector<Permission>& permissions) {
  std::map<std::string, std::set<std::string>> by_resource;  // two services may share one
  for (const auto& permission : permissions)
    if (permission.kind == Permission::Kind::Application && !permission.role_id.empty())
      by_resource[permission.resource].insert(permission.role_id);
  Json out = Json::array();
  for (const auto& [resource, roles] : by_resource) {
    Json access = Json::array();
    for (const auto& role : roles) access.push_back({{"id", role}, {"type", "Role"}});
    out.push_back({{"resourceAppId", resource}, {"resourceAccess", access}});
  }
  return {{"requiredResourceAccess", out}};
}

}  // namespace assay::collect
