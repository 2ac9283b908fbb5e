// Dates and durations. What is read must be written and read again as the same time.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/iso8601.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace iso8601 = assay::iso8601;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = iso8601::parse_time(text)) {
    const auto written = iso8601::format_time(*time);
    if (iso8601::format_time(iso8601::parse_time(written).value_or(0)) != written) __builtin_trap();
  }
  (void)iso8601::parse_duration_days(text);
  return 0;
}
