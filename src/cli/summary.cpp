#include "cli/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/iso8601.h"
#include "base/text.h"
#include "cli/json_views.h"

namespace assay::cli {
namespace {

Style zone_style(score::Zone zone) {
  return zone == score::Zone::Good ? Style::Green : zone == score::Zone::Okay ? Style::Yellow : Style::Red;
}

std::string bar(double percent, std::size_t width) {
  const auto full = static_cast<std::size_t>(std::lround(percent / 100 * static_cast<double>(width)));
  std::string out;
  for (std::size_t i = 0; i < width; ++i) out += i < full ? "█" : "░";
  return out;
}

std::string counts_line(const std::vector<assess::Finding>& findings, const Terminal& terminal) {
  constexpr std::array<std::pair<assess::Verdict, std::string_view>, 6> order{{
      {assess::Verdict::Pass, "pass"},
      {assess::Verdict::Fail, "fail"},
      {assess::Verdict::Unknown, "unknown"},
      {assess::Verdict::NotApplicable, "not applicable"},
      {assess::Verdict::NotLicensed, "not licensed"},
      {assess::Verdict::Manual, "manual"},
  }};
  std::string out;
  for (const auto& [verdict, word] : order) {
    const auto n =
        std::count_if(findings.begin(), findings.end(), [v = verdict](const auto& f) { return f.verdict == v; });
    if (n == 0) continue;
    if (!out.empty()) out += "   ";
    out += styled(fmt::format("{} {}", n, word), style_of(verdict), terminal);
  }
  return out;
}

void add_groups(Rows& rows, const std::map<std::string, score::Points>& groups) {
  for (const auto& [name, p] : groups)
    rows.add({name, fmt::format("{:.2f}", points(p.earned)), fmt::format("{:.0f}", points(p.possible)),
              fmt::format("{:.0f} %", p.percent()), bar(p.percent(), 20)});
}

}  // namespace

std::string summary(const Judged& judged, const score::Score& score, const Terminal& terminal) {
  const auto& m = judged.evidence.manifest;
  std::string out;
  const auto tenant = text::printable(m.tenant_name.empty() ? std::string("tenant without a name") : m.tenant_name);
  out += styled(tenant, Style::Bold, terminal);
  if (!m.tenant_id.empty()) out += "  " + text::printable(m.tenant_id);
  if (m.taken_at) out += fmt::format("  read on {}", iso8601::format_date(*m.taken_at));
  if (!m.source.empty()) out += "  by " + text::printable(m.source);
  out = wrapped(out, terminal) + "\n\n";
  const auto percent = score.current.percent();
  const auto width = std::min<std::size_t>(40, terminal.width - std::min<std::size_t>(terminal.width, 24));
  out += styled(fmt::format("Score {:.1f} %", percent), Style::Bold, terminal) + "  " +
         styled(bar(percent, width), zone_style(score.zone), terminal) + "  " +
         styled(name(score.zone), zone_style(score.zone), terminal) + "\n";
  std::string lines =
      fmt::format("      {:.2f} of {:.0f} points", points(score.current.earned), points(score.current.possible));
  if (score.unknown > 0)
    lines += fmt::format("; {:.1f} % of the {:.0f} points whose evidence was seen", score.percent_of_seen(),
                         points(score.current.possible - score.unknown));
  if (score.self_claimed > 0) lines += fmt::format("; {:.2f} of them claimed, not seen", points(score.self_claimed));
  lines += fmt::format("\n      {} of {} actions completed ({:.0f} %)\n", score.completed, score.available,
                       score.improvement());
  if (!judged.decisions.profile.empty()) lines += fmt::format("      by profile {}\n", judged.decisions.profile);
  lines += "\nVerdicts  " + counts_line(judged.findings, terminal) + "\n";
  if (!judged.out_of_scope.empty())
    lines += fmt::format("          {} of services that this source did not read are not counted\n",
                         text::count(judged.out_of_scope.size(), "control", "controls"));
  out += wrapped(lines, terminal);
  Rows groups(
      {{"group"}, {"earned", true}, {"possible", true}, {"percent", true}, {.title = "share", .optional = true}});
  add_groups(groups, score.by_category);
  add_groups(groups, score.by_service);
  out += "\n" + groups.table(terminal);
  return out;
}

std::vector<const score::Action*> ranked(const score::Score& score) {
  std::vector<const score::Action*> out;
  for (const auto& action : score.actions)
    if (action.rank > 0) out.push_back(&action);
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->rank < b->rank; });
  return out;
}

Rows action_rows(const score::Score& score, std::size_t limit) {
  Rows rows({{"#", true},
             {"action", false, true},
             {"control"},
             {"impact", true},
             {"points", true},
             {.title = "effort", .optional = true},
             {.title = "on users", .optional = true},
             {.title = "status", .optional = true},
             {"why", false, true}});
  for (const auto* action : ranked(score)) {
    if (limit != 0 && static_cast<std::size_t>(action->rank) > limit) break;
    const auto& control = *action->finding->control;
    rows.add({std::to_string(action->rank), control.title, control.id, fmt::format("+{:.2f} %", action->impact),
              fmt::format("{:.2f}/{:.0f}", points(action->earned), points(action->possible)), control.effort,
              control.user_impact, std::string(name(action->status)), action->finding->reason},
             action->finding->verdict == assess::Verdict::Unknown ? Style::Dim : Style::Plain);
  }
  return rows;
}

std::vector<std::string> answers_of(const catalog::Catalogue& catalogue, const catalog::Control& control) {
  std::map<std::string, std::string> lines;
  for (const auto& [framework, requirements] : control.frameworks)
    lines[framework] = fmt::format("{}: {}", framework, text::join(requirements, ", "));
  for (const auto& [framework, requirements] : catalogue.answered_by_topic(control)) {
    auto& line = lines[framework];
    line += fmt::format("{} by topic: {}", line.empty() ? framework + "," : ";", text::join(requirements, ", "));
  }
  std::vector<std::string> out;
  for (auto& [framework, line] : lines) out.push_back(std::move(line));
  return out;
}

}  // namespace assay::cli
