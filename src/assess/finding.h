#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/model.h"

namespace assay::assess {

enum class Verdict {
  Pass,           // proven
  Fail,           // proven not to hold
  Unknown,        // evidence is missing: never a pass, earns nothing, stays in the possible points
  NotApplicable,  // a precondition is absent; leaves the possible points
  NotLicensed,    // the tenant lacks the licence; leaves the possible points and is listed apart
  Manual,         // no API answers it and nobody has attested it; not scored
};
std::string_view name(Verdict verdict);
std::optional<Verdict> verdict(std::string_view name);

// One thing that a control judged: a user, a policy, a domain, the tenant.
struct Resource {
  std::string id;
  std::string name;
  Verdict verdict = Verdict::Unknown;
  std::string reason;
};

// What a control found. `good` of `total` subjects pass; not applicable ones are in neither.
struct Finding {
  const catalog::Control* control = nullptr;
  Verdict verdict = Verdict::Unknown;
  std::int64_t good = 0;
  std::int64_t total = 0;
  std::string reason;
  std::vector<Resource> resources{};
  double share = 0;  // what those that fail earn all the same, added up: two that are half done make 1
};

}  // namespace assay::assess
