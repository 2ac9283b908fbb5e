#pragma once

#include <string>
#include <vector>

#include "sim/tenant/world.h"

namespace assay::sim {

// A setting that somebody changes now and then: between what the posture says and another value.
struct Move {
  std::string service, path, row, pointer;  // the row by its name; empty: the only one
  Json values;                              // two; the one that the posture does not have is the other
  std::string activity, category, logged_by, target;
  std::string control;  // Microsoft's secure score control that depends on it; empty: none
  Json also;            // the same setting where another service shows it: service, path, pointer, values; or null
  Json base;            // what the posture says; null until the setting was seen, and where there is no such row
  Json other() const { return base == values[0] ? values[1] : values[0]; }
  std::string row_id;  // the object's id, once seen
};

// Somebody changed a setting: away from what the posture says, or back.
struct Change {
  int day = 0;
  std::int64_t second = 0;
  std::size_t move = 0;
  bool away = true;
  std::size_t actor = 0;  // an account
};

// Somebody was given a role past Privileged Identity Management, and for how long.
struct RoleGrant {
  int from = 0, until = 0;  // days; `until` is the first without it
  std::size_t user = 0;
  std::string role;
  std::size_t actor = 0;
};

// What has happened to the tenant since day 0. A day's events depend on the seed and the day alone, so the days before
// it are the same in every later tenant.
class Drift {
 public:
  explicit Drift(const World& world);

  std::vector<Move>& moves() { return moves_; }
  const std::vector<Move>& moves() const { return moves_; }
  const std::vector<Change>& changes() const { return changes_; }  // oldest first
  const std::vector<RoleGrant>& grants() const { return grants_; }

  bool away(std::size_t move, int day) const;  // at the end of that day

  // Notes what the posture says of each setting in this object, and changes what was changed since.
  void apply(std::string_view service, std::string_view path, Json& row, int day);

  // Which settings of this path were changed at the end of that day: a digit for each that can be.
  std::string state(std::string_view service, std::string_view path, int day) const;

  // Makes of this object, as it is at the end of day `from`, what it was at the end of `day`.
  void turn_back(std::string_view service, std::string_view path, Json& row, int from, int day) const;

 private:
  std::vector<Move> moves_;
  std::vector<Change> changes_;
  std::vector<RoleGrant> grants_;
};

// An account that administers something: those made for it where there are any, else the people of the IT department.
std::size_t administrator(const World& world, std::uint64_t number);

}  // namespace assay::sim
