#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "collect/config.h"
#include "collect/plan.h"
#include "collect/resolver.h"
#include "m365/sender.h"
#include "snapshot/collection.h"

// Reads a tenant into a snapshot: every request of a plan, as many at once as the services bear, each answer kept
// before the next is asked for.
namespace assay::collect {

// How far a collection is, for people who wait.
struct ServiceStatus {
  std::string service;
  std::size_t tables = 0;
  std::size_t done = 0;
  std::size_t refused = 0;  // tables that could not be collected
  std::size_t rows = 0;
  m365::Counters counters;
  double waited = 0;     // seconds for a budget, of all requests together
  std::size_t left = 0;  // requests that are known to come; how many pages a list has is not known before its last
  // At the pace so far. Nothing: too little has been asked to tell.
  std::optional<double> seconds_left;
};
using OnStatus = std::function<void(const std::vector<ServiceStatus>&)>;

struct Outcome {
  snapshot::Evidence evidence;  // without its tables: manifest and coverage
  std::vector<ServiceStatus> services;
  bool resumed = false;
  double seconds = 0;
};

// The parts of the world that a collection works with. All outlive it.
struct World {
  http::Loop& loop;
  http::Client& client;
  m365::SignIn& sign_in;
  Resolver* resolver = nullptr;  // nullptr: names cannot be looked up
  const Clock& clock;
};

struct CollectOptions {
  std::vector<std::string> scope;  // products that it sets out to read, for the manifest
  std::string program_version;
  std::string cloud_apps;
  bool paced = true;       // false: the services' limits are not held, for a simulated tenant without them
  std::uint32_t seed = 1;  // of the jitter
  OnStatus on_status;
};

// Runs the plan. Whatever a service refuses becomes the coverage of its tables; an error is what ends the whole run:
// sign-in refused at the door, the disk full.
http::Task<Result<Outcome>> collect(World world, const catalog::Catalogue& catalogue, Plan plan,
                                    snapshot::Collection collection, CollectOptions options);

}  // namespace assay::collect
