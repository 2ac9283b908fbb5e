#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "assess/cases.h"
#include "base/file.h"
#include "base/text.h"
#include "catalog/check.h"
#include "catalog/directory.h"
#include "catalog/image.h"
#include "catalog/pages.h"
#include "cli/commands.h"

namespace assay::cli {
namespace {

struct Arguments {
  std::string name;
  std::string filter;
  std::string folder;
};

namespace fs = std::filesystem;

Result<int> run_check(const Context& context) {
  std::vector<catalog::Problem> problems;
  catalog::Catalogue catalogue;
  if (context.catalog.empty()) {
    catalogue = TRY(catalog::embedded());
    TRY(catalog::add_embedded_details(catalogue));
  }
  auto folders = context.catalog;
  folders.insert(folders.end(), context.catalog_add.begin(), context.catalog_add.end());
  catalogue = TRY(catalog::read_directories(folders, problems, std::move(catalogue)));
  catalog::resolve_sql(catalogue, problems);
  catalog::check_rules(catalogue, problems);
  catalog::check_sources(catalogue, problems);
  if (context.output() == Format::Json) {
    Json out = Json::array();
    for (const auto& p : problems)
      out.push_back({{"file", p.place.file}, {"line", p.place.line}, {"message", p.message}});
    print_json(out);
  } else if (context.output() == Format::Csv) {
    Rows rows({{"file"}, {"line"}, {"message"}});
    for (const auto& p : problems) rows.add({p.place.file, std::to_string(p.place.line), p.message});
    print(rows.csv());
  } else {
    for (const auto& p : problems) print_line(text::printable(describe(p)));
  }
  std::size_t requirements = 0;
  for (const auto& f : catalogue.frameworks) requirements += f.requirements.size();
  message(fmt::format("{} controls, {} tables, {} views, {} requirements: {}", catalogue.controls.size(),
                      catalogue.tables.size(), catalogue.views.size(), requirements,
                      text::count(problems.size(), "problem", "problems")));
  return problems.empty() ? 0 : 3;
}

Result<int> run_test(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  std::size_t run = 0;
  std::size_t failed = 0;
  Json out = Json::array();
  Rows rows({{"control"}, {"case", false, true}, {"ok"}, {"difference", false, true}});
  for (const auto& control : catalogue.controls) {
    if (control.id.find(arguments.filter) == std::string::npos) continue;
    for (const auto& result : assess::run_cases(catalogue, control)) {
      ++run;
      failed += result.ok ? 0 : 1;
      if (context.output() == Format::Json) {
        Json item{{"control", control.id}, {"case", result.test->name}, {"ok", result.ok}};
        if (!result.ok) item["difference"] = result.difference;
        out.push_back(std::move(item));
      } else if (!result.ok || context.output() == Format::Csv) {
        rows.add({control.id, result.test->name, result.ok ? "ok" : "no", result.difference},
                 result.ok ? Style::Plain : Style::Red);
      }
    }
  }
  if (context.output() == Format::Json) print_json(out);
  if (context.output() == Format::Csv) print(rows.csv());
  if (context.output() == Format::Table && !rows.empty()) print(rows.table(context.terminal));
  message(fmt::format("{} cases, {} failed", run, failed));
  return failed == 0 ? 0 : 3;
}

Result<int> run_list(const Context& context) {
  const auto catalogue = TRY(load_catalogue(context));
  if (context.output() == Format::Json) {
    Json out = Json::array();
    for (const auto& c : catalogue.controls)
      out.push_back({{"control", c.id},
                     {"version", c.version},
                     {"title", c.title},
                     {"service", c.service},
                     {"category", c.category},
                     {"points", c.points},
                     {"manual", c.manual},
                     {"licence", c.licence},
                     {"microsoft", c.microsoft},
                     {"frameworks", c.frameworks},
                     {"topics", c.topics}});
    print_json(out);
    return 0;
  }
  Rows rows({{"control"},
             {"points", true},
             {.title = "service", .optional = true},
             {.title = "category", .optional = true},
             {"title", false, true}});
  for (const auto& c : catalogue.controls)
    rows.add({c.id, std::to_string(c.points), c.service, c.category, c.title}, c.manual ? Style::Dim : Style::Plain);
  print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  return 0;
}

Json column_json(const catalog::Table& table) {
  Json out = Json::array();
  for (const auto& c : table.columns)
    out.push_back({{"name", c.name}, {"type", catalog::name(c.type)}, {"about", c.about}, {"pointer", c.pointer}});
  return out;
}

Json table_json(const catalog::Table& table) {
  Json out{{"table", table.name}, {"service", table.service}, {"about", table.about},
           {"key", table.key},    {"source", table.source},   {"columns", column_json(table)}};
  for (const auto& child : table.children)
    out["children"].push_back({{"table", child.name}, {"about", child.about}, {"columns", column_json(child)}});
  return out;
}

Rows column_rows(const catalog::Table& table) {
  Rows rows({{"column"}, {"type"}, {"about", false, true}});
  for (const auto& c : table.columns) rows.add({c.name, std::string(catalog::name(c.type)), c.about});
  return rows;
}

void print_table(const Context& context, const catalog::Table& table) {
  const auto& t = context.terminal;
  print_line(wrapped(styled(table.name, Style::Bold, t) + "  " + table.about, t));
  print(column_rows(table).table(t));
  for (const auto& child : table.children) {
    print_line("");
    print_table(context, child);
  }
}

// A page of the catalogue as a terminal shows it: headings stand out, code keeps its lines.
std::string readable(const std::string& page, const Terminal& terminal) {
  std::string out;
  bool code = false;
  for (const auto line : text::split(page, '\n')) {
    if (line.starts_with("```")) {
      code = !code;
    } else if (!code && line.starts_with("#")) {
      out += styled(line.substr(line.find(' ') + 1), Style::Bold, terminal) + "\n";
    } else {
      out += (code ? std::string(line) : wrapped(line, terminal)) + "\n";
    }
  }
  return out;
}

Json control_json(const catalog::Catalogue& catalogue, const catalog::Control& control) {
  Json cases = Json::array();
  for (const auto& test : control.cases)
    cases.push_back({{"case", test.name}, {"given", test.given}, {"verdict", test.verdict}});
  return {{"control", control.id},
          {"version", control.version},
          {"title", control.title},
          {"why", control.why},
          {"points", control.points},
          {"service", control.service},
          {"category", control.category},
          {"unit", control.unit},
          {"licence", control.licence},
          {"needs", control.needs},
          {"reads", control.reads},
          {"check", control.check},
          {"manual", control.manual},
          {"look", control.manual_look},
          {"attest", control.manual_attest},
          {"remediation", control.remediation},
          {"microsoft", control.microsoft},
          {"frameworks", control.frameworks},
          {"topics", control.topics},
          {"settings", catalogue.settings_of(control)},
          {"frameworks_by_topic", catalogue.answered_by_topic(control)},
          {"cases", cases}};
}

Json framework_json(const catalog::Catalogue& catalogue, const catalog::Framework& framework) {
  Json requirements = Json::array();
  for (const auto& r : framework.requirements) {
    Json controls = Json::array();
    for (const auto* control : catalogue.answering(framework, r)) controls.push_back(control->id);
    requirements.push_back({{"id", r.id},
                            {"title", r.title},
                            {"level", r.level},
                            {"controls", controls},
                            {"topics", r.topics},
                            {"manual", r.manual},
                            {"crosswalk", r.crosswalk}});
  }
  return {{"framework", framework.id},
          {"title", framework.title},
          {"publisher", framework.publisher},
          {"version", framework.version},
          {"source", framework.source},
          {"about", framework.about},
          {"unlicensed_fails", framework.unlicensed_fails},
          {"requirements", requirements}};
}

// An object as CSV: a row for each member.
void print_members(const Json& object) {
  Rows rows({{"field"}, {"value"}});
  for (const auto& [key, value] : object.items())
    rows.add({key, value.is_string() ? value.get<std::string>() : value.dump()});
  print(rows.csv());
}

Result<int> run_show(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  const auto format = context.output();
  if (const auto* control = catalogue.control(arguments.name)) {
    if (format == Format::Json) print_json(control_json(catalogue, *control));
    if (format == Format::Csv) print_members(control_json(catalogue, *control));
    if (format == Format::Table)
      print(readable(catalog::control_page(catalogue, *control, catalog::Form::Plain), context.terminal));
  } else if (const auto* framework = catalogue.framework(arguments.name)) {
    if (format == Format::Json) print_json(framework_json(catalogue, *framework));
    if (format == Format::Csv) print_members(framework_json(catalogue, *framework));
    if (format == Format::Table)
      print(readable(catalog::framework_page(catalogue, *framework, catalog::Form::Plain), context.terminal));
  } else if (const auto* table = catalogue.table(arguments.name)) {
    if (format == Format::Json) print_json(table_json(*table));
    if (format == Format::Csv) print(column_rows(*table).csv());
    if (format == Format::Table) print_table(context, *table);
  } else if (const auto* view = catalogue.view(arguments.name)) {
    const Json json{{"view", view->name}, {"about", view->about}, {"sql", view->sql}};
    if (format == Format::Json) print_json(json);
    if (format == Format::Csv) print_members(json);
    if (format == Format::Table) print_line(view->sql);
  } else {
    return Error{ErrorCode::NotFound, fmt::format("there is no control, framework, table or view `{}`", arguments.name),
                 "`assay catalog list` shows the controls"};
  }
  return 0;
}

Result<int> run_frameworks(const Context& context) {
  const auto catalogue = TRY(load_catalogue(context));
  Json out = Json::array();
  Rows rows({{"framework"}, {"version", false, true}, {"requirements", true}, {"title", false, true}});
  for (const auto& f : catalogue.frameworks) {
    out.push_back({{"id", f.id},
                   {"title", f.title},
                   {"publisher", f.publisher},
                   {"version", f.version},
                   {"requirements", f.requirements.size()}});
    rows.add({f.id, f.version, std::to_string(f.requirements.size()), f.title});
  }
  if (context.output() == Format::Json) {
    print_json(out);
  } else {
    print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  }
  return 0;
}

Result<int> run_profiles(const Context& context) {
  const auto catalogue = TRY(load_catalogue(context));
  Json out = Json::array();
  Rows rows({{"setting"}, {"profile"}, {"value"}, {"about", false, true}});
  for (const auto& setting : catalogue.settings) {
    Json values = Json::object();
    rows.add({setting.name, "", setting.value.dump(), setting.about}, Style::Bold);
    for (const auto& profile : catalogue.profiles) {
      const auto said = catalogue.said_by(profile.id);
      const auto found = said.find(setting.name);
      if (found == said.end()) continue;
      values[profile.id] = found->second;
      rows.add({setting.name, profile.id, found->second.dump(), ""});
    }
    out.push_back({{"setting", setting.name},
                   {"type", catalog::name(setting.type)},
                   {"about", setting.about},
                   {"default", setting.value},
                   {"profiles", values}});
  }
  if (context.output() == Format::Json) {
    print_json(out);
  } else {
    print(context.output() == Format::Csv ? rows.csv() : rows.table(context.terminal));
  }
  return 0;
}

// Only pages of ours are ever removed: the folder must be one that was written here, or empty.
Result<void> may_write_pages(const fs::path& folder, std::string_view index) {
  std::error_code error;
  if (!fs::exists(folder, error) || fs::is_empty(folder, error)) return {};
  const auto first_line = index.substr(0, index.find('\n') + 1);
  if (const auto there = read_file(folder / "README.md"); there && there->starts_with(first_line)) return {};
  return Error{ErrorCode::Usage, fmt::format("`{}` holds something else than the catalogue's pages", folder.string()),
               "name a folder that is empty or does not exist"};
}

Result<int> run_docs(const Context& context, const Arguments& arguments) {
  const auto catalogue = TRY(load_catalogue(context, Details::With));
  const auto pages = catalog::pages(catalogue);
  const fs::path folder = arguments.folder;
  const auto index = std::find_if(pages.begin(), pages.end(), [](const auto& p) { return p.path == "README.md"; });
  TRY(may_write_pages(folder, index->text));
  std::error_code error;
  std::set<fs::path> written;
  for (const auto& page : pages) {
    const auto file = folder / page.path;
    fs::create_directories(file.parent_path(), error);
    TRY(write_file(file, page.text));
    // They name nobody.
    fs::permissions(file, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add, error);
    written.insert(file);
  }
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".md" && written.count(it->path()) == 0) fs::remove(it->path(), error);
  message(fmt::format("{} in {}", text::count(pages.size(), "page", "pages"), folder.string()));
  return 0;
}

}  // namespace

