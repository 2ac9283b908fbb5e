#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/tenant/tenant.h"

namespace assay::sim::server {

struct FilterNode;

// `$filter` of OData, as far as the services understand it: comparisons, `and`, `or`, `not`, `in`, `has`, startswith,
// endswith, contains, tolower, toupper, isof, `x/any(y:…)`, `x/all(y:…)`, `x/$count`. Text is compared without case and
// points in time as such.
class Filter {
 public:
  static Result<Filter> parse(std::string_view text);

  bool matches(const Json& object) const;

  // The properties of the object that it reads, by their first segment.
  const std::set<std::string>& properties() const { return properties_; }
  // Directory objects answer it only with `ConsistencyLevel: eventual`: the operator that makes it so, or nothing.
  const std::string& advanced() const { return advanced_; }
  // What must hold in any case: {"scopeId": "/"} for `scopeId eq '/' and (…)`.
  const Json& equalities() const { return equalities_; }

 private:
  std::shared_ptr<const FilterNode> root_;
  std::set<std::string> properties_;
  std::string advanced_;
  Json equalities_ = Json::object();
};

// The value at a path such as `target/groupId`, names without case; null where there is none.
const Json& value_at(const Json& object, std::string_view path);

// Order of two values as `$orderby` and `lt` see them: below, at or above 0.
int compare_values(const Json& a, const Json& b);

}  // namespace assay::sim::server
