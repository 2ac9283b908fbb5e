#pragma once

#include <string>
#include <vector>

#include "sim/tenant/drift.h"
#include "sim/tenant/groups.h"
#include "sim/tenant/world.h"

namespace assay::sim {

struct Role {
  std::string name, id, about;
  bool privileged = false;
};

// Who holds a role. `eligible` people have to activate it first.
struct Assignment {
  enum class Holder { User, Group, ServicePrincipal };
  std::size_t role = 0;
  Holder holder = Holder::User;
  std::size_t index = 0;  // of the account, the group or the service principal
  bool eligible = false;
  int since = 0;             // day
  bool outside_pim = false;  // given directly, by drift
};

class Roles {
 public:
  Roles(WorldPtr world, GroupsPtr groups, const std::vector<RoleGrant>& grants);

  const std::vector<Role>& definitions() const { return definitions_; }
  const std::vector<Assignment>& assignments() const { return assignments_; }
  const std::string& id_of(std::string_view name) const;  // a name that is not there is a bug
  bool is_admin(std::size_t user) const;                  // holds or may activate a role
  std::string holder_id(const Assignment& assignment) const;
  Json holder(const Assignment& assignment) const;  // the user, group or service principal, with `@odata.type`

 private:
  void assign(std::size_t role, const Json& row);

  WorldPtr world_;
  GroupsPtr groups_;
  std::vector<Role> definitions_;
  std::vector<Assignment> assignments_;
  std::vector<std::size_t> admins_;  // sorted
};

using RolesPtr = std::shared_ptr<const Roles>;

void add_roles(Registry& registry, const WorldPtr& world, const GroupsPtr& groups, const RolesPtr& roles);

// Role settings of Privileged Identity Management, one policy a role (role_settings.cpp).
void add_role_settings(Registry& registry, const WorldPtr& world, const GroupsPtr& groups, const RolesPtr& roles);

}  // namespace assay::sim
