#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

// Dates and durations as services and administrators' exports write them.
namespace assay::iso8601 {

// Reads `2026-05-04T17:15:48.307Z`, `2026-05-04`, an offset, a missing zone (taken as UTC), PowerShell's
// `/Date(1714000000000)/` with or without slashes, and ScubaGear's `05/04/2026 17:15:48 Coordinated Universal Time`
// with the zone names of the United States. Nothing else: a date that is not understood is no date.
std::optional<Timestamp> parse_time(std::string_view text);

// `2026-05-04T17:15:48Z`. Years outside 0001 to 9999 are clamped.
std::string format_time(Timestamp time);
std::string format_date(Timestamp time);  // `2026-05-04`

// Days in an ISO 8601 duration (`P90D`, `P6M`, `P2Y`, `PT36H`, `P1Y2M10DT2H30M`, `P2W`). A month counts 30 days and a
// year 365, which is what the people mean who write `P6M` for a limit of 180 days. Fractions are allowed in any part.
std::optional<double> parse_duration_days(std::string_view text);

}  // namespace assay::iso8601
