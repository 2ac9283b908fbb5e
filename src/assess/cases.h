#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "assess/assess.h"
#include "catalog/model.h"

namespace assay::assess {

struct CaseResult {
  const catalog::Control* control = nullptr;
  const catalog::Case* test = nullptr;
  bool ok = false;
  std::string difference;  // what was expected and what came out; empty when ok
};

// Runs a control's cases, each for itself: the given rows become the tenant's tables, everything else is absent.
std::vector<CaseResult> run_cases(const catalog::Catalogue& catalogue, const catalog::Control& control);

// What the case expects and the finding is not; empty when it is all of it.
std::string difference(const catalog::Case& test, const Finding& finding);

// A case whose rows are in their tables, so that variations of its control can be judged one after another. A variation
// reads the same tables and views as the control.
class LoadedCase {
 public:
  // The catalogue and the control must live as long as the case.
  static Result<LoadedCase> load(const catalog::Catalogue& catalogue, const catalog::Control& control,
                                 const catalog::Case& test, const Options& options = {});

  // Another case of the control takes its place. With `keep_prepared`.
  Result<void> load_next(const catalog::Case& test);

  Finding judge(const catalog::Control& control);
  Result<std::string> rows(const catalog::View& view);  // as `Assessor` has them, like `renew`
  Result<void> renew(const catalog::View& view);

 private:
  LoadedCase(const catalog::Catalogue& catalogue, const catalog::Control& control);

  // Empties what the case before filled, and fills what this one gives.
  Result<void> give(const catalog::Case& test);
  Result<void> give(const Json& given);
  Result<void> insert_row(const catalog::Table& table, const Json& row, std::optional<std::int64_t> parent);

  const catalog::Catalogue* catalogue_;
  const catalog::Control* control_;
  std::unique_ptr<snapshot::Evidence> evidence_;             // the assessor needs it where it is
  std::unordered_map<std::string, sql::Statement> inserts_;  // by their SQL
  std::set<std::string> filled_;                             // tables
  Decisions decisions_;
  std::optional<Assessor> assessor_;
};

}  // namespace assay::assess
