#pragma once

#include <string_view>

#include "base/result.h"
#include "import/official.h"
#include "snapshot/byte_source.h"

namespace assay::import {

// Appends the days and profiles of one export, with the warnings about each by itself. `name` stands in front of the
// warnings; errors are without it. Maxima are not known yet, nor which controls have a profile.
Result<void> read_official_document(snapshot::ByteSource& bytes, std::string_view name, OfficialScores& into);

}  // namespace assay::import
