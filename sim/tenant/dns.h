#pragma once

#include "sim/tenant/world.h"

namespace assay::sim {

// The zones of the tenant's domains, and the few names of Microsoft and of partners that they point to.
DnsStatus resolve(const World& world, std::string_view name, std::string_view type, std::vector<DnsRecord>& out);

}  // namespace assay::sim
