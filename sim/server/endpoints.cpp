#include "sim/server/endpoints.h"

namespace assay::sim::server {

std::optional<Response> refuse_too_many(Services& services, const std::vector<Limit>& limits) {
  if (!services.throttles()) return std::nullopt;
  double used = 0;
  const auto refusal = services.throttle.take(limits, services.options.now(), used);
  if (!refusal) return std::nullopt;
  Response out;
  out.status = 429;
  if (refusal->limit.retry_after) out.set("Retry-After", std::to_string(refusal->retry_after));
  return out;
}

std::string path_below(const Request& request, std::size_t skip) {
  std::string out;
  const auto segments = request.segments();
  for (std::size_t i = skip; i < segments.size(); ++i) out += (out.empty() ? "" : "/") + segments[i];
  return out;
}

}  // namespace assay::sim::server
