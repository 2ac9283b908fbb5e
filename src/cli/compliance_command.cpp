#include <array>
#include <memory>

#include <fmt/format.h>

#include "assess/compliance.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string source;
  std::string framework = "scuba";
};

Result<int> run_compliance(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue_for(context, arguments.framework, arguments.source));
  const auto* framework = catalogue.framework(arguments.framework);
  if (framework == nullptr)
    return Error{ErrorCode::Usage, fmt::format("there is no framework `{}`", arguments.framework),
                 "`assay catalog frameworks` lists them"};
  const auto controls = assess::controls_for(catalogue, *framework);
  const auto judged = TRY(judge(context, catalogue, arguments.source, &controls, false, framework));
  auto results = assess::comply(catalogue, *framework, judged.findings);
  for (auto& result : results)
    if (result.findings.empty() && !result.controls.empty())
      result.reason = "its service is out of the scope of this source";
  std::map<assess::Verdict, std::size_t> counts;
  for (const auto& result : results) ++counts[result.verdict];
  constexpr std::array all{assess::Verdict::Pass,          assess::Verdict::Fail,        assess::Verdict::Unknown,
                           assess::Verdict::NotApplicable, assess::Verdict::NotLicensed, assess::Verdict::Manual};
  const SystemClock clock;
  // What the operator decided about a requirement's controls stands beside the verdict and does not change it.
  const auto decision_of = [&](const assess::RequirementResult& result) -> std::string {
    for (const auto* finding : result.findings) {
      const auto found = judged.decisions.statuses.find(finding->control->id);
      if (found != judged.decisions.statuses.end() && assess::in_force(found->second.expires, clock.now()))
        return fmt::format("{}: {}", assess::name(found->second.status), found->second.reason);
    }
    return {};
  };
  if (context.output() == Format::Json) {
    Json requirements = Json::array();
    for (const auto& result : results) {
      Json ids = Json::array();
      for (const auto* control : result.controls) ids.push_back(control->id);
      requirements.push_back({{"id", result.requirement->id},
                              {"title", result.requirement->title},
                              {"level", result.requirement->level},
                              {"verdict", name(result.verdict)},
                              {"reason", result.reason},
                              {"controls", ids},
                              {"controls_passed", result.passed},
                              {"controls_judged", result.judged}});
      if (!result.requirement->manual.empty()) requirements.back()["manual"] = result.requirement->manual;
      if (auto decision = decision_of(result); !decision.empty()) requirements.back()["decision"] = std::move(decision);
    }
    Json summary = Json::object();
    for (const auto v : all) summary[std::string(name(v))] = counts[v];
    print_json(
        {{"schema", "assay/compliance/1"},
         {"framework", {{"id", framework->id}, {"version", framework->version}, {"title", framework->title}}},
         {"profile", profile_json(judged)},
         {"settings", settings_json(catalogue, judged)},
         {"tenant", {{"id", judged.evidence.manifest.tenant_id}, {"name", judged.evidence.manifest.tenant_name}}},
         {"requirements", requirements},
         {"summary", summary}});
    return 0;
  }
  const auto reason_of = [&](const assess::RequirementResult& result) {
    const auto decision = decision_of(result);
    return decision.empty() ? result.reason : result.reason + " [" + decision + "]";
  };
  if (context.output() == Format::Csv) {
    Rows rows(
        {{"requirement"}, {"level"}, {"verdict"}, {"title"}, {"reason"}, {"controls_passed"}, {"controls_judged"}});
    for (const auto& result : results)
      rows.add({result.requirement->id, result.requirement->level, std::string(name(result.verdict)),
                result.requirement->title, reason_of(result), std::to_string(result.passed),
                std::to_string(result.judged)});
    print(rows.csv());
    return 0;
  }
  Rows rows({{"requirement"},
             {"level"},
             {"verdict"},
             {.title = "passed", .right = true, .optional = true},
             {"title", false, true},
             {"reason", false, true}});
  for (const auto& result : results)
    rows.add({result.requirement->id, result.requirement->level, std::string(name(result.verdict)),
              result.judged == 0 ? std::string() : fmt::format("{}/{}", result.passed, result.judged),
              result.requirement->title, reason_of(result)},
             style_of(result.verdict));
  print(rows.table(context.terminal));
  if (!judged.decisions.profile.empty()) print_line("\nProfile " + judged.decisions.profile);
  std::string line = "\n";
  for (const auto v : all)
    if (counts[v] != 0) line += styled(fmt::format("{} {}", counts[v], name(v)), style_of(v), context.terminal) + "   ";
  print_line(line);
  return 0;
}

}  // namespace

void add_compliance(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("compliance", "A framework's requirements, each answered with its reason");
  command->add_option("SOURCE", arguments->source, "A snapshot or an export")->required();
  command->add_option("--framework,-f", arguments->framework, "The framework's id")->capture_default_str();
  add_source_options(*command, context);
  command->footer(
      "Examples:\n  assay compliance contoso.assay --framework scuba\n  assay compliance contoso.assay -f scuba -o csv "
      "> scuba.csv");
  command->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_compliance(context, *arguments); }; });
}

}  // namespace assay::cli
