#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "http/client.h"

// What we know of a service that is asked: where it is, whose token it takes, and how much it lets itself be asked.
// The facts are data (catalog/services.yaml, docs/catalogue-format.md).
namespace assay::m365 {

struct Limit {
  std::string name;
  std::vector<std::string> paths;  // beginnings of paths, `*` for one segment; empty: every request
  double amount = 0;               // requests, or units, in each period
  double seconds = 0;
  std::size_t at_once = 0;                            // 0: no such limit
  bool units = false;                                 // counts units instead of requests
  std::vector<std::pair<double, double>> by_users{};  // a tenant of at least so many users has this amount instead
};

struct Service {
  std::string name;
  std::string title;
  std::string base;                          // with `{version}`, `{tenant}` and what else the collector knows
  std::string resource;                      // whose token it takes; empty: none
  std::string app_id;                        // of the resource's application, for permissions
  std::map<std::string, std::string> roles;  // permissions of that application → their ids
  http::Headers headers;
  std::string next;  // member of an answer that holds the next page's URL; empty: answers come whole
  std::size_t at_once = 4;
  std::vector<Limit> limits;
  std::vector<std::pair<std::string, double>> costs;  // units of a path, where it is not one
};

// The services as a cloud has them; one that the cloud does not offer is left out.
Result<std::vector<Service>> read_services(const Json& list, std::string_view cloud);

// Whether a path begins with a pattern, segment by segment, without regard to case.
bool path_begins(std::string_view path, std::string_view pattern);

// Resource units of a GET: max(1, the path's cost − 1 with $select + 1 with $expand − 1 with $top below 20), after
// Microsoft's formula for identity and access.
double units_of(const Service& service, std::string_view path, const http::Headers& query);

// `{name}`, small letters and `_`, in a template, replaced by what `value_of` gives; a name that it does not know
// stays.
std::string filled(std::string_view text, const std::function<std::optional<std::string>(std::string_view)>& value_of);

}  // namespace assay::m365
