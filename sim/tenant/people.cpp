#include "sim/tenant/people.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "sim/tenant/names.h"

namespace assay::sim {
namespace {

constexpr Department kDepartments[] = {
    {"Operations",
     {"Operations Assistant", "Operations Specialist", "Operations Lead", "Operations Manager",
      "Director of Operations"}},
    {"Sales",
     {"Sales Representative", "Account Executive", "Senior Account Executive", "Sales Manager", "Director of Sales"}},
    {"Engineering",
     {"Engineer", "Senior Engineer", "Principal Engineer", "Engineering Manager", "Director of Engineering"}},
    {"Customer Service",
     {"Service Agent", "Senior Service Agent", "Team Lead", "Service Manager", "Head of Customer Service"}},
    {"Finance",
     {"Accounts Assistant", "Accountant", "Financial Controller", "Finance Manager", "Chief Financial Officer"}},
    {"Human Resources", {"HR Assistant", "HR Adviser", "Recruiter", "HR Manager", "Chief People Officer"}},
    {"Marketing",
     {"Marketing Assistant", "Campaign Specialist", "Brand Lead", "Marketing Manager", "Head of Marketing"}},
    {"Information Technology",
     {"Service Desk Analyst", "Systems Engineer", "Security Analyst", "IT Manager", "Chief Information Officer"}},
    {"Legal", {"Paralegal", "Counsel", "Senior Counsel", "Compliance Manager", "General Counsel"}},
    {"Research", {"Research Assistant", "Researcher", "Senior Researcher", "Research Manager", "Head of Research"}},
    {"Procurement", {"Buyer", "Senior Buyer", "Category Lead", "Procurement Manager", "Head of Procurement"}},
    {"Executive",
     {"Executive Assistant", "Chief of Staff", "Managing Director", "Chief Operating Officer",
      "Chief Executive Officer"}},
};
constexpr std::size_t kDepartmentCount = std::size(kDepartments);
// How many of every hundred people are in each department.
constexpr std::array<std::size_t, kDepartmentCount> kWeights = {24, 18, 16, 12, 7, 4, 6, 5, 2, 3, 2, 1};

constexpr Office kOffices[] = {
    {"London", "England", "United Kingdom", "GB", "EC2V 7HN", "12 Gresham Street", "en-GB"},
    {"Leeds", "England", "United Kingdom", "GB", "LS1 4DY", "40 Park Row", "en-GB"},
    {"Munich", "Bavaria", "Germany", "DE", "80333", "Brienner Strasse 28", "de-DE"},
    {"Lyon", "Rhone", "France", "FR", "69002", "9 Rue de la Republique", "fr-FR"},
    {"Madrid", "Madrid", "Spain", "ES", "28014", "Calle de Alcala 45", "es-ES"},
    {"Seattle", "WA", "United States", "US", "98101", "1420 Fifth Avenue", "en-US"},
    {"Toronto", "ON", "Canada", "CA", "M5H 2N2", "130 King Street West", "en-CA"},
    {"Singapore", "Singapore", "Singapore", "SG", "048583", "16 Collyer Quay", "en-SG"},
    {"Sydney", "NSW", "Australia", "AU", "2000", "259 George Street", "en-AU"},
    {"Hyderabad", "Telangana", "India", "IN", "500081", "HITEC City, Phase 2", "en-IN"},
};

// Which department each of a hundred consecutive people is in: spread evenly, so that a small tenant has them all.
constexpr std::array<std::size_t, 100> kSlots = [] {
  std::array<std::size_t, 100> slots{};
  std::array<std::size_t, kDepartmentCount> given{};
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    std::size_t best = 0;
    for (std::size_t d = 1; d < kDepartmentCount; ++d)
      if (kWeights[d] * (given[best] + 1) > kWeights[best] * (given[d] + 1)) best = d;
    ++given[best];
    slots[slot] = best;
  }
  return slots;
}();

constexpr std::size_t kNames = 200;     // given names used
constexpr std::size_t kSurnames = 230;  // surnames used

std::size_t coprime(std::size_t wish, std::size_t modulus) {
  wish %= modulus;
  while (wish < 2 || std::gcd(wish, modulus) != 1) ++wish;
  return wish;
}

std::string dotted(std::string_view given, std::string_view surname) {
  auto out = text::lower(given);
  out += '.';
  return out.append(text::lower(surname));
}

}  // namespace

