#pragma once

#include "sim/tenant/groups.h"
#include "sim/tenant/world.h"

namespace assay::sim {

// Mailboxes and mail domains as Exchange's cmdlets show them: Get-Mailbox, Get-CASMailbox, Get-User, Get-Recipient,
// Get-InboxRule, Get-MailboxAuditBypassAssociation, Get-AcceptedDomain, Get-DkimSigningConfig. The typed endpoints are
// there under their own names (`Mailbox`, `CasMailbox`).
void add_mailboxes(Registry& registry, const WorldPtr& world, const GroupsPtr& groups);

// Where a DKIM record should point: the target of `selector1._domainkey.{domain}`.
std::string dkim_target(const World& world, const Domain& domain, int selector);
// The key record that stands there. The key is one that libraries read; nobody has its private half.
std::string dkim_record(const World& world, const Domain& domain, int selector);
bool dkim_enabled(const World& world, const Domain& domain);

}  // namespace assay::sim
