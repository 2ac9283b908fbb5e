#include <memory>

#include <fmt/format.h>
#include <sqlite3.h>

#include "cli/commands.h"
#include "cli/json_views.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string source;
  std::string sql;
};

Json value_json(const sql::Statement& row, int i) {
  switch (row.type(i)) {
    case SQLITE_INTEGER:
      return row.integer(i);
    case SQLITE_FLOAT:
      return row.real(i);
    case SQLITE_NULL:
      return nullptr;
    default:
      return row.text(i);
  }
}

Result<int> run_query(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context));
  auto evidence = TRY(read_source(context, catalogue, arguments.source, nullptr));
  auto decisions = TRY(read_decisions(context, catalogue));
  assess::add_source_decisions(evidence, catalogue, decisions);
  // The built-in tables and the catalogue's views are there too, as controls see them.
  const auto assessor = TRY(assess::Assessor::create(catalogue, evidence, decisions, SystemClock()));
  for (const auto& view : catalogue.views) {
    if (auto made = evidence.db.execute("CREATE TEMP VIEW " + sql::identifier(view.name) + " AS " + view.sql); !made)
      message("note: " + describe(made.error()));
  }
  sql::Guard guard(evidence.db, {});
  auto rows = TRY(guard.prepare(arguments.sql));
  std::vector<ColumnHead> heads;
  for (int i = 0; i < rows.columns(); ++i) heads.push_back({std::string(rows.column_name(i)), false, true});
  if (context.output() == Format::Json) {
    Json out = Json::array();
    while (TRY(rows.step())) {
      Json item = Json::object();
      for (int i = 0; i < rows.columns(); ++i) item[std::string(rows.column_name(i))] = value_json(rows, i);
      out.push_back(std::move(item));
    }
    print_json(out);
    return 0;
  }
  Rows table(heads);
  while (TRY(rows.step())) {
    std::vector<std::string> cells;
    for (int i = 0; i < rows.columns(); ++i) cells.emplace_back(rows.text(i));
    table.add(std::move(cells));
  }
  print(context.output() == Format::Csv ? table.csv() : table.table(context.terminal));
  return 0;
}

}  // namespace

void add_query(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("query", "SQL over a tenant's tables; read-only");
  command->add_option("SOURCE", arguments->source, "A snapshot or an export")->required();
  command->add_option("SQL", arguments->sql, "One SELECT")->required();
  add_source_options(*command, context);
  command->footer(
      "Example:\n  assay query contoso.assay \"SELECT display_name, state FROM conditional_access_policies\"\n"
      "`assay catalog show TABLE` describes a table.");
  command->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_query(context, *arguments); }; });
}

}  // namespace assay::cli
