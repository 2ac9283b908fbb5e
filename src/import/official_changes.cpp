#include "import/official_changes.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/text.h"

namespace assay::import {
namespace {

using Controls = std::map<std::string, OfficialControl>;  // by control_key

constexpr Timestamp kDay = 86'400;

bool counts_exposed(const OfficialControl& control) { return control_base_key(control.id).starts_with("scid_"); }

bool counts_devices(const OfficialControl& control) {
  return counts_exposed(control) || text::iequals(control.category, "Device");
}

struct Subjects {
  std::int64_t good = 0;
  std::int64_t total = 0;
  std::int64_t affected() const { return total - good; }
};

std::optional<Subjects> subjects(const OfficialControl& control) {
  if (!control.count || !control.total || *control.count > *control.total) return std::nullopt;
  return Subjects{counts_exposed(control) ? *control.total - *control.count : *control.count, *control.total};
}

Controls by_key(const OfficialDay& day) {
  Controls out;
  for (const auto& control : day.controls) {
    const auto [at, first] = out.try_emplace(control_key(control.id), control);
    if (first) continue;
    auto& sum = at->second;
    sum.score += control.score;
    if (sum.max && control.max)
      *sum.max += *control.max;
    else
      sum.max.reset();
    // Whether two rows count the same subjects is not known.
    sum.count.reset();
    sum.total.reset();
    sum.percent.reset();
  }
  return out;
}

// Compares with the portal's log of that day, and notes what it calls each change.
void check_log(const OfficialDay& day, std::span<OfficialChange> changes, std::vector<std::string>& warnings) {
  struct Logged {
    Cents delta = 0;
    std::string label;
    bool matched = false;
  };
  std::map<std::string, Logged> log;
  for (const auto& entry : *day.log) {
    auto& logged = log[control_key(entry.control)];
    logged.delta += entry.delta;
    logged.label = entry.label;
  }
  const auto warn = [&](std::string_view control, Cents said, Cents measured) {
    warnings.push_back(fmt::format("{}: `{}`: the service's change log says {:+.2f} points, its scores say {:+.2f}",
                                   day.date, text::shorten(control, 60), static_cast<double>(said) / 100,
                                   static_cast<double>(measured) / 100));
  };
  for (auto& change : changes) {
    auto& logged = log[control_key(change.control)];
    logged.matched = true;
    change.service_label = logged.label;
    if (logged.delta != change.delta()) warn(change.control, logged.delta, change.delta());
  }
  for (const auto& [control, logged] : log)
    if (!logged.matched && logged.delta != 0) warn(control, logged.delta, 0);
}

bool follows(const OfficialDay& before, const OfficialDay& day) {
  const auto a = iso8601::parse_time(before.date);
  const auto b = iso8601::parse_time(day.date);
  return a && b && *b - *a == kDay;
}

void compare(const OfficialDay& before, const OfficialDay& day, std::vector<OfficialChange>& out,
             std::vector<std::string>& warnings) {
  const auto old = by_key(before);
  const auto now = by_key(day);
  const auto first = out.size();
  const auto add = [&](const OfficialControl& control, Cents from, Cents to, ChangeLabel label, bool removed) {
    out.push_back({day.date, before.date, day.tenant, control.id, from, to, label, removed, {}});
  };
  for (const auto& [key, control] : now) {
    const auto found = old.find(key);
    if (found == old.end())
      add(control, 0, control.score, change_label(nullptr, control), false);
    else if (found->second.score != control.score)
      add(control, found->second.score, control.score, change_label(&found->second, control), false);
  }
  for (const auto& [key, control] : old)
    if (control.score != 0 && now.count(key) == 0) add(control, control.score, 0, ChangeLabel::Regressed, true);
  const auto changes = std::span(out).subspan(first);
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return control_key(a.control) < control_key(b.control); });
  if (day.log && follows(before, day)) check_log(day, changes, warnings);
}

}  // namespace

std::string control_key(std::string_view id) { return text::lower(id); }

std::string control_base_key(std::string_view id) {
  const auto dot = id.find('.');
  const bool instance = dot != std::string_view::npos && dot != 0 && id.find_first_not_of("0123456789") == dot;
  return control_key(instance ? id.substr(dot + 1) : id);
}

ChangeLabel change_label(const OfficialControl* before, const OfficialControl& after) {
  if (before == nullptr) return ChangeLabel::Applicable;
  if (after.score >= before->score)
    return after.max && after.score >= *after.max ? ChangeLabel::Full : ChangeLabel::Increased;
  const auto then = subjects(*before);
  const auto now = subjects(after);
  if (then && now) {
    // Newcomers that are not good yet, while nobody got worse.
    if (now->total > then->total && now->good >= then->good) return ChangeLabel::MoreSubjects;
    if (now->affected() <= then->affected()) return ChangeLabel::Regressed;
  }
  // Without counts the score itself has to tell: part of the points means that the setting still holds for some, so it
  // is subjects that changed. The service speaks of more users only, never of more devices.
  return !counts_devices(after) && after.score > 0 ? ChangeLabel::MoreSubjects : ChangeLabel::Regressed;
}

std::vector<OfficialChange> official_changes(const std::vector<OfficialDay>& days, std::vector<std::string>& warnings) {
  std::vector<OfficialChange> out;
  std::map<std::string, const OfficialDay*> last;  // of each tenant
  for (const auto& day : days) {
    auto& before = last[text::lower(day.tenant)];
    if (before != nullptr) compare(*before, day, out, warnings);
    before = &day;
  }
  return out;
}

}  // namespace assay::import