People::People(const TenantOptions& options, Seed seed) : seed_(seed), posture_(options.posture), day_(options.day) {
  const auto n = std::max<std::size_t>(options.users, 10);
  const auto by_posture = [&](std::array<std::size_t, 5> values) {
    return values.at(static_cast<std::size_t>(posture_));
  };
  const auto emergency = by_posture({0, 1, 2, 2, 2});
  const auto staffed = std::clamp<std::size_t>(n / 100, 1, 40);
  const auto admins = by_posture({0, 0, staffed, staffed + 2, staffed + 2});
  const auto service = std::clamp<std::size_t>(n / 100, 1, 500);
  const auto shared = n * 3 / 100;
  const auto guests = std::max<std::size_t>(n * 8 / 100, 1);
  first_ = {0, emergency, emergency + admins, n - guests - shared - service, n - guests - shared, n - guests, n};
  first_joiner_ = n;
  joiners_a_day_ = std::max(0.15, static_cast<double>(n) * 0.0004);
  joiners_ = joiners_by(day_);
}

std::size_t People::joiners_by(int day) const {
  return day <= 0 ? 0 : static_cast<std::size_t>(std::floor(day * joiners_a_day_));
}

std::size_t People::first(PersonKind kind) const { return first_.at(static_cast<std::size_t>(kind)); }

std::size_t People::count(PersonKind kind) const { return first_.at(static_cast<std::size_t>(kind) + 1) - first(kind); }

PersonKind People::kind(std::size_t index) const {
  if (index >= first_joiner_) return PersonKind::Member;
  std::size_t kind = 0;
  while (index >= first_.at(kind + 1)) ++kind;
  return static_cast<PersonKind>(kind);
}

std::size_t People::staff_index(std::size_t number) const {
  const auto old = count(PersonKind::Member);
  return number < old ? first(PersonKind::Member) + number : first_joiner_ + (number - old);
}

std::optional<std::size_t> People::staff_number(std::size_t index) const {
  if (index >= first_joiner_ && index < size()) return count(PersonKind::Member) + (index - first_joiner_);
  if (kind(index) != PersonKind::Member || index >= size()) return std::nullopt;
  return index - first(PersonKind::Member);
}

std::optional<std::size_t> People::index_of(std::string_view id) const {
  const auto found = seed_.index("user", id);
  if (!found || *found >= size()) return std::nullopt;
  return static_cast<std::size_t>(*found);
}

std::size_t People::departments() { return kDepartmentCount; }
const Department& People::department(std::size_t number) { return kDepartments[number]; }
std::size_t People::offices() { return std::size(kOffices); }
const Office& People::office(std::size_t number) { return kOffices[number]; }

std::size_t People::department_size(std::size_t department) const {
  std::size_t in_hundred = 0;
  std::size_t in_rest = 0;
  for (std::size_t slot = 0; slot < kSlots.size(); ++slot) {
    if (kSlots.at(slot) != department) continue;
    ++in_hundred;
    if (slot < staff() % kSlots.size()) ++in_rest;
  }
  return staff() / kSlots.size() * in_hundred + in_rest;
}

std::size_t People::department_member(std::size_t department, std::size_t n) const {
  std::vector<std::size_t> slots;
  for (std::size_t slot = 0; slot < kSlots.size(); ++slot)
    if (kSlots.at(slot) == department) slots.push_back(slot);
  return n / slots.size() * kSlots.size() + slots[n % slots.size()];
}

// One of every 25 has left the company: the account is still there, switched off.
bool People::disabled_slot(std::size_t staff_number) const { return staff_number % 25 == 24; }

