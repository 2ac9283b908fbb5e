#pragma once

#include <memory>
#include <optional>
#include <string>

#include "assess/assess.h"
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

// What the case expects and the finding is not; empty when it is all of it.
std::string difference(const catalog::Case& test, const Finding& finding);

// A case whose rows are in their tables, so that variations of its control can be judged one after another. A variation
// reads the same tables and views as the control.
class LoadedCase {
 public:
  // The catalogue must live as long as the case.
  static Result<LoadedCase> load(const catalog::Catalogue& catalogue, const catalog::Control& control,
                                 const catalog::Case& test, const Options& options = {});

  Finding judge(const catalog::Control& control);
  Result<std::string> rows(const catalog::View& view);  // as `Assessor` has them, like `renew`
  Result<void> renew(const catalog::View& view);

 private:
  LoadedCase();

  std::unique_ptr<snapshot::Evidence> evidence_;  // the assessor needs it where it is
  Decisions decisions_;
  std::optional<Assessor> assessor_;
};

}  // namespace assay::assess
