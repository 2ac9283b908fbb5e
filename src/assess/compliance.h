#pragma once

#include <map>
#include <string>
#include <vector>

#include "assess/finding.h"
#include "catalog/model.h"

namespace assay::assess {

// A framework's requirement, answered by our controls' findings.
struct RequirementResult {
  const catalog::Requirement* requirement = nullptr;
  Verdict verdict = Verdict::Unknown;
  std::string reason;
  std::vector<const Finding*> findings;
};

// All controls that answer a requirement must pass: the first of fail, unknown, manual that occurs is the
// requirement's verdict. Controls that do not apply or are not licensed do not count beside others. Where the
// framework demands the licence as well (`unlicensed: fail`), not licensed is a fail.
std::vector<RequirementResult> comply(const catalog::Catalogue& catalogue, const catalog::Framework& framework,
                                      const std::vector<Finding>& findings);

// The controls that a framework needs.
std::vector<const catalog::Control*> controls_for(const catalog::Catalogue& catalogue,
                                                  const catalog::Framework& framework);

}  // namespace assay::assess
