#pragma once

#include "sim/tenant/world.h"

namespace assay::sim {

// The tenant itself: organization, domains, subscribedSkus.
void add_directory(Registry& registry, const WorldPtr& world);

}  // namespace assay::sim
