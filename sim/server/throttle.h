#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/server/options.h"

namespace assay::sim::server {

// A limit as a service publishes it: so many units in a window. As a token bucket: full at first, refilled evenly.
struct Limit {
  std::string name;              // who counts together: limits of one name share one bucket
  double units = 0;              // in a window
  double window = 0;             // seconds
  double cost = 1;               // what this request takes
  bool retry_after = true;       // whether the refusal says how long to wait
  std::string information = {};  // x-ms-throttle-information; empty: the service sends none
};

struct Refusal {
  Limit limit;
  int retry_after = 0;  // whole seconds until the request would pass, at least 1
};

// Counts against the limits of a request. All calls are safe from several threads.
class Throttle {
 public:
  // `share`: how much of each published limit there is.
  explicit Throttle(double share = 1) : share_(share) {}

  // Takes the cost from every bucket, or from none and says which bucket is short for longest. `used` is the share of
  // the fullest bucket that is then taken; above 1 where the request was refused.
  std::optional<Refusal> take(std::vector<Limit> limits, WallTime now, double& used);

  // What was taken from a bucket since the beginning; `limit.cost` is all of it together.
  std::vector<Limit> taken() const;

 private:
  struct Bucket {
    double left = 0;
    WallTime at;
    Limit taken;
  };
  const double share_;
  mutable std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace assay::sim::server
