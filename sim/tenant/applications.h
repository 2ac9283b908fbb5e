#pragma once

#include "sim/tenant/world.h"

namespace assay::sim {

// Service principals in order: Microsoft's own, the tenant's registrations, third-party applications.
inline constexpr std::size_t kMicrosoftApplications = 16;
inline constexpr std::size_t kBackupTool = kMicrosoftApplications;  // the one that careless tenants put in a role

std::size_t own_applications(const World& world);
std::size_t service_principals(const World& world);
std::string service_principal_id(const World& world, std::size_t index);
Json service_principal_object(const World& world, std::size_t index);

void add_applications(Registry& registry, const WorldPtr& world);

}  // namespace assay::sim
