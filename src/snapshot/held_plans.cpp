#include "snapshot/held_plans.h"

#include "base/text.h"

namespace assay::snapshot {

Result<HeldPlans> HeldPlans::read(const sql::Database& db) {
  auto rows =
      TRY(db.prepare("SELECT lower(name) FROM service_plans WHERE status IS NULL OR status NOT IN "
                     "('Disabled', 'Error', 'Deleted', 'Suspended', 'LockedOut')"));
  HeldPlans out;
  while (TRY(rows.step())) out.names_.insert(std::string(rows.text(0)));
  return out;
}

bool HeldPlans::hold(const catalog::Catalogue& catalogue, const std::string& plan) const {
  if (names_.count(text::lower(plan)) != 0) return true;
  for (const auto& known : catalogue.plans)
    if (text::iequals(known.plan, plan))
      for (const auto& other : known.also)
        if (names_.count(text::lower(other)) != 0) return true;
  return false;
}

}  // namespace assay::snapshot
