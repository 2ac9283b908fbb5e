#pragma once

#include "sim/tenant/world.h"

namespace assay::sim {

// Accounts as Microsoft Graph shows them, with every property a user has in the directory.
Json user_object(const World& world, std::size_t index);

std::string user_principal_name(const World& world, const Person& person);
std::string mail_address(const World& world, const Person& person);  // empty: no mailbox

// A user by object id or user principal name.
std::optional<std::size_t> user_by_key(const World& world, std::string_view key);

void add_users(Registry& registry, const WorldPtr& world);

}  // namespace assay::sim
