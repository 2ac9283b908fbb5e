#pragma once

#include <memory>
#include <string>

#include "sim/server/counters.h"
#include "sim/server/http_message.h"
#include "sim/server/options.h"
#include "sim/server/store.h"
#include "sim/server/throttle.h"
#include "sim/server/tokens.h"

namespace assay::sim::server {

// What all simulated services share.
struct Services {
  const ServerOptions& options;
  const Tokens& tokens;
  const std::string& prefix;  // the tenant's name in its addresses: `contoso`
  Store& store;
  Throttle& throttle;
  Counters& counters;
  std::string page_key;  // page tokens are signed with it

  const Tenant& tenant() const { return store.tenant(); }
  bool throttles() const { return options.throttling == Throttling::Published; }
};

}  // namespace assay::sim::server
