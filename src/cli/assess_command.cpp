#include <cmath>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/summary.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string source;
  double fail_under = -1;
  bool once = false;
  std::size_t limit = 0;
};

Rows finding_rows(const score::Score& score) {
  Rows rows({{"control"}, {"verdict"}, {"points", true}, {"title", false, true, true}, {"reason", false, true}});
  for (const auto& action : score.actions) {
    const auto& f = *action.finding;
    rows.add({f.control->id, std::string(assess::name(f.verdict)),
              fmt::format("{:.2f}/{:.0f}", points(action.earned), points(action.possible)), f.control->title, f.reason},
             style_of(f.verdict));
  }
  return rows;
}

Result<int> run_assess(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context));
  const auto judged = TRY(judge(context, catalogue, arguments.source, nullptr, context.output() == Format::Json));
  const auto score = score::score(judged.findings, judged.decisions, SystemClock());
  switch (context.output()) {
    case Format::Json:
      print_json(assessment_json(catalogue, judged, score));
      break;
    case Format::Csv:
      print(finding_rows(score).csv());
      break;
    case Format::Table:
      print(summary(judged, score, context.terminal));
      print_line("");
      print(finding_rows(score).table(context.terminal));
      break;
  }
  if (arguments.fail_under >= 0 && score.current.percent() < arguments.fail_under) {
    message(fmt::format("the score is {:.2f} %, below --fail-under {}", score.current.percent(), arguments.fail_under));
    return 1;
  }
  return 0;
}

Result<int> run_actions(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context));
  const auto judged = TRY(judge(context, catalogue, arguments.source, nullptr, context.output() == Format::Json));
  const auto score = score::score(judged.findings, judged.decisions, SystemClock());
  if (context.output() == Format::Json) {
    Json list = Json::array();
    for (const auto* action : ranked(score))
      if (arguments.limit == 0 || static_cast<std::size_t>(action->rank) <= arguments.limit)
        list.push_back(finding_json(*action));
    print_json(list);
    return 0;
  }
  const auto rows = action_rows(score, arguments.limit);
  print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  return 0;
}

Result<int> run_demo(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context));
  const auto judged = TRY(judge(context, catalogue, arguments.source, nullptr, false));
  const auto score = score::score(judged.findings, judged.decisions, SystemClock());
  print(summary(judged, score, context.terminal));
  print_line("");
  print_line(styled("Do these first", Style::Bold, context.terminal));
  print(action_rows(score, 10).table(context.terminal));
  print_line("");
  print_line(wrapped(
      fmt::format("Why, and how:  assay explain {} --in {}",
                  ranked(score).empty() ? "CONTROL" : ranked(score).front()->finding->control->id, arguments.source),
      context.terminal));
  return 0;
}

}  // namespace

void add_source_options(CLI::App& command, Context& context) {
  command.add_option("--kind", context.kind,
                     "What the source is, when it cannot be seen: snapshot, scubagear or graph");
  command.add_option("--decisions", context.decisions,
                     "A YAML file with statuses, exceptions, attestations, points, settings and zones");
  command.add_option("--profile", context.profile, "Whose thresholds count, for example cis-m365-5.0");
}

void add_assess(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* assess = app.add_subcommand("assess", "Judge a tenant: the score, and every control's verdict with its reason");
  assess->add_option("SOURCE", arguments->source, "A snapshot or an export")->required();
  assess->add_option("--fail-under", arguments->fail_under, "Exit with 1 when the score is below this percentage")
      ->check(CLI::Range(0.0, 100.0))
      ->check([](const std::string& text) {
        return std::isnan(std::strtod(text.c_str(), nullptr)) ? "`" + text + "` is no percentage" : std::string();
      });
  add_source_options(*assess, context);
  assess->footer(
      "Examples:\n  assay assess contoso.assay\n  assay assess contoso.assay --decisions decisions.yaml --fail-under "
      "80\n"
      "  assay assess contoso.assay --profile cis-m365-5.0\n"
      "  assay assess ProviderSettingsExport.json -o json | jq .score.percent");
  assess->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_assess(context, *arguments); }; });

  auto* actions = app.add_subcommand("actions", "What to do next: the findings not fully earned, in rank order");
  actions->add_option("SOURCE", arguments->source, "A snapshot or an export")->required();
  actions->add_option("--limit", arguments->limit, "Only the first N");
  add_source_options(*actions, context);
  actions->footer("Example:\n  assay actions contoso.assay --limit 10");
  actions->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_actions(context, *arguments); }; });

  auto* demo = app.add_subcommand("demo", "Score, verdict counts and the first ten actions of a source, on one screen");
  demo->add_option("SOURCE", arguments->source, "A snapshot or an export")->required();
  demo->add_flag("--once", arguments->once, "Exit after printing");
  add_source_options(*demo, context);
  demo->footer("Examples:\n  assay demo contoso.assay\n  assay demo ProviderSettingsExport.json --once");
  demo->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_demo(context, *arguments); }; });
}

}  // namespace assay::cli
