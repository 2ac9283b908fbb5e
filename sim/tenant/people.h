#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tenant/seed.h"
#include "sim/tenant/tenant.h"

namespace assay::sim {

enum class PersonKind { BreakGlass, Admin, Member, Service, Shared, Guest };

struct Office {
  std::string_view city, state, country, country_code, postal_code, street, language;
};

struct Department {
  std::string_view name;
  std::array<std::string_view, 5> titles;  // the most junior first
};

// One account, everything about the person behind it. Times are days, see calendar.h.
struct Person {
  std::size_t index = 0;
  PersonKind kind = PersonKind::Member;
  std::string given_name, surname, display_name, alias;  // alias: the user principal name before `@`
  std::size_t department = 0, office = 0;
  std::string_view title;
  bool enabled = true;
  bool synced = false;   // comes from the directory on the premises
  int created = 0;       // day
  int last_sign_in = 0;  // day; see signs_in
  bool signs_in = true;  // ever
  int last_password_change = 0;
  std::optional<std::size_t> manager;
};

// Who has an account. The order of indices: emergency accounts, administrators' accounts, people, service accounts,
// shared mailboxes, guests, and last the people who joined after day 0.
class People {
 public:
  People(const TenantOptions& options, Seed seed);

  std::size_t size() const { return first_joiner_ + joiners_; }
  std::size_t count(PersonKind kind) const;  // without those who joined after day 0
  std::size_t first(PersonKind kind) const;
  std::size_t joiners() const { return joiners_; }
  std::size_t joiners_by(int day) const;  // how many had joined at the end of that day
  PersonKind kind(std::size_t index) const;
  Person person(std::size_t index) const;

  // People as members of staff, numbered from 0: everyone of kind Member, joiners included.
  std::size_t staff() const { return count(PersonKind::Member) + joiners_; }
  std::size_t staff_index(std::size_t number) const;  // the account's index
  std::optional<std::size_t> staff_number(std::size_t index) const;

  std::string id(std::size_t index) const { return seed_.guid("user", index); }
  std::optional<std::size_t> index_of(std::string_view id) const;
  std::optional<std::size_t> index_of_alias(std::string_view alias) const;

  // A department's staff, by arithmetic: the n-th of them.
  static std::size_t departments();
  static const Department& department(std::size_t number);
  static std::size_t offices();
  static const Office& office(std::size_t number);
  std::size_t department_size(std::size_t department) const;
  std::size_t department_member(std::size_t department, std::size_t n) const;  // staff number

  // Has an accepted second factor / one that cannot be phished, at the end of this day. Whoever has one in a posture
  // has it in every better one.
  bool mfa_registered(std::size_t index) const;
  bool phishing_resistant(std::size_t index) const;

 private:
  bool disabled_slot(std::size_t staff_number) const;

  Seed seed_;
  Posture posture_;
  int day_;
  std::array<std::size_t, 7> first_{};  // of each kind, then the end
  std::size_t first_joiner_ = 0, joiners_ = 0;
  double joiners_a_day_ = 0;
};

}  // namespace assay::sim
