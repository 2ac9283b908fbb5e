#pragma once

#include "base/json.h"
#include "cli/context.h"
#include "score/score.h"

// The JSON shapes of docs/json.md, a contract with scripts: fields may be added, never renamed.
namespace assay::cli {

double points(score::Cents cents);
Json points_json(const score::Points& points);
Json finding_json(const score::Action& action);
Json coverage_json(const snapshot::Evidence& evidence);
Json profile_json(const Judged& judged);                                        // its id; null: none
Json settings_json(const catalog::Catalogue& catalogue, const Judged& judged);  // those that are not the default
Json assessment_json(const catalog::Catalogue& catalogue, const Judged& judged, const score::Score& score);

}  // namespace assay::cli
