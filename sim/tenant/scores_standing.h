#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/drift.h"
#include "sim/tenant/registry.h"
#include "sim/tenant/world.h"

namespace assay::sim {

// What a control of Microsoft's score finds: how many of how many subjects are good. Without subjects it is all or
// nothing; a count alone is of what there should be one of, or more than one.
struct Standing {
  double fraction = 0;
  std::optional<std::size_t> good, total;
};

inline Standing share_of(std::size_t good, std::size_t total) {
  return {.fraction = total == 0 ? 1.0 : static_cast<double>(good) / static_cast<double>(total),
          .good = good,
          .total = total};
}
inline Standing all_or_nothing(bool good) { return {.fraction = good ? 1.0 : 0.0, .good = {}, .total = {}}; }

// The settings that the tenant serves, as they were at the end of one of the last days.
class PastSettings {
 public:
  PastSettings(const Registry& registry, WorldPtr world, std::shared_ptr<const Drift> drift)
      : registry_(&registry), world_(std::move(world)), drift_(std::move(drift)) {}
  // Empty also when the plan for it is not held. `graph` is Graph's v1.0. What is returned stays where it is.
  const std::vector<Json>& rows(std::string_view service, std::string_view path, int day) const;
  // The same for two days on which the rows are the same.
  std::string state(std::string_view service, std::string_view path, int day) const {
    return drift_->state(service, path, day);
  }

 private:
  std::vector<Json> read(std::string_view service, std::string_view path, int day) const;

  const Registry* registry_;
  WorldPtr world_;
  std::shared_ptr<const Drift> drift_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::vector<Json>> known_;  // by path and state
};

}  // namespace assay::sim
