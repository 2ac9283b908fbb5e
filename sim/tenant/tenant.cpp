#include "sim/tenant/tenant.h"

#include "base/text.h"
#include "sim/tenant/applications.h"
#include "sim/tenant/audit.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/devices.h"
#include "sim/tenant/directory.h"
#include "sim/tenant/dns.h"
#include "sim/tenant/drift.h"
#include "sim/tenant/groups.h"
#include "sim/tenant/mailboxes.h"
#include "sim/tenant/reports.h"
#include "sim/tenant/roles.h"
#include "sim/tenant/scores.h"
#include "sim/tenant/settings.h"
#include "sim/tenant/sites.h"
#include "sim/tenant/users.h"

namespace assay::sim {

struct Tenant::State {
  explicit State(TenantOptions options) : world(std::make_shared<const World>(std::move(options))) {
    add_directory(registry, world);
    add_users(registry, world);
    const auto groups = std::make_shared<const Groups>(world);
    const auto drift = std::make_shared<Drift>(*world);
    const auto roles = std::make_shared<const Roles>(world, groups, drift->grants());
    add_groups(registry, world, groups);
    add_roles(registry, world, groups, roles);
    add_applications(registry, world);
    add_reports(registry, world, roles);
    const auto devices = std::make_shared<const Devices>(world);
    add_devices(registry, devices);
    add_sites(registry, world, groups);
    add_mailboxes(registry, world, groups);
    const Settings settings(world, groups, roles);
    for (const char* file : {"settings-identity", "settings-mail", "settings-compliance", "settings-work",
                             "settings-sharepoint", "settings-intune"})
      settings.add(registry, file, *drift);
    add_scores(registry, world, drift, groups, roles, devices);
    add_audit(registry, world, drift, groups, roles);
  }
  WorldPtr world;
  Registry registry;
};

Tenant::Tenant(TenantOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Tenant::~Tenant() = default;

std::shared_ptr<const Resource> Tenant::find(std::string_view service, std::string_view path,
                                             const Json& parameters) const {
  return state_->registry.find(service, path, parameters);
}

std::vector<std::string> Tenant::paths(std::string_view service) const { return state_->registry.paths(service); }

std::optional<std::string> Tenant::required_plan(std::string_view service, std::string_view path) const {
  if (service.starts_with("graph") && text::iequals(path, "users/signInActivity")) return "AAD_PREMIUM";
  const auto* entry = state_->registry.entry(service, path);
  if (entry == nullptr || entry->plan.empty()) return std::nullopt;
  return std::string(state_->world->licences.in_place_of(entry->plan));
}

bool Tenant::holds(std::string_view plan) const { return state_->world->licences.holds(plan); }

DnsStatus Tenant::dns(std::string_view name, std::string_view type, std::vector<DnsRecord>& out) const {
  return resolve(*state_->world, name, type, out);
}

const std::string& Tenant::id() const { return state_->world->id; }
const std::string& Tenant::initial_domain() const { return state_->world->initial_domain(); }
const TenantOptions& Tenant::options() const { return state_->world->options; }
std::string Tenant::today() const { return iso_date(state_->world->options.day); }

}  // namespace assay::sim
