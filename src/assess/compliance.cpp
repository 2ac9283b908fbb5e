#include "assess/compliance.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"

namespace assay::assess {

std::vector<const catalog::Control*> controls_for(const catalog::Catalogue& catalogue,
                                                  const catalog::Framework& framework) {
  std::vector<const catalog::Control*> out;
  for (const auto& control : catalogue.controls)
    if (const auto found = control.frameworks.find(framework.id);
        found != control.frameworks.end() && !found->second.empty())
      out.push_back(&control);
  return out;
}

std::vector<RequirementResult> comply(const catalog::Catalogue& catalogue, const catalog::Framework& framework,
                                      const std::vector<Finding>& findings) {
  std::unordered_map<const catalog::Control*, const Finding*> by_control;
  for (const auto& finding : findings) by_control.emplace(finding.control, &finding);
  const auto counted = [&](const Finding& finding) {
    return finding.verdict == Verdict::NotLicensed && framework.unlicensed_fails ? Verdict::Fail : finding.verdict;
  };
  std::vector<RequirementResult> out;
  for (const auto& requirement : framework.requirements) {
    RequirementResult result{&requirement, Verdict::Unknown, "no control answers it", {}};
    for (const auto* control : catalogue.answering(framework.id, requirement.id))
      if (const auto found = by_control.find(control); found != by_control.end())
        result.findings.push_back(found->second);
    for (const auto v : {Verdict::Fail, Verdict::Unknown, Verdict::Manual, Verdict::Pass, Verdict::NotLicensed,
                         Verdict::NotApplicable}) {
      std::vector<std::string> reasons;
      for (const auto* finding : result.findings)
        if (counted(*finding) == v) reasons.push_back(finding->reason);
      if (reasons.empty()) continue;
      result.verdict = v;
      result.reason = text::join(reasons, "; ");
      break;
    }
    out.push_back(std::move(result));
  }
  return out;
}

}  // namespace assay::assess
