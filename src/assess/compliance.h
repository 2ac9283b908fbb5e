#pragma once

#include <map>
#include <string>
#include <vector>

#include "assess/decisions.h"
#include "assess/finding.h"
#include "catalog/model.h"

namespace assay::assess {

// A framework's requirement, answered by our controls' findings.
struct RequirementResult {
  const catalog::Requirement* requirement = nullptr;
  Verdict verdict = Verdict::Unknown;
  std::string reason;
  std::vector<const catalog::Control*> controls;  // that answer it
  std::vector<const Finding*> findings;           // theirs, those in scope
  std::size_t passed = 0;
  std::size_t judged = 0;  // passed, failed or unknown
};

// All controls that answer a requirement must pass: the first of fail, unknown, manual that occurs is the
// requirement's verdict. Controls that do not apply or are not licensed do not count beside others. Where the
// framework demands the licence as well (`unlicensed: fail`), not licensed is a fail. A requirement that people must
// see to besides (`manual`) is manual where it would be neither fail nor unknown. Where topics name the controls, one
// that is out of the source's scope keeps the requirement from being more than unknown.
std::vector<RequirementResult> comply(const catalog::Catalogue& catalogue, const catalog::Framework& framework,
                                      const std::vector<Finding>& findings);

// Has a framework judged by its own line: its profile, where it has one, replaces that of the decisions, and what it
// says comes before their settings.
void follow(const catalog::Framework& framework, const catalog::Catalogue& catalogue, Decisions& decisions);

// The controls that answer any requirement of a framework, in order of id.
std::vector<const catalog::Control*> controls_for(const catalog::Catalogue& catalogue,
                                                  const catalog::Framework& framework);

}  // namespace assay::assess
