#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "import/official.h"

namespace assay::import {

// Ids to compare by: services disagree on their case. The base key leaves out the number of an app's instance.
std::string control_key(std::string_view id);       // `11770.MDA_Google_x`: `11770.mda_google_x`
std::string control_base_key(std::string_view id);  // `11770.MDA_Google_x`: `mda_google_x`

// What to call the step from one day to the next. `before` is nullptr for a control that was not scored.
ChangeLabel change_label(const OfficialControl* before, const OfficialControl& after);

// The differences between each day and the day before it of the same tenant, for `days` by date. A control whose score
// did not move is no change, save one that is scored for the first time. Rows of one control in one day count together.
// Where the portal gives its own change log, a warning tells what it counts differently.
std::vector<OfficialChange> official_changes(const std::vector<OfficialDay>& days, std::vector<std::string>& warnings);

}  // namespace assay::import
