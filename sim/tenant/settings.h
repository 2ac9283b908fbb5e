#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/drift.h"
#include "sim/tenant/groups.h"
#include "sim/tenant/roles.h"
#include "sim/tenant/world.h"

namespace assay::sim {

// Settings and policies are data: data/settings-*.json, by service and path. An entry has an `object` (a singleton) or
// `rows`, over which its `defaults` are laid; `plan` is the service plan it takes, `only_beta` keeps it out of v1.0,
// `beta_list` makes a singleton of v1.0 a list in beta. In them
//   {"$p": [a, b, c, d, e]}  is one of five values, by posture
//   {"$users": "emergency"}  is the ids of accounts of that kind
//   {"$role": "…"}, {"$roles": "privileged"}, {"$domains": "mail"} are ids and names likewise
//   "$from": 2, "$until": 3  in a row: the postures in which it exists
//   "$id": "…"               a name from which its `id` is made
//   "${domain}"              in a text: tenant, name, label, domain, initial, time:-30, date:-30, group:Name,
//   guid:Name,
//                            role:Name, user:kind:n, upn:kind:n

class Settings {
 public:
  Settings(WorldPtr world, GroupsPtr groups, RolesPtr roles)
      : world_(std::move(world)), groups_(std::move(groups)), roles_(std::move(roles)) {}

  // Adds every entry of one data file, with what drift has made of it. `drift` learns what the posture says.
  void add(Registry& registry, std::string_view file, Drift& drift) const;

  Json expand(const Json& written) const;
  std::string expand(std::string_view text) const;

 private:
  Json directive(std::string_view name, const Json& value) const;
  std::string placeholder(std::string_view name) const;
  std::size_t user(std::string_view kind_and_number) const;

  WorldPtr world_;
  GroupsPtr groups_;
  RolesPtr roles_;
};

// What every object of Exchange and of the compliance service has besides its settings: identities, dates, state.
void complete_cmdlet_object(const World& world, std::string_view cmdlet, Json& object);

}  // namespace assay::sim
