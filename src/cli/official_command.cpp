#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "import/official.h"

namespace assay::cli {
namespace {

double shown(import::Cents cents) { return static_cast<double>(cents) / 100; }

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
  auto* command = app.add_subcommand("official", "Microsoft's own scores: days, and what changed between them");
  command
      ->add_option("FILE", *files,
                   "Answers of Graph's secureScores and secureScoreControlProfiles, or the portal's daily list")
      ->required();
  command->footer("Example:\n  assay official secureScores.json controlProfiles.json -o json");
  command->callback([&context, &run, files] { run = [&context, files] { return run_official(context, *files); }; });
}

}  // namespace assay::cli
