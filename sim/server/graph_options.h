#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/server/http_message.h"
#include "sim/server/odata_filter.h"

namespace assay::sim::server {

// One name of `$expand` with what stands in its parentheses.
struct Expand {
  std::string name;
  std::vector<std::string> select;
  std::vector<Expand> expand;
};

struct OrderBy {
  std::string property;
  bool descending = false;
};

// The query of a Graph request.
struct GraphOptions {
  std::vector<std::string> select;
  std::vector<Expand> expand;
  std::optional<Filter> filter;
  std::string filter_text;
  std::vector<OrderBy> order;
  std::string search;
  std::optional<std::size_t> top;
  std::size_t skip = 0;
  bool count = false;
  std::string page_token;
  std::string delta_token;

  // Everything but the page token: what a page token is good for.
  std::string text;
};

Result<GraphOptions> parse_graph_options(const Request& request);

// The request's own query with the page token put in or replaced.
std::string with_page_token(const Request& request, std::string_view name, const std::string& token);

}  // namespace assay::sim::server
