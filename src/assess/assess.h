#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "assess/decisions.h"
#include "assess/finding.h"
#include "base/clock.h"
#include "base/result.h"
#include "catalog/model.h"
#include "snapshot/evidence.h"
#include "sql/guard.h"

namespace assay::assess {

struct Options {
  sql::Limits limits;          // for each control
  bool keep_resources = true;  // false: findings without their resources, for when only the verdict counts
  bool keep_prepared = false;  // SQL stays prepared, for `again`
};

// The verdict of one control, from rows of its check:
//   a licence that is known not to be held        not_licensed
//   a needed table that was not collected         unknown, before any SQL runs
//   SQL that fails or trips a limit               unknown, with the error as the reason
//   any row fail / unknown / manual / pass        the first of these that occurs
//   no rows                                       what the control's `none` says
//
// Runs over the evidence's own connection; temporary tables that it makes stay for the next control.
class Assessor {
 public:
  // Prepares the built-in tables. The evidence must stay where it is while this object lives.
  static Result<Assessor> create(const catalog::Catalogue& catalogue, snapshot::Evidence& evidence,
                                 const Decisions& decisions, const Clock& clock, const Options& options = {});
  Assessor(Assessor&&) noexcept;
  Assessor& operator=(Assessor&&) noexcept;
  ~Assessor();

  Finding judge(const catalog::Control& control);

  // Begins again, because the evidence holds other rows, coverage, plans or another manifest now; its connection and
  // tables are the same. What was prepared is used again, so that it costs what the rows cost. With `keep_prepared`.
  Result<void> again(const Decisions& decisions);

  // For trying changes of a view: what its SQL as it is now gives, as text; and what was made of it is forgotten, so
  // that the next control finds it, and every view that reads it, as they are now.
  Result<std::string> rows(const catalog::View& view);
  Result<void> renew(const catalog::View& view);

 private:
  struct State;
  explicit Assessor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Tables and columns that judging these controls reads: what an import must load.
sql::Reads needed(const catalog::Catalogue& catalogue, const std::vector<const catalog::Control*>& controls);

// Whether the control belongs to a service that the evidence's source set out to read.
bool in_scope(const catalog::Control& control, const snapshot::Manifest& manifest);

}  // namespace assay::assess