void add_catalog(CLI::App& app, Context& context, Run& run) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("catalog", "The controls, tables and frameworks: check, test, list, show, docs");
  command->require_subcommand(1);
  auto* check = command->add_subcommand("check", "Every mistake of a rule author, with file and line");
  check->footer("Example:\n  assay catalog check --catalog ./catalog");
  check->callback([&context, &run] { run = [&context] { return run_check(context); }; });
  auto* test = command->add_subcommand("test", "Run the controls' own cases");
  test->add_option("CONTROL", arguments->filter, "Only controls whose id contains this");
  test->footer("Examples:\n  assay catalog test\n  assay catalog test entra. --catalog ./catalog");
  test->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_test(context, *arguments); }; });
  auto* list = command->add_subcommand("list", "All controls");
  list->footer("Example:\n  assay catalog list -o csv");
  list->callback([&context, &run] { run = [&context] { return run_list(context); }; });
  auto* show = command->add_subcommand("show", "One control, framework, table or view in full");
  show->add_option("NAME", arguments->name, "Its id or name")->required();
  show->footer(
      "Examples:\n  assay catalog show entra.block-legacy-auth\n  assay catalog show conditional_access_policies");
  show->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_show(context, *arguments); }; });
  auto* frameworks = command->add_subcommand("frameworks", "The frameworks and their versions");
  frameworks->footer("Example:\n  assay catalog frameworks");
  frameworks->callback([&context, &run] { run = [&context] { return run_frameworks(context); }; });
  auto* profiles = command->add_subcommand("profiles", "The settings, and what each profile makes of them");
  profiles->footer("Example:\n  assay catalog profiles");
  profiles->callback([&context, &run] { run = [&context] { return run_profiles(context); }; });
  auto* docs = command->add_subcommand("docs", "Pages on every control, framework and table, as Markdown");
  docs->add_option("--to", arguments->folder, "The folder to write; pages that are there are replaced")->required();
  docs->footer(
      "Examples:\n  assay catalog docs --to docs/catalogue\n  assay catalog docs --to pages --add-catalog own");
  docs->callback(
      [&context, &run, arguments] { run = [&context, arguments] { return run_docs(context, *arguments); }; });
  command->footer(
      "Examples:\n  assay catalog check --catalog ./catalog\n  assay catalog test entra. --catalog ./catalog\n  assay "
      "catalog show entra.block-legacy-auth");
}

}  // namespace assay::cli
