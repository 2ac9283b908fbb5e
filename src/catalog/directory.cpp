#include "catalog/directory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "catalog/family.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;
using yaml::key_of;
using yaml::to_json;

// One file being read: knows its name, collects its mistakes.
class Reader {
 public:
  Reader(std::string file, std::vector<Problem>& problems) : file_(std::move(file)), problems_(&problems) {}

  void problem(const YAML::Node& at, std::string message) { problems_->push_back({place(at), std::move(message)}); }
  void problem(int line, std::string message) { problems_->push_back({{file_, line}, std::move(message)}); }
  Place place(const YAML::Node& node) const {
    return {file_, node.IsDefined() && !node.Mark().is_null() ? node.Mark().line + 1 : line_without_mark_};
  }
  // Where nodes stand that are in no file: those that a family made.
  void set_line_without_mark(int line) { line_without_mark_ = line; }

  // Whether it is a map at all; unknown keys are problems, but no reason to stop.
  bool allow(const YAML::Node& map, std::initializer_list<std::string_view> keys) {
    if (!map.IsMap()) {
      problem(map, "must be a map");
      return false;
    }
    for (const auto& item : map)
      if (std::find(keys.begin(), keys.end(), key_of(item.first)) == keys.end())
        problem(item.first, fmt::format("unknown key `{}`", key_of(item.first)));
    return true;
  }

  // What stands under `key`; nothing when it is absent or not what it must be.
  YAML::Node list(const YAML::Node& map, const char* key) {
    return of_kind(map, key, YAML::NodeType::Sequence, "a list");
  }
  YAML::Node map(const YAML::Node& map, const char* key) { return of_kind(map, key, YAML::NodeType::Map, "a map"); }
  std::vector<std::string> texts(const YAML::Node& map, const char* key) {
    const auto node = map[key];
    bool fits = !node || node.IsNull() || node.IsScalar() || node.IsSequence();
    if (node && node.IsSequence())
      for (const auto& item : node) fits = fits && item.IsScalar();
    if (!fits) problem(node, fmt::format("`{}` must be a list of words", key));
    return yaml::texts(map, key);
  }

  std::string required(const YAML::Node& map, const char* key) {
    auto value = yaml::text(map, key);
    if (value.empty()) problem(map, fmt::format("`{}` is missing", key));
    return value;
  }

