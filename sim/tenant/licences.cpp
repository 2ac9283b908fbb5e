#include "sim/tenant/licences.h"

#include <algorithm>

#include "base/text.h"
#include "sim/tenant/data.h"

namespace assay::sim {

Licences::Licences(const TenantOptions& options) {
  const Json file = data("licences");
  for (const auto& sku : file["skus"]) {
    Sku bought{.name = sku["name"], .id = sku["id"], .of_twenty = sku["of_twenty"], .plans = {}};
    for (const auto& plan : sku["plans"]) {
      const std::string name = plan;
      const auto gone = [&](const std::string& without) { return text::iequals(without, name); };
      if (std::any_of(options.without_plans.begin(), options.without_plans.end(), gone)) continue;
      const auto& known = file["plans"][name];
      bought.plans.push_back({.name = name, .id = known["id"], .service = known["service"]});
    }
    skus_.push_back(std::move(bought));
  }
  // Spread over the twenty, so that a small tenant has every product.
  for (std::size_t i = 0; i < 20; ++i) {
    std::size_t best = 0;
    std::size_t missing = 0;
    for (std::size_t s = 0; s < skus_.size(); ++s) {
      const auto have = static_cast<std::size_t>(std::count(slots_.begin(), slots_.end(), s));
      const auto due = skus_[s].of_twenty * (i + 1);
      if (due > have * 20 && due - have * 20 > missing) {
        missing = due - have * 20;
        best = s;
      }
    }
    slots_.push_back(best);
  }
}

bool Licences::holds(std::string_view plan) const {
  for (const auto& sku : skus_)
    for (const auto& held : sku.plans)
      if (text::iequals(held.name, plan)) return true;
  return false;
}

std::string_view Licences::in_place_of(std::string_view plan) const {
  const std::string_view larger = plan == "AAD_PREMIUM"      ? "AAD_PREMIUM_P2"
                                  : plan == "ATP_ENTERPRISE" ? "THREAT_INTELLIGENCE"
                                                             : "";
  return !larger.empty() && !holds(plan) && holds(larger) ? larger : plan;
}

std::size_t Licences::sku_of_staff(std::size_t number) const { return slots_[number % slots_.size()]; }

std::size_t Licences::staff_with(std::size_t sku, std::size_t staff) const {
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    if (slots_[slot] == sku) count += staff / slots_.size() + (slot < staff % slots_.size() ? 1 : 0);
  return count;
}

std::size_t Licences::staff_member_with(std::size_t sku, std::size_t n) const {
  std::vector<std::size_t> mine;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    if (slots_[slot] == sku) mine.push_back(slot);
  return n / mine.size() * slots_.size() + mine[n % mine.size()];
}

}  // namespace assay::sim
