#include "sim/tenant/calendar.h"

#include "base/iso8601.h"

namespace assay::sim {
namespace {
constexpr std::int64_t kDay0 = 1767225600;  // 2026-01-01T00:00:00Z
constexpr std::int64_t kSecondsOfDay = 86400;
}  // namespace

std::string iso_date(int day) { return iso8601::format_date(kDay0 + day * kSecondsOfDay); }

std::string iso_time(int day, std::int64_t second) {
  return iso8601::format_time(kDay0 + day * kSecondsOfDay + second);
}

}  // namespace assay::sim
