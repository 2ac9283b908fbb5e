#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "score/score.h"

namespace assay::cli {

// The score as a person reads it: number, bar, zone, verdict counts, services and categories.
std::string summary(const Judged& judged, const score::Score& score, const Terminal& terminal);

// The recommended actions in rank order, at most `limit` (0: all).
Rows action_rows(const score::Score& score, std::size_t limit);

// The requirements that a control answers, a line for each framework: those that it names, then those of its topics.
std::vector<std::string> answers_of(const catalog::Catalogue& catalogue, const catalog::Control& control);

// Ranked actions, first one first.
std::vector<const score::Action*> ranked(const score::Score& score);

}  // namespace assay::cli