  std::string one_of(const YAML::Node& map, const char* key, std::initializer_list<std::string_view> allowed) {
    auto value = required(map, key);
    if (!value.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      problem(map[key], fmt::format("`{}` cannot be `{}`: one of {}", key, value, fmt::join(allowed, " ")));
    return value;
  }

  // The same for a key that may be left out.
  bool is_word(const YAML::Node& map, const char* key, std::string_view word) {
    return map[key] && one_of(map, key, {word}) == word;
  }

  double number(const YAML::Node& map, const char* key, double fallback) {
    const auto node = map[key];
    if (!node || node.IsNull()) return fallback;
    const auto value = node.IsScalar() ? node.Scalar() : std::string();
    double out = 0;
    const auto r = std::from_chars(value.data(), value.data() + value.size(), out);
    if (r.ec != std::errc() || r.ptr != value.data() + value.size() || !std::isfinite(out)) {
      problem(node, fmt::format("`{}` is not a number: `{}`", key, value));
      return fallback;
    }
    return out;
  }

  int whole(const YAML::Node& map, const char* key, int fallback) {
    const double value = number(map, key, fallback);
    if (std::abs(value) <= 1e9 && value == std::trunc(value)) return static_cast<int>(value);
    problem(map[key], fmt::format("`{}` is not a whole number: `{}`", key, map[key].Scalar()));
    return fallback;
  }

 private:
  YAML::Node of_kind(const YAML::Node& parent, const char* key, YAML::NodeType::value kind, std::string_view word) {
    const auto node = parent[key];
    if (!node || node.IsNull()) return {};
    if (node.Type() == kind) return node;
    problem(node, fmt::format("`{}` must be {}", key, word));
    return {};
  }

  std::string file_;
  int line_without_mark_ = 0;
  std::vector<Problem>* problems_;
};

bool is_name(std::string_view s) {
  return !s.empty() && s[0] >= 'a' && s[0] <= 'z' && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::vector<Column> read_columns(Reader& in, const YAML::Node& list) {
  std::vector<Column> out;
  for (const auto& node : list) {
    if (!in.allow(node, {"name", "pointer", "type", "about", "absent", "null", "values"})) continue;
    Column column;
    column.name = in.required(node, "name");
    if (!is_name(column.name)) in.problem(node, fmt::format("column name `{}` is not snake_case", column.name));
    column.pointer = yaml::text(node, "pointer", "/" + column.name);
    column.about = yaml::text(node, "about");
    if (!column.pointer.starts_with('/') && !(column.pointer.starts_with('@') && is_name(column.pointer.substr(1))))
      in.problem(
          node["pointer"],
          fmt::format("pointer `{}` must begin with `/` or be `@key` or `@` and a column of `each`", column.pointer));
    const auto type = yaml::text(node, "type", "text");
    if (const auto known = column_type(type)) {
      column.type = *known;
    } else {
      in.problem(node["type"], fmt::format("unknown column type `{}`", type));
    }
    if (const auto stars = std::count(column.pointer.begin(), column.pointer.end(), '*'); stars != 0) {
      const auto star = column.pointer.find("/*/");
      if (stars != 1 || star == 0 || star == std::string::npos || star + 3 == column.pointer.size())
        in.problem(node["pointer"], fmt::format("pointer `{}` can have one `*`, between two names", column.pointer));
      if (column.type != ColumnType::List)
        in.problem(node["pointer"], fmt::format("pointer `{}` gives a list: the type must be `list`", column.pointer));
    }
    if (node["absent"]) column.absent = to_json(node["absent"]);
    for (const auto& item : node)
      if (key_of(item.first) == "null") column.null = to_json(item.second);
    for (const auto& item : in.map(node, "values"))
      column.values.emplace_back(item.first.Scalar(), item.second.Scalar());
    const bool twice = std::any_of(out.begin(), out.end(), [&](const auto& c) { return c.name == column.name; });
    if (twice) in.problem(node, fmt::format("column `{}` is declared twice", column.name));
    out.push_back(std::move(column));
  }
  return out;
}

ImportSource read_import_source(Reader& in, const YAML::Node& node) {
  ImportSource source;
  if (!in.allow(node, {"key", "rows", "shape", "command"})) return source;
  source.key = in.required(node, "key");
  source.rows = yaml::text(node, "rows");
  source.map = in.is_word(node, "shape", "map");
  source.commands = in.texts(node, "command");
  return source;
}

Table read_table(Reader& in, const YAML::Node& node) {
  in.allow(node, {"table", "service", "about", "key", "columns", "children", "source", "licence", "scubagear"});
  Table table;
  table.place = in.place(node);
  table.name = in.required(node, "table");
  if (!is_name(table.name)) in.problem(node, fmt::format("table name `{}` is not snake_case", table.name));
  table.service = in.required(node, "service");
  table.about = in.required(node, "about");
  table.key = in.texts(node, "key");
  table.licence = in.texts(node, "licence");
  table.columns = read_columns(in, in.list(node, "columns"));
  table.source = to_json(node["source"]);
  if (table.columns.empty()) in.problem(node, "a table needs columns");
  for (const auto& child_node : in.list(node, "children")) {
    if (!in.allow(child_node, {"table", "about", "pointer", "rows", "columns"})) continue;
    Table child;
    child.place = in.place(child_node);
    child.name = in.required(child_node, "table");
    child.about = yaml::text(child_node, "about");
    child.service = table.service;
    child.pointer = in.required(child_node, "pointer");
    if (!child.pointer.starts_with('/'))
      in.problem(child_node, fmt::format("pointer `{}` must begin with `/`", child.pointer));
    if (child.pointer.find('*') != std::string::npos)
      in.problem(child_node, fmt::format("pointer `{}` cannot have `*`: a child has rows anyway", child.pointer));
    child.map = in.is_word(child_node, "rows", "map");
    child.columns = read_columns(in, in.list(child_node, "columns"));
    table.children.push_back(std::move(child));
  }
  if (const auto imports = node["scubagear"]) {
    if (imports.IsSequence()) {
      for (const auto& item : imports) table.scubagear.push_back(read_import_source(in, item));
    } else {
      table.scubagear.push_back(read_import_source(in, imports));
    }
  }
  for (const auto& k : table.key)
    if (table.column(k) == nullptr) in.problem(node["key"], fmt::format("key column `{}` is not declared", k));
  return table;
}

std::optional<Case> read_case(Reader& in, const YAML::Node& node) {
  if (!in.allow(node, {"case", "given", "expect", "profile", "settings"})) return std::nullopt;
  Case c;
  c.name = in.required(node, "case");
  c.line = in.place(node).line;
  c.given = to_json(in.map(node, "given"));
  if (!c.given.is_object()) c.given = Json::object();
  c.profile = yaml::text(node, "profile");
  c.settings = to_json(in.map(node, "settings"));
  if (!c.settings.is_object()) c.settings = Json::object();
  const auto expect = node["expect"];
  if (!expect) {
    in.problem(node, "`expect` is missing");
    return std::nullopt;
  }
  if (expect.IsScalar()) {
    c.verdict = expect.Scalar();
  } else {
    if (!in.allow(expect, {"verdict", "reason", "good", "total", "share"})) return std::nullopt;
    c.verdict = yaml::text(expect, "verdict");
    if (expect["reason"]) c.reason = expect["reason"].Scalar();
    if (expect["good"]) c.good = in.whole(expect, "good", 0);
    if (expect["total"]) c.total = in.whole(expect, "total", 0);
    if (expect["share"]) c.share = in.number(expect, "share", 0);
  }
  constexpr std::array<std::string_view, 6> verdicts{"pass",           "fail",         "unknown",
                                                     "not_applicable", "not_licensed", "manual"};
  if (std::find(verdicts.begin(), verdicts.end(), c.verdict) == verdicts.end())
    in.problem(expect, fmt::format("`{}` is no verdict: one of {}", c.verdict, fmt::join(verdicts, " ")));
  return c;
}

void read_rubric(Reader& in, const YAML::Node& node, Control& control) {
  control.rubric = to_json(in.map(node, "rubric"));
  if (!control.rubric.is_object()) return;
  std::int64_t sum = 0;
  for (const auto& [key, value] : control.rubric.items())
    sum += value.is_number_integer() ? value.get<std::int64_t>() : 0;
  if (sum != control.points)
    in.problem(node["rubric"], fmt::format("the rubric adds up to {}, but `points` is {}", sum, control.points));
}

Control read_control(Reader& in, const YAML::Node& node) {
  in.allow(node, {"id",   "version",     "title",  "service",     "category", "points", "scoring",   "unit",
                  "why",  "user_impact", "effort", "licence",     "needs",    "reads",  "microsoft", "frameworks",
                  "none", "check",       "rubric", "remediation", "manual",   "cases",  "topics",    "variant_of"});
  Control c;
  c.place = in.place(node);
  c.id = in.required(node, "id");
  c.version = in.whole(node, "version", 1);
  c.title = in.required(node, "title");
  c.service = in.one_of(node, "service",
                        {"entra", "exchange", "defender-office", "sharepoint", "teams", "defender-endpoint", "intune",
                         "cloud-apps", "defender-identity", "purview", "power-platform", "fabric", "m365"});
  c.category = in.one_of(node, "category", {"identity", "device", "apps", "data"});
  c.variant_of = yaml::text(node, "variant_of");
  if (c.variant_of.empty()) {
    c.points = in.whole(node, "points", 0);
    if (c.points < 1 || c.points > 10)
      in.problem(node["points"] ? node["points"] : node, fmt::format("`points` is {}, but must be 1 to 10", c.points));
    read_rubric(in, node, c);
  } else {
    for (const auto* key : {"points", "rubric"})
      if (node[key])
        in.problem(node[key], fmt::format("a variant has no `{}`: those of `{}` count", key, c.variant_of));
  }
  c.scoring = in.one_of(node, "scoring", {"binary", "proportional"}) == "proportional" ? Scoring::Proportional
                                                                                       : Scoring::Binary;
  c.unit = in.required(node, "unit");
  c.why = std::string(text::trim(in.required(node, "why")));
  if (node["user_impact"] && node["user_impact"].IsMap()) {
    in.allow(node["user_impact"], {"level", "notice"});
    c.user_impact = in.one_of(node["user_impact"], "level", {"low", "moderate", "high"});
    c.user_impact_notice = in.required(node["user_impact"], "notice");
  } else {
    in.problem(node, "`user_impact` needs `level` and `notice`");
  }
  if (node["effort"] && node["effort"].IsMap()) {
    in.allow(node["effort"], {"level", "hours"});
    c.effort = in.one_of(node["effort"], "level", {"low", "moderate", "high"});
    c.effort_hours = in.number(node["effort"], "hours", 0);
    if (c.effort_hours <= 0) in.problem(node["effort"], "`effort` needs `hours` above 0");
  } else {
    in.problem(node, "`effort` needs `level` and `hours`");
  }
  c.licence = in.texts(node, "licence");
  c.needs = in.texts(node, "needs");
  c.reads = in.texts(node, "reads");
  c.microsoft = in.texts(node, "microsoft");
  const auto frameworks = in.map(node, "frameworks");
  for (const auto& item : frameworks)
    c.frameworks[item.first.Scalar()] = in.texts(frameworks, item.first.Scalar().c_str());
  c.topics = in.texts(node, "topics");
  if (const auto remediation = in.map(node, "remediation"); !remediation.IsNull()) {
    c.remediation = to_json(remediation);
    in.allow(remediation, {"steps", "change"});
  }
  if (!c.remediation.is_object() || !c.remediation.contains("steps")) in.problem(node, "`remediation` needs `steps`");
  if (const auto manual = node["manual"]) {
    c.manual = true;
    in.allow(manual, {"look", "attest"});
    c.manual_look = text::trim(in.required(manual, "look"));
    c.manual_attest = text::trim(in.required(manual, "attest"));
    for (const char* key : {"check", "needs", "none"})
      if (node[key]) in.problem(node[key], fmt::format("a manual control has no `{}`", key));
  } else {
    c.check = in.required(node, "check");
    c.check_place = in.place(node["check"] ? node["check"] : node);
    if (c.needs.empty()) in.problem(node, "`needs` is missing");
    if (node["none"] && node["none"].IsMap()) {
      in.allow(node["none"], {"verdict", "reason"});
      c.none_verdict = in.one_of(node["none"], "verdict", {"pass", "fail", "unknown", "not_applicable"});
      c.none_reason = in.required(node["none"], "reason");
    } else {
      in.problem(node, "`none` must say what no rows mean: verdict and reason");
    }
  }
  for (const auto& item : in.list(node, "cases"))
    if (auto read = read_case(in, item)) c.cases.push_back(std::move(*read));
  return c;
}

void read_framework_file(Reader& in, const YAML::Node& node, Framework& framework) {
  in.allow(node, {"id", "title", "publisher", "version", "source", "about", "unlicensed", "requirements"});
  if (node["id"]) {
    framework.place = in.place(node);
    if (const auto id = yaml::text(node, "id"); id != framework.id)
      in.problem(node, fmt::format("framework `{}` stands in the folder of `{}`", id, framework.id));
    framework.title = in.required(node, "title");
    framework.publisher = in.required(node, "publisher");
    framework.version = in.required(node, "version");
    framework.source = in.required(node, "source");
    framework.about = text::trim(yaml::text(node, "about"));
    framework.unlicensed_fails = in.is_word(node, "unlicensed", "fail");
  }
  for (const auto& item : in.list(node, "requirements")) {
    if (!item.IsMap()) {
      in.problem(item, "must be a map");
      continue;
    }
    Requirement requirement;
    requirement.id = in.required(item, "id");
    requirement.title = in.required(item, "title");
    requirement.level = yaml::text(item, "level");
    requirement.topics = in.texts(item, "topics");
    requirement.manual = text::trim(yaml::text(item, "manual"));
    requirement.place = in.place(item);
    for (const auto& field : item) {
      const auto& key = field.first.Scalar();
      constexpr std::array<std::string_view, 5> own{"id", "title", "level", "topics", "manual"};
      if (std::find(own.begin(), own.end(), key) == own.end()) requirement.crosswalk[key] = in.texts(item, key.c_str());
    }
    framework.requirements.push_back(std::move(requirement));
  }
}

Setting read_setting(Reader& in, const YAML::Node& node) {
  in.allow(node, {"setting", "type", "about", "default"});
  Setting out;
  out.place = in.place(node);
  out.name = in.required(node, "setting");
  if (!out.name.empty() && !is_name(out.name))
    in.problem(node["setting"], fmt::format("setting `{}`: only small letters, digits and `_`", out.name));
  out.type = column_type(in.one_of(node, "type", {"integer", "boolean", "text", "list"})).value_or(ColumnType::Text);
  out.about = in.required(node, "about");
  out.value = to_json(node["default"]);
  if (!fits(out, out.value))
    in.problem(node["default"] ? node["default"] : node,
               fmt::format("setting `{}`: the default must be {}", out.name, what_fits(out)));
  return out;
}

// Settings must have been read before.
Profile read_profile(Reader& in, const YAML::Node& node, const Catalogue& catalogue) {
  in.allow(node, {"id", "title", "base", "settings"});
  Profile out;
  out.place = in.place(node);
  out.id = in.required(node, "id");
  out.title = in.required(node, "title");
  out.base = yaml::text(node, "base");
  for (const auto& item : in.map(node, "settings")) {
    const auto name = key_of(item.first);
    const auto* setting = catalogue.setting(name);
    auto value = to_json(item.second);
    if (setting == nullptr) {
      in.problem(item.first, fmt::format("profile `{}`: unknown setting `{}`", out.id, name));
    } else if (!fits(*setting, value)) {
      in.problem(item.second, fmt::format("profile `{}`: `{}` must be {}", out.id, name, what_fits(*setting)));
    } else {
      out.settings[name] = std::move(value);
    }
  }
  return out;
}

Result<std::vector<fs::path>> files_below(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> out;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return out;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == extension && it->is_regular_file(error)) out.push_back(it->path());
  if (error) return invalid(fmt::format("`{}`: {}", folder.string(), error.message()));
  std::sort(out.begin(), out.end());
  return out;
}

// A fault of the file itself says where it is; here place and message stand apart.
Problem from_error(const std::string& file, std::string_view message) {
  Problem problem{{file, 0}, {}};
  if (const auto quoted = "`" + file + "`: "; message.starts_with(quoted)) message.remove_prefix(quoted.size());
  if (message.starts_with(file + ":")) {
    message.remove_prefix(file.size() + 1);
    const auto read = std::from_chars(message.data(), message.data() + message.size(), problem.place.line);
    message.remove_prefix(static_cast<std::size_t>(read.ptr - message.data()));
    if (message.starts_with(": ")) message.remove_prefix(2);
  }
  problem.message = message;
  return problem;
}

// The comment lines at the head of an SQL file, without their dashes.
std::string leading_comment(std::string_view sql) {
  std::string out;
  for (const auto line : text::split(sql, '\n')) {
    const auto s = text::trim(line);
    if (!s.starts_with("--")) break;
    if (!out.empty()) out += ' ';
    out += text::trim(s.substr(2));
  }
  return out;
}

class DirectoryReader {
 public:
  DirectoryReader(Catalogue& catalogue, std::vector<Problem>& problems) : catalogue_(catalogue), problems_(problems) {}

