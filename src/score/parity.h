#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assess/finding.h"
#include "base/result.h"
#include "catalog/model.h"
#include "score/score.h"
#include "snapshot/evidence.h"

// Microsoft's own score of a tenant beside ours, control by control. Both stand in the same snapshot: what Microsoft
// gave in `secure_score_controls`, what we find in the other tables.
namespace assay::score {

enum class Agreement {
  Agrees,      // the same points, to the cent
  Differs,     //
  Unknown,     // evidence is missing here
  NotCounted,  // we count it for this tenant as not applicable, not licensed or a person's to judge
  Mirrored,    // our control takes Microsoft's number, perhaps for want of its own evidence; or there is none of ours
};
std::string_view name(Agreement agreement);  // "not_counted", as in the JSON

// A control of Microsoft's with one of ours that answers it.
struct Counterpart {
  std::string id;  // Microsoft's; an instance of an app has its number in front: `11770.MDA_Google_…`
  std::string title;
  std::string category;
  Cents official = 0;
  Cents possible = 0;                     // Microsoft's greatest points; ours may have others
  std::optional<std::int64_t> good;       // subjects that Microsoft counts as good, also where it counts the bad ones
  std::optional<std::int64_t> total;      // subjects that it looked at
  std::string status;                     // Microsoft's sentence. It may be HTML: whoever shows it must sanitise it
  const assess::Finding* ours = nullptr;  // null: no control of ours in scope
  Cents points = 0;                       // what our finding would earn at Microsoft's greatest points
  Agreement agreement = Agreement::Mirrored;
};

// In the order of Microsoft's ids; a control that several of ours answer stands there with each. Invalid when
// Microsoft's score was not collected, with what became of it.
Result<std::vector<Counterpart>> compare(const catalog::Catalogue& catalogue, const snapshot::Evidence& evidence,
                                         const std::vector<assess::Finding>& findings);

}  // namespace assay::score
