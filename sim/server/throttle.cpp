#include "sim/server/throttle.h"

#include <algorithm>
#include <cmath>

namespace assay::sim::server {

std::optional<Refusal> Throttle::take(std::vector<Limit> limits, WallTime now, double& used) {
  for (auto& limit : limits) limit.units *= share_;
  const std::lock_guard lock(mutex_);
  used = 0;
  std::optional<Refusal> refusal;
  for (const auto& limit : limits) {
    auto [found, fresh] = buckets_.try_emplace(limit.name);
    auto& bucket = found->second;
    if (fresh) {
      bucket = {limit.units, now, limit};
      bucket.taken.cost = 0;
    }
    const std::chrono::duration<double> passed = now - bucket.at;
    if (passed.count() > 0) {
      bucket.left = std::min(limit.units, bucket.left + passed.count() * limit.units / limit.window);
      bucket.at = now;
    }
    // A cost beyond the whole bucket passes when the bucket is full, else it could never pass.
    const auto cost = std::min(limit.cost, limit.units);
    // A hair of tolerance: a client that waits exactly as long as it was told must pass.
    if (bucket.left + 1e-6 < cost) {
      const auto seconds = std::ceil((cost - bucket.left) * limit.window / limit.units - 1e-6);
      if (!refusal || seconds > refusal->retry_after) refusal = {limit, std::max(1, static_cast<int>(seconds))};
    }
    used = std::max(used, 1 - (bucket.left - cost) / limit.units);
  }
  if (refusal) return refusal;
  for (const auto& limit : limits) {
    auto& bucket = buckets_[limit.name];
    bucket.left -= std::min(limit.cost, limit.units);
    bucket.taken.cost += limit.cost;
  }
  return std::nullopt;
}

std::vector<Limit> Throttle::taken() const {
  const std::lock_guard lock(mutex_);
  std::vector<Limit> out;
  for (const auto& [name, bucket] : buckets_) out.push_back(bucket.taken);
  return out;
}

}  // namespace assay::sim::server
