#pragma once

#include <string>

#include "cli/context.h"
#include "score/score.h"

namespace assay::cli {

// The score as a person reads it: number, bar, zone, verdict counts, services and categories.
std::string summary(const Judged& judged, const score::Score& score, const Terminal& terminal);

// The recommended actions in rank order, at most `limit` (0: all).
Rows action_rows(const score::Score& score, std::size_t limit);

// Ranked actions, first one first.
std::vector<const score::Action*> ranked(const score::Score& score);

}  // namespace assay::cli
