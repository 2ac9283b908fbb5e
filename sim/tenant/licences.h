#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/tenant.h"

namespace assay::sim {

struct Plan {
  std::string name, id, service;
};

// A product that was bought.
struct Sku {
  std::string name, id;
  std::size_t of_twenty = 0;  // how many of twenty people have it; 0 for what anybody may take for free
  std::vector<Plan> plans;
};

// What the tenant has bought: a mixture of E5, E3 and F3, less the plans that the options take away.
class Licences {
 public:
  explicit Licences(const TenantOptions& options);
  const std::vector<Sku>& skus() const { return skus_; }
  bool holds(std::string_view plan) const;
  // The larger plan, which does what this one does, where that alone is held; else this one, held or not.
  std::string_view in_place_of(std::string_view plan) const;

  // Position in skus() of the product that the n-th member of staff has.
  std::size_t sku_of_staff(std::size_t number) const;
  std::size_t staff_with(std::size_t sku, std::size_t staff) const;     // of the first `staff` people
  std::size_t staff_member_with(std::size_t sku, std::size_t n) const;  // staff number of the n-th who has it

 private:
  std::vector<Sku> skus_;
  std::vector<std::size_t> slots_;  // of twenty consecutive people
};

}  // namespace assay::sim