  Result<void> read(const fs::path& root) {
    std::error_code error;
    if (!fs::is_directory(root, error))
      return Error{ErrorCode::NotFound, fmt::format("`{}`: is no catalogue folder", root.string()),
                   "it must hold controls/ and tables/"};
    TRY(read_single(root / "settings.yaml", [&](Reader& in, const YAML::Node& node) {
      in.allow(node, {"settings"});
      for (const auto& item : in.list(node, "settings"))
        add(catalogue_.settings, read_setting(in, item), &Setting::name, "setting");
    }));
    TRY(each_yaml(root / "profiles", [&](Reader& in, const YAML::Node& node, const fs::path&) {
      add(catalogue_.profiles, read_profile(in, node, catalogue_), &Profile::id, "profile");
    }));
    TRY(each_yaml(root / "tables", [&](Reader& in, const YAML::Node& node, const fs::path&) {
      add(catalogue_.tables, read_table(in, node), &Table::name, "table");
    }));
    TRY(each_yaml(root / "controls", [&](Reader& in, const YAML::Node& node, const fs::path&) {
      if (node["family"]) {
        add_family(in, node);
      } else {
        add(catalogue_.controls, read_control(in, node), &Control::id, "control");
      }
    }));
    TRY(each_yaml(root / "frameworks", [&](Reader& in, const YAML::Node& node, const fs::path& file) {
      read_framework_file(in, node, framework(file.parent_path().filename().string()));
    }));
    for (const auto& file : TRY(files_below(root / "views", ".sql"))) {
      View view;
      view.name = file.stem().string();
      view.sql = TRY(read_file(file));
      view.about = leading_comment(view.sql);
      view.place = {file.string(), 1};
      if (!text::is_utf8(view.sql)) {
        problems_.push_back({view.place, "not UTF-8"});
        continue;
      }
      if (view.about.empty()) problems_.push_back({view.place, "a view begins with a comment that says what it is"});
      add(catalogue_.views, std::move(view), &View::name, "view");
    }
    TRY(read_single(root / "topics.yaml", [&](Reader& in, const YAML::Node& node) {
      in.allow(node, {"topics"});
      for (const auto& item : in.list(node, "topics")) {
        if (!in.allow(item, {"id", "title", "about"})) continue;
        Topic topic{in.required(item, "id"), in.required(item, "title"), in.required(item, "about"), in.place(item)};
        add(catalogue_.topics, std::move(topic), &Topic::id, "topic");
      }
    }));
    TRY(read_single(root / "licences.yaml", [&](Reader& in, const YAML::Node& node) {
      in.allow(node, {"plans"});
      for (const auto& item : in.list(node, "plans"))
        if (in.allow(item, {"plan", "title", "offered_by", "also"}))
          catalogue_.plans.push_back({in.required(item, "plan"), in.required(item, "title"),
                                      in.texts(item, "offered_by"), in.texts(item, "also")});
    }));
    TRY(read_single(root / "services.yaml", [&](Reader& in, const YAML::Node& node) {
      in.allow(node, {"services"});
      for (const auto& item : in.list(node, "services")) catalogue_.services.push_back(to_json(item));
    }));
    TRY(read_single(root / "catalogue.yaml", [&](Reader& in, const YAML::Node& node) {
      in.allow(node, {"version"});
      catalogue_.version = in.required(node, "version");
    }));
    return {};
  }

