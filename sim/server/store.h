#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/tenant/tenant.h"

namespace assay::sim::server {

// One write, seen from `visible` on: the services answer for a while as if nothing had happened.
struct Change {
  enum class Kind { Merge, Replace, Create, Remove };
  Kind kind = Kind::Merge;
  std::chrono::system_clock::time_point visible;
  Json body;
};

// The tenant with what clients have written over it. The tenant itself never changes. All calls are safe from several
// threads.
class Store {
 public:
  using Time = std::chrono::system_clock::time_point;

  // `delay`: how long after a write it is not seen yet.
  Store(const Tenant& tenant, std::function<Time()> now, std::chrono::milliseconds delay)
      : tenant_(tenant), now_(std::move(now)), delay_(delay) {}

  const Tenant& tenant() const { return tenant_; }

  // As Tenant::find, with the changes. Also finds `users/{id}` where the tenant knows the list alone.
  std::shared_ptr<const Resource> find(std::string_view service, std::string_view path,
                                       const Json& parameters = Json::object()) const;

  // `path` is a singleton, or `list/key`. The key is the id for Graph, the identity for the others; `*` means every row
  // (what the cmdlets without an identity are about). Both versions of Graph see the change.
  void merge(std::string_view service, std::string_view path, Json body);
  void replace(std::string_view service, std::string_view path, Json body);
  void remove(std::string_view service, std::string_view path);
  // At the head of the list; `extra` is added to the delay.
  void create(std::string_view service, std::string_view list, std::string_view key, Json object,
              std::chrono::milliseconds extra = std::chrono::milliseconds(0));

 private:
  using Key = std::pair<std::string, std::string>;  // service family, path in lower case

  void add(std::string_view service, std::string_view path, Change::Kind kind, Json body,
           std::chrono::milliseconds extra);

  const Tenant& tenant_;
  std::function<Time()> now_;
  std::chrono::milliseconds delay_;
  mutable std::mutex mutex_;
  std::map<Key, std::vector<Change>> changes_;
};

// `target` with the members of `patch` put over it: objects member by member, everything else as a whole. A change of
// the form {"Add": […], "Remove": […]} is made to a list.
void merge_over(Json& target, const Json& patch);

}  // namespace assay::sim::server