Person People::person(std::size_t index) const {
  Person p;
  p.index = index;
  p.kind = kind(index);
  p.office = seed_.below(10, "office", index) < 4 ? 0 : seed_.below(offices(), "office elsewhere", index);
  p.created = -static_cast<int>(30 + seed_.below(2800, "created", index));

  // Every account has a name of its own: accounts walk through all pairs of names before a pair comes again.
  constexpr auto kPairs = kNames * kSurnames;
  const auto step = coprime(seed_.roll("name step") % kPairs, kPairs);
  const auto pair = (index % kPairs * step + seed_.below(kPairs, "name start")) % kPairs;
  p.given_name = given_names()[pair % kNames];
  p.surname = surnames()[pair / kNames];
  p.display_name = p.given_name + " " + p.surname;
  p.alias = dotted(p.given_name, p.surname);
  if (const auto round = index / kPairs; round > 0) {
    p.alias.append(std::to_string(round + 1));
    p.display_name.append(" ").append(std::to_string(round + 1));
  }

  // Most people were here today or this week, some have not been for long.
  const auto idle = seed_.share("idle", index);
  const auto away = idle < 0.7 ? 0 : idle < 0.93 ? seed_.below(7, "away", index) : 10 + seed_.below(160, "away", index);
  p.last_sign_in = std::max(day_ - static_cast<int>(away), p.created);
  p.last_password_change = std::max(p.created, day_ - static_cast<int>(seed_.below(900, "password", index)));

  switch (p.kind) {
    case PersonKind::BreakGlass:
      p.given_name = p.surname = "";
      p.display_name = "Emergency access " + std::to_string(index + 1);
      p.alias = "emergency.access" + std::to_string(index + 1);
      p.last_sign_in = day_ - 40 - static_cast<int>(seed_.below(60, "away", index));
      p.title = "";
      break;
    case PersonKind::Admin:
      p.alias.insert(0, "adm.");
      p.display_name.append(" (admin)");
      p.department = 7;
      p.title = "";
      break;
    case PersonKind::Member: {
      const auto number = *staff_number(index);
      p.department = kSlots.at(number % kSlots.size());
      const auto level = seed_.share("level", index);
      p.title = department(p.department)
                    .titles.at(level < 0.5    ? 0
                               : level < 0.8  ? 1
                               : level < 0.93 ? 2
                               : level < 0.99 ? 3
                                              : 4);
      p.enabled = !disabled_slot(number);
      p.synced = seed_.chance(0.7, "synced", index);
      if (number > 0) p.manager = staff_index(seed_.below(number / 8 + 1, "manager", index));
      if (!p.enabled)
        p.last_sign_in = std::max(p.created, day_ - 120 - static_cast<int>(seed_.below(400, "left", index)));
      if (index >= first_joiner_) {
        p.created = static_cast<int>(std::ceil(static_cast<double>(index - first_joiner_ + 1) / joiners_a_day_));
        p.last_sign_in = day_;
        p.last_password_change = p.created;
        p.synced = false;
      }
      break;
    }
    case PersonKind::Service: {
      static constexpr std::string_view kUses[] = {"scanner",   "backup",  "erp",      "crm",       "monitoring",
                                                   "reporting", "payroll", "printing", "telephony", "sync"};
      const auto number = index - first(PersonKind::Service);
      const auto use = kUses[number % std::size(kUses)];
      p.given_name = p.surname = "";
      p.alias =
          "svc-" + std::string(use) + (number < std::size(kUses) ? "" : std::to_string(number / std::size(kUses) + 1));
      p.display_name = p.alias;
      p.department = 7;
      p.title = "";
      p.last_sign_in = day_;
      break;
    }
    case PersonKind::Shared: {
      static constexpr std::string_view kBoxes[] = {"Info",     "Accounts",   "Support", "Sales desk", "Jobs",
                                                    "Invoices", "Facilities", "Press",   "Orders",     "Returns"};
      const auto number = index - first(PersonKind::Shared);
      const auto box = kBoxes[number % std::size(kBoxes)];
      p.given_name = p.surname = "";
      p.display_name = box;
      if (number >= std::size(kBoxes))
        p.display_name.append(" ").append(std::to_string(number / std::size(kBoxes) + 1));
      p.alias = text::lower(p.display_name);
      std::replace(p.alias.begin(), p.alias.end(), ' ', '-');
      p.title = "";
      // Nobody signs in as a mailbox; tidy tenants see to it that nobody can.
      p.enabled = posture_ < Posture::Typical || (posture_ == Posture::Typical && number % 5 < 2);
      p.signs_in = false;
      break;
    }
    case PersonKind::Guest:
      p.title = "";
      p.signs_in = seed_.chance(0.85, "guest came", index);
      if (seed_.chance(0.4, "guest idle", index))
        p.last_sign_in = std::max(p.created, day_ - 60 - static_cast<int>(seed_.below(500, "away", index)));
      break;
  }
  return p;
}

