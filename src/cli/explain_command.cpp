#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"
#include "cli/summary.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string control;
  std::string source;
};

Json tables_read(const catalog::Catalogue& catalogue, const catalog::Control& control,
                 const snapshot::Evidence& evidence) {
  Json out = Json::array();
  for (const auto& [table, columns] : catalogue.reads_of(control)) {
    const auto* parent = catalogue.parent_of(table);
    const auto* coverage = evidence.find(parent == nullptr ? table : parent->name);
    Json item{{"table", table}, {"columns", columns}};
    item["state"] = snapshot::name(coverage == nullptr ? snapshot::State::Absent : coverage->state);
    item["rows"] = coverage == nullptr ? 0 : coverage->rows;
    out.push_back(std::move(item));
  }
  return out;
}

// The values with which the control was judged.
catalog::Settings settings_read(const catalog::Catalogue& catalogue, const catalog::Control& control,
                                const Judged& judged) {
  auto out = catalogue.settings_with(judged.decisions.profile, judged.decisions.settings);
  const auto read = catalogue.settings_of(control);
  std::erase_if(out, [&](const auto& item) { return read.count(item.first) == 0; });
  return out;
}

std::string heading(std::string_view text, const Terminal& terminal) {
  return "\n" + styled(text, Style::Bold, terminal) + "\n";
}

void print_explanation(const Context& context, const catalog::Catalogue& catalogue, const Judged& judged,
                       const score::Action& action) {
  const auto& t = context.terminal;
  const auto& finding = *action.finding;
  const auto& control = *finding.control;
  const auto prose = [&](const std::string& text) { print_line(wrapped(text, t)); };
  prose(styled(control.title, Style::Bold, t) + "  " + control.id);
  prose(fmt::format("{}  {:.2f} of {:.0f} points  {} of {} ({})  status {}",
                    styled(assess::name(finding.verdict), style_of(finding.verdict), t), points(action.earned),
                    points(action.possible), finding.good, finding.total, control.unit, name(action.status)));
  if (finding.verdict == assess::Verdict::Manual) {
    prose("Look at: " + text::printable(finding.reason));
    prose("Attest with: " + control.manual_attest);
  } else if (!finding.reason.empty()) {
    prose("Reason: " + text::printable(finding.reason));
  }
  for (const auto& [setting, value] : settings_read(catalogue, control, judged))
    prose(fmt::format("Setting: {} = {}", setting, value.dump()));
  if (!action.reasoning.empty()) prose("Decision: " + text::printable(action.reasoning));
  print(heading("Why it matters", t));
  prose(control.why);
  prose(fmt::format("On users: {} ({})  Effort: {} ({} h)", control.user_impact, control.user_impact_notice,
                    control.effort, control.effort_hours));
  if (!finding.resources.empty()) {
    print(heading("What was judged", t));
    Rows rows({{"resource", false, true}, {"verdict"}, {"reason", false, true}});
    for (const auto& r : finding.resources)
      rows.add({r.name.empty() ? r.id : r.name, std::string(assess::name(r.verdict)), r.reason}, style_of(r.verdict));
    print(rows.table(t));
  }
  print(heading("Evidence read", t));
  Rows tables({{"table"}, {"state"}, {"rows", true}, {"columns", false, true}});
  for (const auto& item : tables_read(catalogue, control, judged.evidence)) {
    std::string columns;
    for (const auto& c : item["columns"]) columns += (columns.empty() ? "" : ", ") + c.get<std::string>();
    tables.add({item["table"].get<std::string>(), item["state"].get<std::string>(),
                std::to_string(item["rows"].get<std::size_t>()), columns});
  }
  print(tables.table(t));
  if (!control.check.empty()) {
    print(heading("The rule, as SQL", t));
    for (const auto* view : catalogue.views_for(control))
      print_line(styled(fmt::format("-- `{}`: {}", view->name, text::shorten(view->about, 160)), Style::Dim, t));
    print_line(text::trim(control.check));
  }
  print(heading("How to fix it", t));
  prose(std::string(text::trim(control.remediation.value("steps", ""))));
  print(heading("Answers", t));
  for (const auto& line : answers_of(catalogue, control)) prose(line);
  if (!control.microsoft.empty()) prose("Microsoft Secure Score: " + text::join(control.microsoft, ", "));
}

Result<int> run_explain(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  const auto* control = catalogue.control(arguments.control);
  if (control == nullptr)
    return Error{ErrorCode::NotFound, fmt::format("there is no control `{}`", arguments.control),
                 "`assay catalog list` shows them"};
  const std::vector<const catalog::Control*> wanted{control};
  auto judged = TRY(judge(context, catalogue, arguments.source, &wanted, true));
  if (judged.findings.empty())
    return Error{ErrorCode::Usage,
                 fmt::format("`{}` is of {}, which this source did not set out to read", control->id, control->service),
                 "collect or export that service too"};
  const auto score = score::score(judged.findings, judged.decisions, SystemClock());
  const auto& action = score.actions.front();
  if (context.output() == Format::Csv) {
    Rows rows({{"resource"}, {"name"}, {"verdict"}, {"reason"}});
    for (const auto& r : judged.findings.front().resources)
      rows.add({r.id, r.name, std::string(assess::name(r.verdict)), r.reason});
    print(rows.csv());
    return 0;
  }
  if (context.output() == Format::Table) {
    print_explanation(context, catalogue, judged, action);
    return 0;
  }
  Json views = Json::array();
  for (const auto* view : catalogue.views_for(*control))
    views.push_back({{"view", view->name}, {"about", view->about}, {"sql", view->sql}});
  Json out = finding_json(action);
  out.erase("rank");  // neither is known from one control alone
  out.erase("impact");
  out["version"] = control->version;
  out["why"] = control->why;
  out["unit"] = control->unit;
  if (control->manual) out["manual"] = {{"look", control->manual_look}, {"attest", control->manual_attest}};
  out["sql"] = control->check;
  out["views"] = views;
  out["tables"] = tables_read(catalogue, *control, judged.evidence);
  out["settings"] = settings_read(catalogue, *control, judged);
  out["user_impact"] = {{"level", control->user_impact}, {"notice", control->user_impact_notice}};
  out["effort"] = {{"level", control->effort}, {"hours", control->effort_hours}};
  out["licence"] = control->licence;
  out["frameworks"] = control->frameworks;
  out["topics"] = control->topics;
  out["frameworks_by_topic"] = catalogue.answered_by_topic(*control);
  out["remediation"] = control->remediation;
  print_json(out);
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command =
      app.add_subcommand("explain", "One control in full: verdict, every resource, the SQL, the evidence, the steps");
  command->add_option("CONTROL", arguments->control, "A control's id")->required();
  command->add_option("--in", arguments->source, "A snapshot or an export")->required();
  add_source_options(*command, context);
  command->footer("Example:\n  assay explain entra.block-legacy-auth --in contoso.assay");
  command->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_explain(context, *arguments); }; });
}

}  // namespace assay::cli
