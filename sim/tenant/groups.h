#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/world.h"

namespace assay::sim {

// Accounts that belong together, the n-th of them by arithmetic.
struct MemberSet {
  std::size_t size = 0;
  std::function<std::size_t(std::size_t)> at;  // the account's index
};

// The groups: first those of data/groups.json, whose membership follows from who people are, then teams, then
// distribution lists.
class Groups {
 public:
  explicit Groups(WorldPtr world);

  std::size_t size() const { return fixed_.size() + teams_ + lists_; }
  std::size_t first_team() const { return fixed_.size(); }  // Microsoft 365 groups, one after the other
  std::size_t teams() const { return teams_; }
  std::string id(std::size_t index) const { return world_->seed.guid("group", index); }
  std::optional<std::size_t> index_of(std::string_view id) const;
  std::string id_of(std::string_view name) const;  // of a group of the data file; a name that is not there is a bug

  Json object(std::size_t index) const;
  ResourcePtr members(std::size_t index, bool transitive) const;
  std::vector<std::size_t> children(std::size_t index) const;
  MemberSet users(std::size_t index) const;                  // direct members that are accounts
  std::vector<std::size_t> of_user(std::size_t user) const;  // groups with this account as a direct member
  const std::vector<std::size_t>& role_assignable() const { return role_assignable_; }

 private:
  Json fixed_object(const Json& row) const;
  MemberSet set(const std::string& rule) const;
  bool holds(const std::string& rule, const Person& person) const;  // whether the set has this account

  WorldPtr world_;
  std::vector<Json> fixed_;
  std::vector<std::size_t> role_assignable_;
  std::size_t teams_ = 0, lists_ = 0;
};

using GroupsPtr = std::shared_ptr<const Groups>;

void add_groups(Registry& registry, const WorldPtr& world, const GroupsPtr& groups);

}  // namespace assay::sim
