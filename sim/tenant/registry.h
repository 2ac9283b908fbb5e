#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/tenant/rows.h"

// Which paths there are and who answers for each. Objects inside the simulator are *raw*: besides the properties that
// go over the wire they may hold navigation properties under `>name` (answered only when the path asks for them) and
// properties of one version of Graph alone under `beta:name` or `v1:name`.
namespace assay::sim {

struct Request {
  bool beta = false;
  Json parameters = Json::object();
};

struct Entry {
  // The list or singleton itself.
  std::function<ResourcePtr(const Request&)> list;
  // What belongs to one element and is not inside it: `members` of a group. nullptr: there is no such thing.
  std::function<ResourcePtr(const Request&, std::size_t index, std::string_view navigation)> navigate = nullptr;
  // The service plan without which the service refuses; empty: none.
  std::string plan = {};
  bool only_beta = false;
};

class Registry {
 public:
  void add(std::string_view service, std::string_view path, Entry entry);
  // A fixed list or object: shared by all who ask.
  void add_rows(std::string_view service, std::string_view path, std::vector<Json> raw, std::string plan = {},
                bool only_beta = false);
  void add_single(std::string_view service, std::string_view path, Json raw, std::string plan = {},
                  bool only_beta = false);

  // One more thing that belongs to the elements of a list that is there already.
  void add_navigation(std::string_view service, std::string_view path, std::string_view name,
                      std::function<ResourcePtr(std::size_t index)> answer);

  ResourcePtr find(std::string_view service, std::string_view path, const Json& parameters) const;
  const Entry* entry(std::string_view service, std::string_view path) const;
  std::vector<std::string> paths(std::string_view service) const;

 private:
  struct Place {
    const Entry* entry;
    std::vector<std::string> rest;  // the segments behind the entry's own path
  };
  Place place(std::string_view service, std::string_view path) const;
  ResourcePtr list_of(const Entry& entry, const Request& request) const;
  std::map<std::string, std::map<std::string, Entry, std::less<>>, std::less<>> services_;
  // Lists that were asked for without parameters, by entry and version: whoever follows the navigation of each element
  // asks for the same list again and again.
  mutable std::mutex lists_lock_;
  mutable std::map<std::pair<const Entry*, bool>, ResourcePtr> lists_;
};

// Makes of a raw object what one version of the service shows.
void present(Json& raw, bool beta);

}  // namespace assay::sim
