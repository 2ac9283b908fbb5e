#include <csignal>
#include <exception>
#include <map>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace {

using namespace assay;

int report(const Error& error) {
  cli::message("error: " + describe(error));
  return exit_code(error.code);
}

int run_program(int argc, char** argv) {
  CLI::App app("Assay: an open Secure Score for Microsoft 365", "assay");
  app.set_version_flag("--version", cli::kVersion);
  app.require_subcommand(1);
  app.fallthrough();
  cli::Context context;
  cli::Run run;
  const std::map<std::string, cli::Format> formats{
      {"table", cli::Format::Table}, {"json", cli::Format::Json}, {"csv", cli::Format::Csv}};
  app.add_option("-o,--output", context.format, "table, json or csv")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case).description(""));
  app.add_option("--catalog", context.catalog, "A catalogue folder to use instead of the built-in one; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--add-catalog", context.catalog_add,
                 "A folder to lay over the built-in one: your own controls; may be repeated")
      ->allow_extra_args(false);
  app.footer(
      "Exit codes: 0 done, 1 a threshold was missed, 2 usage, 3 input unreadable or invalid, 4 not permitted, 5 "
      "network, 70 a bug.\n"
      "`assay COMMAND --help` has examples.");
  cli::add_assess(app, context, run);
  cli::add_explain(app, context, run);
  cli::add_compliance(app, context, run);
  cli::add_official(app, context, run);
  cli::add_collect(app, context, run);
  cli::add_connect(app, context, run);
  cli::add_permissions(app, context, run);
  cli::add_import(app, context, run);
  cli::add_query(app, context, run);
  cli::add_catalog(app, context, run);
  cli::add_completion(app, context, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return report({ErrorCode::Usage, error.what(), "see `assay --help`"});
  }
  auto done = run();
  auto flushed = cli::flush();
  if (!done) return report(done.error());
  return flushed ? *done : report(flushed.error());
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`assay … | head`) ends us quietly.
  std::signal(SIGPIPE, SIG_DFL);
  try {
    return run_program(argc, argv);
  } catch (const std::exception& thrown) {
    return report(
        {ErrorCode::Internal, std::string("this should not have happened: ") + thrown.what(), "please report it"});
  }
}
