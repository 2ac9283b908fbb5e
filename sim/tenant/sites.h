#pragma once

#include "sim/tenant/groups.h"
#include "sim/tenant/world.h"

namespace assay::sim {

// SharePoint's sites: the root, one for each team, a OneDrive for each licensed person. As `sites` of the service
// `sharepoint` they have the properties of the administration interface; Graph has `sites`, `sites/getAllSites` and
// `sites/root`.
void add_sites(Registry& registry, const WorldPtr& world, const GroupsPtr& groups);

}  // namespace assay::sim
