#include "import/official.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "import/official_changes.h"
#include "import/official_document.h"
#include "snapshot/byte_source.h"

namespace assay::import {
namespace {

// The maximum that a score and its percentage imply. Maxima are whole, and the percentage was computed from the rounded
// score, so a whole number that gives the percentage back is the one.
std::optional<Cents> derived_max(const OfficialControl& control) {
  if (control.score <= 0 || !control.percent || *control.percent <= 0) return std::nullopt;
  const double score = static_cast<double>(control.score);
  const double max = score / *control.percent;  // in points
  if (max > 1e6) return std::nullopt;
  const double whole = std::round(max);
  const bool gives_percent_back = whole >= 1 && std::abs(score / whole - *control.percent) < 0.01;
  return std::llround((gives_percent_back ? whole : max) * 100);
}

// Profiles by id. An instance of an app is found under the app's own id when it has no profile of its own, and the
// other way round.
class Maxima {
 public:
  explicit Maxima(const std::vector<OfficialProfile>& profiles) {
    for (const auto& profile : profiles) by_id_[control_key(profile.id)] = profile.max;
    for (const auto& profile : profiles) by_id_.try_emplace(control_base_key(profile.id), profile.max);
  }

  std::optional<Cents> find(std::string_view id) const {
    auto found = by_id_.find(control_key(id));
    if (found == by_id_.end()) found = by_id_.find(control_base_key(id));
    return found == by_id_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, Cents> by_id_;
};

void add_maxima(OfficialScores& scores) {
  const Maxima maxima(scores.profiles);
  for (auto& day : scores.days) {
    for (auto& control : day.controls) {
      const auto max = maxima.find(control.id);
      control.has_profile = max.has_value();
      // A profile of another age may allow less than is scored: then it is not this score's maximum.
      control.max = max && *max >= control.score ? max : derived_max(control);
    }
  }
}

// Without regard to order: two services list the controls of one day differently.
bool same_scores(const OfficialDay& a, const OfficialDay& b) {
  const auto sorted = [](const OfficialDay& day) {
    std::vector<std::pair<std::string, Cents>> out;
    for (const auto& control : day.controls) out.emplace_back(control_key(control.id), control.score);
    std::sort(out.begin(), out.end());
    return out;
  };
  return a.possible == b.possible && sorted(a) == sorted(b);
}

auto day_key(const OfficialDay& day) { return std::make_tuple(day.date, text::lower(day.tenant)); }

// Exports of a moving window overlap: of each tenant's day the one given last stays.
void order_days(OfficialScores& scores) {
  auto& days = scores.days;
  std::stable_sort(days.begin(), days.end(), [](const auto& a, const auto& b) { return day_key(a) < day_key(b); });
  std::vector<OfficialDay> kept;
  kept.reserve(days.size());
  for (auto& day : days) {
    if (kept.empty() || day_key(kept.back()) != day_key(day)) {
      kept.push_back(std::move(day));
      continue;
    }
    if (!same_scores(kept.back(), day))
      scores.warnings.push_back(
          fmt::format("{}: given twice with different scores; the one given last counts", day.date));
    if (!day.log) day.log = std::move(kept.back().log);
    kept.back() = std::move(day);
  }
  days = std::move(kept);
}

void order_profiles(OfficialScores& scores) {
  std::map<std::pair<std::string, std::string>, std::size_t> seen;
  std::vector<OfficialProfile> kept;
  for (auto& profile : scores.profiles) {
    const auto [at, first] = seen.try_emplace({text::lower(profile.tenant), control_key(profile.id)}, kept.size());
    if (first) {
      kept.push_back(std::move(profile));
      continue;
    }
    auto& old = kept[at->second];
    if (old.max != profile.max)
      scores.warnings.push_back(fmt::format("`{}`: two profiles differ in `maxScore`; the one given last counts",
                                            text::shorten(profile.id, 60)));
    old = std::move(profile);
  }
  scores.profiles = std::move(kept);
}

void finish(OfficialScores& scores) {
  order_days(scores);
  order_profiles(scores);
  add_maxima(scores);
  scores.changes = official_changes(scores.days, scores.warnings);
}

double points(Cents cents) { return static_cast<double>(cents) / 100; }

}  // namespace

std::string_view name(ChangeLabel label) {
  switch (label) {
    case ChangeLabel::Applicable:
      return "applicable";
    case ChangeLabel::Increased:
      return "increased";
    case ChangeLabel::Full:
      return "full";
    case ChangeLabel::Regressed:
      return "regressed";
    case ChangeLabel::MoreSubjects:
      return "more_subjects";
  }
  return {};
}

std::size_t OfficialDay::without_profile() const {
  return static_cast<std::size_t>(
      std::count_if(controls.begin(), controls.end(), [](const auto& c) { return !c.has_profile; }));
}

Result<OfficialScores> read_official(std::span<const std::filesystem::path> files) {
  OfficialScores scores;
  for (const auto& path : files) {
    const auto where = fmt::format("`{}`", path.string());
    snapshot::FileSource bytes(TRY(File::open(path)));
    TRY_IN(where, read_official_document(bytes, where, scores));
  }
  finish(scores);
  return scores;
}

Result<OfficialScores> parse_official(std::span<const OfficialDocument> documents) {
  OfficialScores scores;
  for (const auto& document : documents) {
    const auto where = fmt::format("`{}`", document.name);
    snapshot::MemorySource bytes(document.bytes);
    TRY_IN(where, read_official_document(bytes, where, scores));
  }
  finish(scores);
  return scores;
}

Json official_json(const OfficialScores& scores) {
  auto days = Json::array();
  for (const auto& day : scores.days)
    days.push_back({{"date", day.date},
                    {"earned", points(day.earned)},
                    {"possible", points(day.possible)},
                    {"percent", day.percent()},
                    {"controls", day.controls.size()},
                    {"without_profile", day.without_profile()},
                    {"tenant", day.tenant}});
  auto changes = Json::array();
  for (const auto& change : scores.changes)
    changes.push_back({{"date", change.date},
                       {"control", change.control},
                       {"from", points(change.from)},
                       {"to", points(change.to)},
                       {"delta", points(change.delta())},
                       {"label", name(change.label)},
                       {"since", change.since},
                       {"removed", change.removed},
                       {"tenant", change.tenant}});
  // File names stand in warnings and need not be UTF-8, which JSON must be.
  auto warnings = Json::array();
  for (const auto& warning : scores.warnings) warnings.push_back(text::printable(warning));
  return {{"days", std::move(days)}, {"changes", std::move(changes)}, {"warnings", std::move(warnings)}};
}

}  // namespace assay::import