std::optional<std::size_t> People::index_of_alias(std::string_view alias) const {
  // Accounts with few of their kind are looked through; staff by undoing the arithmetic of their names.
  for (const auto kind : {PersonKind::BreakGlass, PersonKind::Admin, PersonKind::Service})
    for (std::size_t i = first(kind); i < first(kind) + count(kind); ++i)
      if (text::iequals(person(i).alias, alias)) return i;
  constexpr auto kPairs = kNames * kSurnames;
  const auto wanted = text::lower(alias);
  const auto digits = wanted.find_last_not_of("0123456789") + 1;
  const auto round = digits < wanted.size() ? std::strtoul(wanted.c_str() + digits, nullptr, 10) - 1 : 0UL;
  const auto stem = wanted.substr(0, digits);
  const auto dot = stem.find('.');
  if (dot == std::string::npos) return std::nullopt;
  const auto position = [](std::span<const std::string_view> names, std::string_view name) {
    std::size_t i = 0;
    while (i < names.size() && !text::iequals(names[i], name)) ++i;
    return i;
  };
  const auto given = position(given_names(), std::string_view(stem).substr(0, dot));
  const auto surname = position(surnames(), std::string_view(stem).substr(dot + 1));
  if (given >= kNames || surname >= kSurnames) return std::nullopt;
  const auto step = coprime(seed_.roll("name step") % kPairs, kPairs);
  const auto pair = surname * kNames + given;
  const auto start = seed_.below(kPairs, "name start");
  auto walked = start;
  for (std::size_t i = 0; i < kPairs; ++i, walked = (walked + step) % kPairs) {
    if (walked != pair) continue;
    const auto index = round * kPairs + i;
    return index < size() && person(index).alias == wanted ? std::optional(index) : std::nullopt;
  }
  return std::nullopt;
}

bool People::mfa_registered(std::size_t index) const {
  const auto who = kind(index);
  if (who == PersonKind::Shared || who == PersonKind::Guest) return false;
  static constexpr std::array<double, 5> kStaff = {0.34, 0.80, 0.87, 0.965, 1.0};
  static constexpr std::array<double, 5> kOthers = {0.5, 0.9, 1.0, 1.0, 1.0};
  const auto posture = static_cast<std::size_t>(posture_);
  if (who == PersonKind::Service) return posture_ == Posture::Excellent;
  if (who != PersonKind::Member) return seed_.share("second factor", index) < kOthers.at(posture);
  // A few more each day, until those who will never do it are left.
  const auto later = std::min(0.03, day_ * 0.0004);
  return seed_.share("second factor", index) < std::min(1.0, kStaff.at(posture) + later);
}

bool People::phishing_resistant(std::size_t index) const {
  if (!mfa_registered(index)) return false;
  static constexpr std::array<double, 5> kStaff = {0.0, 0.02, 0.09, 0.38, 0.93};
  static constexpr std::array<double, 5> kAdmins = {0.0, 0.1, 0.5, 1.0, 1.0};
  const auto posture = static_cast<std::size_t>(posture_);
  const auto who = kind(index);
  const auto rate = who == PersonKind::Member    ? kStaff.at(posture)
                    : who == PersonKind::Service ? 0.0
                                                 : kAdmins.at(posture);
  return seed_.share("key", index) < rate;
}

}  // namespace assay::sim
