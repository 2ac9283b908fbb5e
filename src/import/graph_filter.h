#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace assay::import {

// The part of OData's `$filter` that tables ask with: `eq` and `in` of members and literals, `and`, `or`, brackets.
// Files may hold what a table's own request would have left out. A literal `{column}` stands for a value of a row that
// the request is made for, and holds for any.
class GraphFilter {
 public:
  static std::optional<GraphFilter> parse(std::string_view text);  // nothing: not of that part

  bool holds(simdjson::dom::element object) const;                      // text is compared without case, as Graph does
  const std::vector<std::string>& members() const { return members_; }  // as pointers: `/riskState`
  // Columns of the row that the request is made for, each with the member that tells its value.
  const std::map<std::string, std::string>& columns() const { return columns_; }

 private:
  struct Node;
  std::shared_ptr<const Node> root_;
  std::vector<std::string> members_;
  std::map<std::string, std::string> columns_;
};

}  // namespace assay::import
