#include "sim/tenant/drift.h"

#include "base/text.h"
#include "sim/tenant/calendar.h"
#include "sim/tenant/data.h"

namespace assay::sim {
namespace {

constexpr std::size_t kInformationTechnology = 7;

bool named(const Json& row, const std::string& name) {
  if (name.empty()) return true;
  for (const char* key : {"displayName", "Identity", "Name", "name", "id", "settingName"})
    if (const auto at = row.find(key);
        at != row.end() && at->is_string() && text::iequals(at->get_ref<const std::string&>(), name))
      return true;
  return false;
}

}  // namespace

std::size_t administrator(const World& world, std::uint64_t number) {
  const auto& people = world.people;
  if (const auto admins = people.count(PersonKind::Admin); admins > 0)
    return people.first(PersonKind::Admin) + number % admins;
  const auto technicians = people.department_size(kInformationTechnology);
  return people.staff_index(technicians > 0 ? people.department_member(kInformationTechnology, number % technicians)
                                            : number % people.staff());
}

Drift::Drift(const World& world) {
  const Json file = data("drift");
  for (const auto& row : file["moves"])
    moves_.push_back({.service = row["service"],
                      .path = row["path"],
                      .row = row["row"],
                      .pointer = row["pointer"],
                      .values = row["values"],
                      .activity = row["activity"],
                      .category = row["category"],
                      .logged_by = row["logged_by"],
                      .target = row["target"],
                      .control = row.value("control", ""),
                      .also = row.value("also", Json()),
                      .base = nullptr,
                      .row_id = {}});
  std::vector<bool> away(moves_.size(), false);
  for (int day = 1; day <= world.options.day; ++day) {
    const auto d = static_cast<std::uint64_t>(day);
    for (std::uint64_t n = 0; n < 2; ++n) {
      if (!world.seed.chance(0.22, "somebody changes a setting", d * 2 + n)) continue;
      auto move = world.seed.below(moves_.size(), "which setting", d * 2 + n);
      // Half of the time a change of before is undone.
      if (world.seed.chance(0.5, "undo", d * 2 + n))
        for (std::size_t i = 0; i < moves_.size(); ++i)
          if (const auto other = (move + i) % moves_.size(); away[other]) {
            move = other;
            break;
          }
      away[move] = !away[move];
      changes_.push_back({.day = day,
                          .second = 28800 + static_cast<std::int64_t>(
                                                world.seed.below(14400, "time of change", d * 2 + n) + n * 18000),
                          .move = move,
                          .away = away[move],
                          .actor = administrator(world, world.seed.roll("who", d * 2 + n))});
    }
    if (world.seed.chance(0.05, "somebody gets a role", d))
      grants_.push_back(
          {.from = day,
           .until = day + 2 + static_cast<int>(world.seed.below(9, "keeps it", d)),
           .user = world.people.staff_index(world.seed.below(world.people.count(PersonKind::Member), "who gets it", d)),
           .role = file["roles"][world.seed.below(file["roles"].size(), "which role", d)],
           .actor = administrator(world, world.seed.roll("who gives it", d))});
  }
}

bool Drift::away(std::size_t move, int day) const {
  bool out = false;
  for (const auto& change : changes_) {
    if (change.day > day) break;
    if (change.move == move) out = change.away;
  }
  return out;
}

void Drift::apply(std::string_view service, std::string_view path, Json& row, int day) {
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    auto& move = moves_[i];
    if (move.also.is_object() && move.also["service"] == service &&
        text::iequals(move.also["path"].get<std::string>(), path) && away(i, day)) {
      auto& shown = row[Json::json_pointer(move.also["pointer"].get<std::string>())];
      shown = shown == move.also["values"][0] ? move.also["values"][1] : move.also["values"][0];
    }
    if (move.service != service || !text::iequals(move.path, path) || !named(row, move.row)) continue;
    const Json::json_pointer pointer(move.pointer);
    if (!row.contains(pointer)) continue;
    move.base = row[pointer];
    for (const char* key : {"id", "Guid", "Identity"})
      if (move.row_id.empty() && row.contains(key) && row[key].is_string()) move.row_id = row[key];
    if (away(i, day)) row[pointer] = move.other();
    for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
      if (change->move != i || change->day > day) continue;
      for (const char* key : {"modifiedDateTime", "lastModifiedDateTime", "WhenChanged", "WhenChangedUTC"})
        if (row.contains(key)) row[key] = iso_time(change->day, change->second);
      break;
    }
  }
}

std::string Drift::state(std::string_view service, std::string_view path, int day) const {
  std::string out;
  for (std::size_t i = 0; i < moves_.size(); ++i)
    if (moves_[i].service == service && text::iequals(moves_[i].path, path)) out += away(i, day) ? '1' : '0';
  return out;
}

void Drift::turn_back(std::string_view service, std::string_view path, Json& row, int from, int day) const {
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    const auto& move = moves_[i];
    if (move.service != service || !text::iequals(move.path, path) || !named(row, move.row)) continue;
    const Json::json_pointer pointer(move.pointer);
    if (!row.contains(pointer) || away(i, from) == away(i, day)) continue;
    row[pointer] = away(i, day) ? move.other() : move.base;
  }
}

}  // namespace assay::sim
