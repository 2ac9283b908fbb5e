#pragma once

#include "sim/tenant/drift.h"
#include "sim/tenant/groups.h"
#include "sim/tenant/roles.h"
#include "sim/tenant/world.h"

namespace assay::sim {

using DriftPtr = std::shared_ptr<const Drift>;

// Who did what, newest first: `auditLogs/directoryAudits` for the directory (30 days), `security/auditLog/records` for
// the other services (180 days), `deviceManagement/auditEvents` for Intune. Besides the changes of Drift and the people
// who joined there is the daily routine: passwords reset, members added, accounts updated.
void add_audit(Registry& registry, const WorldPtr& world, const DriftPtr& drift, const GroupsPtr& groups,
               const RolesPtr& roles);

}  // namespace assay::sim
