#include "assess/compliance.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text.h"

namespace assay::assess {
namespace {

// A framework with the verdicts as it counts them.
Verdict counted(const catalog::Framework& framework, const Finding& finding) {
  return finding.verdict == Verdict::NotLicensed && framework.unlicensed_fails ? Verdict::Fail : finding.verdict;
}

std::string_view heading(Verdict verdict) {
  switch (verdict) {
    case Verdict::Fail:
      return "failing";
    case Verdict::Manual:
      return "manual";
    case Verdict::NotLicensed:
      return "not licensed";
    case Verdict::NotApplicable:
      return "not applicable";
    default:
      return "unknown";
  }
}

// Why the result has its verdict, which `decisive` findings gave it. Those of many controls are counted and named.
std::string reason_of(const RequirementResult& result, const std::vector<const Finding*>& decisive) {
  constexpr std::size_t few = 4;
  constexpr std::size_t named = 3;
  std::vector<std::string> parts;
  if (result.controls.size() <= few) {
    for (const auto* finding : decisive) parts.push_back(finding->reason);
    return text::join(parts, "; ");
  }
  parts.push_back(result.judged == 0 ? "no control could be judged"
                                     : fmt::format("{} of {} controls pass", result.passed, result.judged));
  if (result.verdict != Verdict::Pass) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < std::min(named, decisive.size()); ++i) ids.push_back(decisive[i]->control->id);
    parts.push_back(fmt::format("{}: {}", heading(result.verdict), text::join(ids, ", ")));
    if (decisive.size() > named) parts.back() += fmt::format(" and {} more", decisive.size() - named);
  }
  if (const auto unseen = result.controls.size() - result.findings.size(); unseen != 0)
    parts.push_back(fmt::format("{} out of the scope of this source", unseen));
  return text::join(parts, "; ");
}

// What people must see to besides.
void add_manual(RequirementResult& result) {
  const auto& manual = result.requirement->manual;
  if (manual.empty() || result.verdict == Verdict::Fail) return;
  if (result.verdict == Verdict::Unknown && !result.controls.empty()) return;
  result.reason = result.verdict == Verdict::Manual ? result.reason + "; " + manual : manual;
  result.verdict = Verdict::Manual;
}

}  // namespace

void follow(const catalog::Framework& framework, const catalog::Catalogue& catalogue, Decisions& decisions) {
  if (catalogue.profile(framework.id) == nullptr) return;
  decisions.profile = framework.id;
  for (const auto& [setting, value] : catalogue.said_by(framework.id)) decisions.settings.erase(setting);
}

std::vector<const catalog::Control*> controls_for(const catalog::Catalogue& catalogue,
                                                  const catalog::Framework& framework) {
  std::set<std::string_view> topics;
  for (const auto& requirement : framework.requirements)
    topics.insert(requirement.topics.begin(), requirement.topics.end());
  std::vector<const catalog::Control*> out;
  for (const auto& control : catalogue.controls) {
    const auto found = control.frameworks.find(framework.id);
    if ((found != control.frameworks.end() && !found->second.empty()) ||
        std::any_of(control.topics.begin(), control.topics.end(),
                    [&](const auto& topic) { return topics.count(topic) != 0; }))
      out.push_back(&control);
  }
  return out;
}

std::vector<RequirementResult> comply(const catalog::Catalogue& catalogue, const catalog::Framework& framework,
                                      const std::vector<Finding>& findings) {
  std::unordered_map<const catalog::Control*, const Finding*> by_control;
  for (const auto& finding : findings) by_control.emplace(finding.control, &finding);
  std::vector<RequirementResult> out;
  for (const auto& requirement : framework.requirements) {
    RequirementResult result{
        &requirement, Verdict::Unknown, "no control answers it", catalogue.answering(framework, requirement), {}};
    std::array<std::vector<const Finding*>, 6> by_verdict;
    for (const auto* control : result.controls) {
      const auto found = by_control.find(control);
      if (found == by_control.end()) continue;
      result.findings.push_back(found->second);
      by_verdict.at(static_cast<std::size_t>(counted(framework, *found->second))).push_back(found->second);
    }
    const auto of = [&](Verdict v) -> const auto& { return by_verdict.at(static_cast<std::size_t>(v)); };
    result.passed = of(Verdict::Pass).size();
    result.judged = result.passed + of(Verdict::Fail).size() + of(Verdict::Unknown).size();
    for (const auto v : {Verdict::Fail, Verdict::Unknown, Verdict::Manual, Verdict::Pass, Verdict::NotLicensed,
                         Verdict::NotApplicable}) {
      if (of(v).empty()) continue;
      result.verdict = v;
      result.reason = reason_of(result, of(v));
      break;
    }
    // A topic reaches over products: what was looked at does not speak for what was not.
    if (const auto unseen = result.controls.size() - result.findings.size();
        !requirement.topics.empty() && unseen != 0 && result.verdict != Verdict::Fail &&
        (result.verdict != Verdict::Unknown || result.findings.empty())) {
      result.verdict = Verdict::Unknown;
      result.reason =
          fmt::format("{} of {} controls are out of the scope of this source", unseen, result.controls.size());
    }
    add_manual(result);
    out.push_back(std::move(result));
  }
  return out;
}

}  // namespace assay::assess
