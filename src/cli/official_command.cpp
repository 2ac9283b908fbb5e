#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "import/official.h"
#include "score/parity.h"

namespace assay::cli {
namespace {

using score::Agreement;
using score::Counterpart;

double shown(import::Cents cents) { return static_cast<double>(cents) / 100; }

Json number(const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); }

Json counterpart_json(const Counterpart& one) {
  Json out{{"id", one.id},
           {"title", one.title},
           {"category", one.category},
           {"agreement", score::name(one.agreement)},
           {"official", shown(one.official)},
           {"possible", shown(one.possible)},
           {"good", number(one.good)},
           {"total", number(one.total)},
           {"status", one.status},
           {"ours", nullptr}};
  if (one.ours != nullptr)
    out["ours"] = {{"control", one.ours->control->id}, {"verdict", assess::name(one.ours->verdict)},
                   {"points", shown(one.points)},      {"good", one.ours->good},
                   {"total", one.ours->total},         {"reason", one.ours->reason}};
  return out;
}

std::string subjects(const std::optional<std::int64_t>& good, const std::optional<std::int64_t>& total) {
  return good && total ? fmt::format("{}/{}", *good, *total) : "";
}

// For a person: what differs or could not be compared, with both names whole and as much of the reason as there is room
// for. Our reason says how many were looked at. For a script: everything.
Rows counterpart_rows(const std::vector<Counterpart>& all, bool whole) {
  std::vector<ColumnHead> heads{{"Microsoft's control"},   {"ours"},       {"agreement"},
                                {"Microsoft", true},       {"ours", true}, {"of", true},
                                {"why", false, true, true}};
  if (whole) heads.insert(heads.end() - 1, {{"their subjects", true}, {"our subjects", true}});
  Rows rows(std::move(heads));
  for (const auto& one : all) {
    if (!whole && (one.agreement == Agreement::Agrees || one.agreement == Agreement::Mirrored)) continue;
    const auto* ours = one.ours;
    std::vector<std::string> cells{one.id,
                                   ours == nullptr ? "" : ours->control->id,
                                   std::string(score::name(one.agreement)),
                                   fmt::format("{:.2f}", shown(one.official)),
                                   ours == nullptr ? "" : fmt::format("{:.2f}", shown(one.points)),
                                   fmt::format("{:.0f}", shown(one.possible))};
    if (whole) {
      cells.push_back(subjects(one.good, one.total));
      cells.push_back(ours == nullptr ? "" : subjects(ours->good, ours->total));
    }
    cells.push_back(ours == nullptr ? "" : ours->reason);
    rows.add(std::move(cells), one.agreement == Agreement::Differs ? Style::Red : Style::Plain);
  }
  return rows;
}

// A control that several of ours answer counts once, by the one that comes closest.
std::array<std::size_t, 5> count(const std::vector<Counterpart>& all) {
  std::map<std::string, Agreement> best;
  for (const auto& one : all) {
    const auto [known, is_new] = best.emplace(one.id, one.agreement);
    if (!is_new) known->second = std::min(known->second, one.agreement);
  }
  std::array<std::size_t, 5> out{};
  for (const auto& [id, agreement] : best) ++out[static_cast<std::size_t>(agreement)];
  return out;
}

Result<int> run_compare(const Context& context, const std::filesystem::path& source) {
  const auto catalogue = TRY(load_catalogue(context));
  const auto judged = TRY(judge(context, catalogue, source, nullptr, false));
  const auto all = TRY(score::compare(catalogue, judged.evidence, judged.findings));
  const auto counts = count(all);
  if (context.output() == Format::Json) {
    Json controls = Json::array();
    for (const auto& one : all) controls.push_back(counterpart_json(one));
    Json out = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) out[score::name(static_cast<Agreement>(i))] = counts[i];
    out["controls"] = std::move(controls);
    print_json(out);
    return 0;
  }
  if (context.output() == Format::Csv) {
    print(counterpart_rows(all, true).csv());
    return 0;
  }
  print_line(
      fmt::format("Of Microsoft's {} controls {} agree to the cent, {} differ, {} lack evidence here, {} are not "
                  "counted here, {} are "
                  "Microsoft's number alone.",
                  counts[0] + counts[1] + counts[2] + counts[3] + counts[4], counts[0], counts[1], counts[2], counts[3],
                  counts[4]));
  const auto rows = counterpart_rows(all, false);
  if (!rows.empty()) {
    print_line("");
    print(rows.table(context.terminal));
  }
  return 0;
}

Result<int> run_official(const Context& context, const std::vector<std::filesystem::path>& files) {
  const auto scores = TRY(import::read_official(files));
  for (const auto& warning : scores.warnings) message("warning: " + text::printable(warning));
  if (context.output() == Format::Json) {
    print_json(import::official_json(scores));
    return 0;
  }
  Rows days({{"date"}, {"earned", true}, {"possible", true}, {"percent", true}, {"controls", true}});
  for (const auto& day : scores.days)
    days.add({day.date, fmt::format("{:.2f}", shown(day.earned)), fmt::format("{:.2f}", shown(day.possible)),
              fmt::format("{:.2f}", day.percent()), std::to_string(day.controls.size())});
  Rows changes({{"date"}, {"control", false, true}, {"from", true}, {"to", true}, {"delta", true}, {"label"}});
  for (const auto& change : scores.changes)
    changes.add({change.date, change.control, fmt::format("{:.2f}", shown(change.from)),
                 fmt::format("{:.2f}", shown(change.to)), fmt::format("{:+.2f}", shown(change.delta())),
                 std::string(name(change.label))},
                change.delta() < 0   ? Style::Red
                : change.delta() > 0 ? Style::Green
                                     : Style::Plain);
  if (context.output() == Format::Csv) {
    print(days.csv());
    return 0;
  }
  print(days.table(context.terminal));
  if (!changes.empty()) {
    print_line("");
    print(changes.table(context.terminal));
  }
  return 0;
}

}  // namespace

void add_official(CLI::App& app, Context& context, Run& run) {
  auto files = std::make_shared<std::vector<std::filesystem::path>>();
  auto source = std::make_shared<std::filesystem::path>();
  auto* command = app.add_subcommand(
      "official", "Microsoft's own scores: days, and what changed between them; or beside ours, control by control");
  auto* input = command->add_option_group("input");
  input->add_option("FILE", *files,
                    "Answers of Graph's secureScores and secureScoreControlProfiles, or the portal's daily list");
  input->add_option("--compare", *source, "A snapshot that holds Microsoft's score: where ours agrees, and where not");
  input->require_option(1);
  add_source_options(*command, context);
  command->footer(
      "Examples:\n  assay official secureScores.json controlProfiles.json -o json\n"
      "  assay official --compare contoso.assay");
  command->callback([&context, &run, files, source] {
    run = [&context, files, source] {
      return source->empty() ? run_official(context, *files) : run_compare(context, *source);
    };
  });
}

}  // namespace assay::cli