 private:
  Framework& framework(const std::string& id) {
    for (auto& f : catalogue_.frameworks)
      if (f.id == id) return f;
    catalogue_.frameworks.push_back({});
    catalogue_.frameworks.back().id = id;
    return catalogue_.frameworks.back();
  }

  void add_family(Reader& in, const YAML::Node& node) {
    auto family = expand_family(node);
    for (auto& mistake : family.mistakes) in.problem(mistake.line, std::move(mistake.message));
    for (const auto& member : family.members) {
      in.set_line_without_mark(member.line);
      add(catalogue_.controls, read_control(in, member.control), &Control::id, "control");
    }
  }

  template <class T, class Name>
  void add(std::vector<T>& list, T item, Name name, std::string_view kind) {
    const auto same = std::find_if(list.begin(), list.end(), [&](const T& other) { return other.*name == item.*name; });
    if (same != list.end()) {
      const auto where = same->place.file.empty() ? std::string("the built-in catalogue") : same->place.file;
      problems_.push_back({item.place, fmt::format("{} `{}` is already in {}", kind, item.*name, where)});
      return;
    }
    list.push_back(std::move(item));
  }

  template <class F>
  Result<void> each_yaml(const fs::path& folder, F f) {
    for (const auto& file : TRY(files_below(folder, ".yaml"))) {
      TRY(read_single(file, [&](Reader& in, const YAML::Node& node) { f(in, node, file); }));
    }
    return {};
  }

