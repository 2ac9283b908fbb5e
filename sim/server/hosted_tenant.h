#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/server/graph.h"
#include "sim/server/recorder.h"
#include "sim/server/router.h"
#include "sim/server/services.h"
#include "sim/server/sign_in.h"
#include "sim/server/state_folder.h"

// One tenant with all its services: a request comes in, an answer goes out.
namespace assay::sim::server {

// What the tenants of one server share. Limits and page tokens name their tenant themselves.
struct Shared {
  const StateFolder& folder;
  const Key& token_key;
  const std::string& page_key;
  Throttle& throttle;
  Counters& counters;
  Recorder* recorder;  // nullptr: nothing is written down
};

class HostedTenant {
 public:
  HostedTenant(ServerOptions options, const Shared& shared);
  HostedTenant(const HostedTenant&) = delete;
  HostedTenant& operator=(const HostedTenant&) = delete;

  // Finds the service by the request's host.
  Response answer(Request& request);

  const Tenant& tenant() const { return tenant_; }
  const std::string& prefix() const { return prefix_; }
  const std::vector<std::string>& domains() const { return domains_; }  // the initial one first
  const Application& reader() const { return reader_; }
  const Application& writer() const { return writer_; }
  SignIn& sign_in() { return sign_in_; }

 private:
  Response ask(Service service, const Request& request);

  const ServerOptions options_;
  const Tenant tenant_;
  const std::string prefix_;  // of the tenant's own addresses
  const std::vector<std::string> domains_;
  const Application reader_;
  const Application writer_;  // may make changes
  const Tokens tokens_;
  Store store_;
  Counters& counters_;
  Recorder* const recorder_;
  Services services_;
  Graph graph_;
  SignIn sign_in_;
};

// A token of another party that proves to be the reading application of any tenant.
std::string federated_token(const Key& issuer, WallTime now);

}  // namespace assay::sim::server
