#include <cmath>

#include "base/iso8601.h"
#include "fuzz.h"

using namespace assay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  if (const auto time = iso8601::parse_time(text)) {
    const auto written = iso8601::format_time(*time);
    fuzz::must(written.size() == 20, "a time has one width");
    const auto again = iso8601::parse_time(written);
    fuzz::must(again.has_value() && iso8601::format_time(*again) == written, "a written time is read back");
    fuzz::must(iso8601::format_date(*time) == written.substr(0, 10), "date and time agree");
  }
  if (const auto days = iso8601::parse_duration_days(text)) fuzz::must(std::isfinite(*days), "a duration is finite");
  return 0;
}
