#pragma once

#include "sim/tenant/roles.h"
#include "sim/tenant/world.h"

namespace assay::sim {

// What the directory reports about people: registered sign-in methods, risk, sign-ins.
void add_reports(Registry& registry, const WorldPtr& world, const RolesPtr& roles);

// The methods of one account, and the legacy state of its second factor: `users/{id}/authentication`.
Json authentication_of(const World& world, std::size_t user);

// The second factor that is asked of one account by its own old switch, without any policy.
bool per_user_mfa_enforced(const World& world, std::size_t user);

// Whether policy lets people reset their password themselves.
bool self_service_reset(const World& world);

}  // namespace assay::sim