  template <class F>
  Result<void> read_single(const fs::path& file, F f) {
    std::error_code error;
    if (!fs::exists(file, error)) return {};
    auto node = yaml::read(file);
    if (!node) {
      problems_.push_back(from_error(file.string(), node.error().message));
      return {};
    }
    Reader in(file.string(), problems_);
    if (!node->IsMap()) {
      problems_.push_back({{file.string(), std::max(node->Mark().line, 0) + 1}, "must be a map"});
      return {};
    }
    try {
      f(in, *node);
    } catch (const YAML::Exception& thrown) {
      problems_.push_back({{file.string(), thrown.mark.line + 1}, thrown.msg});
    }
    return {};
  }

  Catalogue& catalogue_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::string describe(const Problem& problem) {
  if (problem.place.line == 0)
    return problem.place.file.empty() ? problem.message : problem.place.file + ": " + problem.message;
  return fmt::format("{}:{}: {}", problem.place.file, problem.place.line, problem.message);
}

Result<Catalogue> read_directories(const std::vector<fs::path>& folders, std::vector<Problem>& problems,
                                   Catalogue base) {
  Catalogue catalogue = std::move(base);
  DirectoryReader reader(catalogue, problems);
  for (const auto& folder : folders) TRY(reader.read(folder));
  catalogue.build_index();
  return catalogue;
}

}  // namespace assay::catalog
