#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json_views.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::vector<std::filesystem::path> files;
  std::string snapshot;
};

Result<int> run_import(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context));
  import::Options options;
  options.program_version = kVersion;
  if (!context.kind.empty()) {
    options.kind = import::kind(context.kind);
    if (options.kind != import::Kind::Scubagear && options.kind != import::Kind::Graph)
      return Error{ErrorCode::Usage, fmt::format("--kind `{}` cannot be imported", context.kind),
                   "use scubagear or graph"};
  }
  ProgressLine progress("importing " + arguments.files[0].filename().string());
  options.progress = [&](std::size_t done, std::size_t total) { progress.update(done, total); };
  options.notice = [](const std::string& notice) { message("notice: " + text::printable(notice)); };
  const auto evidence = TRY(import::write_snapshot(arguments.files, arguments.snapshot, catalogue, options));
  if (context.output() == Format::Json) {
    print_json({{"snapshot", arguments.snapshot}, {"tables", coverage_json(evidence)}});
    return 0;
  }
  Rows rows({{"table"}, {"state"}, {"rows", true}, {"detail", false, true}});
  std::size_t collected = 0;
  for (const auto& c : evidence.coverage) {
    const bool have = c.state == snapshot::State::Collected;
    collected += have ? 1 : 0;
    rows.add({c.table, std::string(snapshot::name(c.state)), have ? std::to_string(c.rows) : "", c.detail},
             have ? Style::Plain : Style::Dim);
  }
  print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  message(fmt::format("{}: {} of {} tables collected from {}", arguments.snapshot, collected, evidence.coverage.size(),
                      evidence.manifest.source));
  return 0;
}

}  // namespace

void add_import(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command =
      app.add_subcommand("import", "Import another tool's export, or files of Microsoft Graph, into a snapshot");
  command
      ->add_option("FILE", arguments->files,
                   "A ScubaGear provider export; or answers of Microsoft Graph as JSON, and folders of them")
      ->required();
  command->add_option("--snapshot,-s", arguments->snapshot, "The snapshot to write, *.assay")->required();
  command->add_option("--kind", context.kind, "What FILE is, when it cannot be seen: scubagear or graph");
  command->footer(
      "Examples:\n  assay import ProviderSettingsExport.json --snapshot contoso.assay\n"
      "  assay import ConditionalAccess/ users.json groups.json --snapshot contoso.assay\n"
      "The snapshot keeps the files byte for byte as evidence; `assay assess contoso.assay` judges it again, offline.");
  command->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_import(context, *arguments); }; });
}

}  // namespace assay::cli
