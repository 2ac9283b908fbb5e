#pragma once

#include <cstdint>
#include <string>

// Days count from day 0, which is 2026-01-01; earlier days are negative.
namespace assay::sim {

std::string iso_date(int day);                           // 2026-01-01
std::string iso_time(int day, std::int64_t second = 0);  // 2026-01-01T00:00:00Z; seconds since midnight, any number

}  // namespace assay::sim
