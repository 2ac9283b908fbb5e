#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "collect/collector.h"
#include "collect/config.h"

// Collections with the real world: libcurl, name servers, files.
namespace assay::collect {

// Finds the tenant, signs in, and writes the snapshot.
Result<Outcome> collect_tenant(const catalog::Catalogue& catalogue, const Config& config,
                               const std::filesystem::path& snapshot, const CollectOptions& options);

// One of many tenants.
struct Job {
  Config config;
  std::filesystem::path snapshot;
};

// Called as soon as a tenant is done, with its place in the list of jobs. In no certain order.
using OnOutcome = std::function<void(std::size_t job, Result<Outcome> outcome)>;

// All of them, `at_once` beside each other in one thread. What one tenant cannot give keeps no other waiting. An error:
// not even the network library could be loaded.
Result<void> collect_tenants(const catalog::Catalogue& catalogue, const std::vector<Job>& jobs, std::size_t at_once,
                             const CollectOptions& options, const OnOutcome& on_outcome);

}  // namespace assay::collect
