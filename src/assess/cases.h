#pragma once

#include <string>
#include <vector>

#include "assess/finding.h"
#include "catalog/model.h"

namespace assay::assess {

struct CaseResult {
  const catalog::Control* control = nullptr;
  const catalog::Case* test = nullptr;
  bool ok = false;
  std::string difference;  // what was expected and what came out; empty when ok
};

// Runs a control's case: the given rows become the tenant's tables, everything else is absent.
CaseResult run_case(const catalog::Catalogue& catalogue, const catalog::Control& control, const catalog::Case& test);

// The finding alone, for those who change the control first.
Result<Finding> judge_case(const catalog::Catalogue& catalogue, const catalog::Control& control,
                           const catalog::Case& test);

}  // namespace assay::assess
