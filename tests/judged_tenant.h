#pragma once

#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

#include "assess/assess.h"
#include "simulated_time.h"
#include "snapshot/file.h"

namespace assay {

// A simulated tenant that was read in simulated time and judged by every control.
struct JudgedTenant {
  snapshot::Evidence evidence;
  assess::Decisions decisions;
  std::vector<assess::Finding> findings;

  const assess::Finding* find(std::string_view control) const {
    for (const auto& finding : findings)
      if (finding.control->id == control) return &finding;
    return nullptr;
  }
};

// `decisions_for` gets the tenant.
template <typename DecisionsFor>
Result<JudgedTenant> judge(const catalog::Catalogue& catalogue, sim::ServerOptions options,
                           const std::filesystem::path& file, DecisionsFor decisions_for) {
  const auto time = TRY(SimulatedTime::start(std::move(options), std::chrono::milliseconds(0)));
  collect::CollectOptions unpaced;
  unpaced.paced = false;
  TRY(time->collect(catalogue, {}, {}, file, std::move(unpaced)));
  JudgedTenant out;
  out.evidence = TRY(snapshot::open(file));
  out.decisions = decisions_for(time->server().tenant());
  const SystemClock clock;
  auto assessor = TRY(assess::Assessor::create(catalogue, out.evidence, out.decisions, clock));
  for (const auto& control : catalogue.controls) out.findings.push_back(assessor.judge(control));
  return out;
}

}  // namespace assay
