#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/model.h"
#include "catalog/source.h"
#include "snapshot/answer.h"

// What has to be asked so that some controls can be judged.
namespace assay::collect {

// One request, or with `each` a family of them, and the tables that its answers fill.
struct Request {
  std::string name;  // of its first table
  catalog::Source source;
  std::vector<const catalog::Table*> tables;
  std::vector<snapshot::Slice> slices;
};

// A table that is worked out from others.
struct Derived {
  const catalog::Table* table = nullptr;
  catalog::Source source;
  std::vector<std::string> reads;  // tables that have to be there first, whether it needs them or not
};

struct Plan {
  std::vector<Request> requests;
  std::vector<Derived> derived;
  std::string digest;  // another plan does not go on with what this one left
};

// Tables that the controls read, those that these tables need in turn, and what every snapshot has (the organisation
// and its licences), without those of `skip`. What is only read in a small tenant is read in any when `with` names it.
// Invalid when one of them names what is no table.
Result<Plan> make_plan(const catalog::Catalogue& catalogue, const std::vector<const catalog::Control*>& controls,
                       const std::vector<std::string>& skip, const std::vector<std::string>& with);

// The controls of these products; of all when none is named. Invalid when there is no such product.
Result<std::vector<const catalog::Control*>> controls_of(const catalog::Catalogue& catalogue,
                                                         const std::vector<std::string>& services);

// The products that controls belong to, each once, by name.
std::vector<std::string> services_of(const std::vector<const catalog::Control*>& controls);

}  // namespace assay::collect
