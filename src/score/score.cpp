#include "score/score.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/result.h"

namespace assay::score {
namespace {

using assess::Finding;
using assess::Status;
using assess::Verdict;

bool counts(Verdict verdict) {
  return verdict == Verdict::Pass || verdict == Verdict::Fail || verdict == Verdict::Unknown;
}

std::string reasoning(const assess::StatusDecision& decision) {
  std::string_view reason = decision.reason;
  if (reason.ends_with('.')) reason.remove_suffix(1);
  return fmt::format("{} by {}: {}{}", name(decision.status), decision.owner, reason,
                     decision.expires ? ", until " + iso8601::format_date(*decision.expires) : "");
}

Action action_of(const Finding& finding, const assess::Decisions& decisions, Timestamp now) {
  Action action;
  action.finding = &finding;
  const auto& control = *finding.control;
  const auto override = decisions.points.find(control.id);
  const int points = override == decisions.points.end() ? control.points : override->second;
  action.possible = Cents{100} * points;
  action.measured = measure(finding, points);
  action.earned = action.measured;
  action.counted = counts(finding.verdict) && points > 0;
  if (const auto found = decisions.statuses.find(control.id); found != decisions.statuses.end()) {
    if (assess::in_force(found->second.expires, now)) {
      action.status = found->second.status;
      action.reasoning = reasoning(found->second);
    } else {
      action.reasoning = reasoning(found->second) + " (expired)";
    }
  }
  const bool claimed = action.status == Status::ThirdParty || action.status == Status::AlternateMitigation;
  if (action.counted && claimed) action.earned = action.possible;
  if (action.counted && action.measured == action.possible) action.status = Status::Completed;
  if (action.status == Status::RiskAccepted && decisions.exclude_risk_accepted) action.counted = false;
  return action;
}

double weight(const std::string& level, double moderate, double high) {
  return level == "high" ? high : level == "moderate" ? moderate : 1;
}

// What is known to fail comes first, then what nobody could see, then what the operator has accepted.
int turn(const Action& action) {
  if (action.status == Status::RiskAccepted) return 2;
  return action.finding->verdict == Verdict::Unknown ? 1 : 0;
}

void rank(std::vector<Action>& actions) {
  std::vector<Action*> open;
  for (auto& action : actions)
    if (action.counted && action.earned < action.possible) open.push_back(&action);
  std::sort(open.begin(), open.end(), [](const Action* a, const Action* b) {
    if (turn(*a) != turn(*b)) return turn(*a) < turn(*b);
    const double ua = urgency(*a);
    const double ub = urgency(*b);
    if (ua != ub) return ua > ub;
    const auto missing_a = a->possible - a->earned;
    const auto missing_b = b->possible - b->earned;
    if (missing_a != missing_b) return missing_a > missing_b;
    return a->finding->control->id < b->finding->control->id;
  });
  for (std::size_t i = 0; i < open.size(); ++i) open[i]->rank = static_cast<int>(i) + 1;
}

}  // namespace

std::string_view name(Zone zone) {
  switch (zone) {
    case Zone::Good:
      return "good";
    case Zone::Okay:
      return "okay";
    case Zone::Bad:
      break;
  }
  return "bad";
}

Cents measure(const Finding& finding, int points) {
  switch (finding.verdict) {
    case Verdict::Pass:
      return Cents{100} * points;
    case Verdict::Fail:
      if (finding.control->scoring == catalog::Scoring::Proportional)
        return proportional(points, finding.good, finding.total, finding.share);
      return 0;
    default:
      return 0;
  }
}

Cents proportional(int points, std::int64_t good, std::int64_t total, double share) {
  CHECK(0 <= good && good <= total && 0 <= share && share <= static_cast<double>(total - good));
  if (total == 0) return Cents{100} * points;
  if (share > 0) return std::llround(100.0 * points * (static_cast<double>(good) + share) / static_cast<double>(total));
  return (Cents{200} * points * good + total) / (2 * total);
}

double urgency(const Action& action) {
  const auto& control = *action.finding->control;
  const double missing = static_cast<double>(action.possible - action.earned) / 100;
  return missing / (weight(control.effort, 2, 4) * weight(control.user_impact, 1.5, 2.5));
}

double Score::percent_of_seen() const {
  const Points seen{current.earned, current.possible - unknown};
  return seen.percent();
}

Score score(const std::vector<Finding>& findings, const assess::Decisions& decisions, const Clock& clock) {
  Score out;
  const auto now = clock.now();
  Cents unlicensed = 0;
  Cents accepted_missing = 0;
  Cents planned_missing = 0;
  for (const auto& finding : findings) {
    auto action = action_of(finding, decisions, now);
    if (finding.verdict == Verdict::NotLicensed) unlicensed += action.possible;
    if (action.counted) {
      const auto missing = action.possible - action.earned;
      out.current.earned += action.earned;
      out.current.possible += action.possible;
      out.self_claimed += action.earned - action.measured;
      if (finding.verdict == Verdict::Unknown && action.earned == 0) out.unknown += action.possible;
      if (action.status == Status::Planned) planned_missing += missing;
      if (action.status == Status::RiskAccepted) accepted_missing += missing;
      ++out.available;
      if (missing == 0) ++out.completed;
      auto& category = out.by_category[finding.control->category];
      category.earned += action.earned;
      category.possible += action.possible;
      auto& service = out.by_service[finding.control->service];
      service.earned += action.earned;
      service.possible += action.possible;
    }
    out.actions.push_back(std::move(action));
  }
  out.planned = {out.current.earned + planned_missing, out.current.possible};
  out.current_licence = {out.current.possible, out.current.possible + unlicensed};
  out.achievable = {out.current.possible - accepted_missing, out.current.possible + unlicensed};
  const double percent = out.current.percent();
  out.zone = percent >= decisions.zones.good ? Zone::Good : percent >= decisions.zones.okay ? Zone::Okay : Zone::Bad;
  for (auto& action : out.actions)
    if (action.counted && out.current.possible > 0)
      action.impact =
          100.0 * static_cast<double>(action.possible - action.earned) / static_cast<double>(out.current.possible);
  rank(out.actions);
  return out;
}

}  // namespace assay::score
