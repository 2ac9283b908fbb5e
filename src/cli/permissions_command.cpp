#include <memory>

#include <fmt/format.h>

#include "assess/compliance.h"
#include "base/text.h"
#include "cli/commands.h"
#include "collect/permissions.h"
#include "m365/cloud.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string framework;
  std::vector<std::string> controls;
  std::vector<std::string> services;
  std::string cloud = "commercial";
  bool manifest = false;
};

Result<std::vector<const catalog::Control*>> chosen(const catalog::Catalogue& catalogue, const Arguments& arguments) {
  if (!arguments.controls.empty()) {
    std::vector<const catalog::Control*> out;
    for (const auto& id : arguments.controls) {
      const auto* control = catalogue.control(id);
      if (control == nullptr)
        return Error{ErrorCode::NotFound, fmt::format("there is no control `{}`", id),
                     "`assay catalog list` shows them"};
      out.push_back(control);
    }
    return out;
  }
  if (!arguments.framework.empty()) {
    const auto* framework = catalogue.framework(arguments.framework);
    if (framework == nullptr)
      return Error{ErrorCode::NotFound, fmt::format("there is no framework `{}`", arguments.framework),
                   "`assay catalog frameworks` lists them"};
    return assess::controls_for(catalogue, *framework);
  }
  return collect::controls_of(catalogue, arguments.services);
}

Result<int> run_permissions(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  const auto controls = TRY(chosen(catalogue, arguments));
  if (!m365::cloud(arguments.cloud))
    return Error{ErrorCode::Usage, fmt::format("there is no cloud `{}`", arguments.cloud),
                 "commercial, gcc, gcchigh, dod or china"};
  const auto needed = TRY(collect::permissions(catalogue, controls, arguments.cloud));
  if (arguments.manifest) {
    print_json(collect::manifest(needed));
    return 0;
  }
  if (context.output() == Format::Json) {
    Json out = Json::array();
    for (const auto& p : needed)
      out.push_back({{"service", p.service},
                     {"permission", p.name},
                     {"kind", name(p.kind)},
                     {"resource", p.resource},
                     {"role_id", p.role_id},
                     {"tables", p.tables},
                     {"needed_by", p.needed_by}});
    print_json(out);
    return 0;
  }
  Rows rows({{"service"}, {"kind"}, {"permission"}, {"controls", true}, {"tables", false, true}});
  for (const auto& p : needed)
    rows.add(
        {p.service, std::string(name(p.kind)), p.name, std::to_string(p.needed_by.size()), text::join(p.tables, ", ")},
        p.kind == collect::Permission::Kind::Delegated ? Style::Dim : Style::Plain);
  print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  return 0;
}

}  // namespace

void add_permissions(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("permissions", "What an application must be granted, and which controls need it");
  command->add_option("--framework,-f", arguments->framework, "Only for the controls of this framework");
  command->add_option("--controls", arguments->controls, "Only for these controls");
  command->add_option("--services", arguments->services, "Only for the controls of these products");
  command->add_flag("--manifest", arguments->manifest, "As requiredResourceAccess of an app registration's manifest");
  command->add_option("--cloud", arguments->cloud, "Whose ids: commercial, gcc, gcchigh, dod or china")
      ->capture_default_str();
  command->footer(
      "Examples:\n  assay permissions\n  assay permissions --framework scuba -o json\n  assay permissions --services "
      "entra exchange\n  assay permissions --manifest > manifest.json\nThe least that suffices is listed. Kind "
      "`delegated` is what no application can be granted: those "
      "tables "
      "stay denied.");
  command->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_permissions(context, *arguments); }; });
}

}  // namespace assay::cli
