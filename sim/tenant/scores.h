#pragma once

#include "sim/tenant/devices.h"
#include "sim/tenant/drift.h"
#include "sim/tenant/roles.h"
#include "sim/tenant/world.h"

namespace assay::sim {

// Microsoft's own secure score of the tenant: `security/secureScores`, a document for each of the last 90 days, newest
// first, and `security/secureScoreControlProfiles`. The arithmetic is the measured one: a control earns
// round(points × good / total, 2), the score is the rounded sum, the most is the sum of the points of the controls
// that are in the document, which are those whose licence is held. Where Microsoft's rule is known (Entra ID, mail,
// devices) the newest document says what the tenant is, by that rule; older ones follow the changes of its settings. Of
// other controls the numbers have no origin.
void add_scores(Registry& registry, const WorldPtr& world, const std::shared_ptr<const Drift>& drift,
                const GroupsPtr& groups, const RolesPtr& roles, const DevicesPtr& devices);

}  // namespace assay::sim
