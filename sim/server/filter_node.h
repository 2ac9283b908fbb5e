#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/tenant.h"

// What a `$filter` is made of, between its parser and its evaluation.
namespace assay::sim::server {

struct FilterNode {
  enum class Kind { And, Or, Not, Compare, In, Literal, Property, Call, Any, All };
  Kind kind = Kind::Literal;
  std::string name;  // operator, function, path, or the variable of a lambda
  std::string path;  // of a lambda: the collection
  Json literal;
  std::vector<std::shared_ptr<FilterNode>> children;
};

struct ParsedFilter {
  std::shared_ptr<FilterNode> root;
  std::set<std::string> properties;  // first segments of what it reads
  std::string advanced;              // the first operator that wants an advanced query
};

// Nothing: not a filter.
std::optional<ParsedFilter> parse_filter(std::string_view text);

// Text that looks like a date or a point in time.
bool is_time(const std::string& text);

}  // namespace assay::sim::server
