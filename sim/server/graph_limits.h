#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/server/throttle.h"

// The published figures of Microsoft Graph: what a request costs, how often one may ask, how long a page may be.
// Paths are in lower case, without the version.
namespace assay::sim::server {

struct RequestCost {
  std::string_view method;
  bool select = false;
  bool expand = false;
  bool select_keys = false;  // $select names keyCredentials
  std::size_t top = 0;       // 0: not given
};

// Objects of the directory: advanced queries, default property subsets and resource units are theirs.
bool is_directory_path(const std::vector<std::string>& lower_segments);

// Resource units of the request; 0 where the service does not count in them.
int resource_units(const std::vector<std::string>& lower_segments, const RequestCost& cost);

// Every limit that the request counts against. `caller` tells applications apart, `users` is the tenant's size.
std::vector<Limit> graph_limits(const std::vector<std::string>& lower_segments, const RequestCost& cost,
                                const std::string& caller, const std::string& tenant, std::size_t users);

enum class TooMuch { Refuse, Clip };
struct PageSize {
  std::size_t usual = 100;
  std::size_t most = 999;
  TooMuch beyond = TooMuch::Clip;
};
PageSize graph_page_size(const std::vector<std::string>& lower_segments);

}  // namespace assay::sim::server
