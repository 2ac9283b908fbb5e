#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "catalog/model.h"
#include "sql/database.h"

namespace assay::snapshot {

// The service plans that a tenant holds, as its table `service_plans` tells: those in a usable state.
class HeldPlans {
 public:
  // The table must have been collected.
  static Result<HeldPlans> read(const sql::Database& db);

  // Whether this plan is held, or one that gives at least the same.
  bool hold(const catalog::Catalogue& catalogue, const std::string& plan) const;

 private:
  std::set<std::string> names_;  // in lower case
};

}  // namespace assay::snapshot
