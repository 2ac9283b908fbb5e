#include "catalog/check.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "sql/database.h"

namespace assay::catalog {
namespace {

// The file's line in which an SQL fault lies is not known to SQLite; the line where the SQL begins is.
Place sql_place(const Control& control) { return control.check_place; }

void make_empty_tables(const Catalogue& catalogue, const sql::Database& db, std::vector<Problem>& problems) {
  const auto create = [&](const Table& table, bool child) {
    if (auto made = db.execute(create_table_sql(table, child)); !made)
      problems.push_back({table.place, std::move(made).error().message});
  };
  CHECK(db.execute(std::string(kBuiltInTables)).has_value());
  if (auto made = db.execute(create_settings_sql(catalogue)); !made)
    problems.push_back({catalogue.settings.front().place, std::move(made).error().message});
  for (const auto& table : catalogue.tables) {
    create(table, false);
    for (const auto& child : table.children) create(child, true);
  }
}

// Views become empty tables with their columns, as a run makes them. Their order is found by trying until nothing more
// succeeds: views that read each other in a circle are left over.
void make_views(Catalogue& catalogue, const sql::Database& db, std::vector<Problem>& problems) {
  std::vector<View*> left;
  for (auto& view : catalogue.views) left.push_back(&view);
  while (!left.empty()) {
    std::vector<View*> failed;
    std::vector<std::string> why;
    for (auto* view : left) {
      sql::Guard guard(db, {});
      auto prepared = guard.prepare(view->sql);
      if (!prepared) {
        why.push_back(prepared.error().message);
        failed.push_back(view);
        continue;
      }
      view->reads = guard.take_reads();
    }
    if (failed.size() == left.size()) {
      for (std::size_t i = 0; i < failed.size(); ++i) {
        for (const auto* other : failed)
          if (why[i] == "sql: no such table: " + other->name)
            why[i] = fmt::format("it reads view `{}`, which has a mistake or reads it in turn", other->name);
        problems.push_back({failed[i]->place, fmt::format("view `{}`: {}", failed[i]->name, why[i])});
      }
      return;
    }
    for (auto* view : left) {
      if (std::find(failed.begin(), failed.end(), view) != failed.end()) continue;
      if (auto made = db.execute(create_view_sql(*view)); !made)
        problems.push_back({view->place, std::move(made).error().message});
    }
    left = failed;
  }
}

void resolve_control(const Catalogue& catalogue, const sql::Database& db, Control& control,
                     std::vector<Problem>& problems) {
  if (control.manual || control.check.empty()) return;
  sql::Guard guard(db, {});
  const auto prepared = guard.prepare(control.check);
  if (!prepared) {
    problems.push_back({sql_place(control), fmt::format("{}: check: {}", control.id, prepared.error().message)});
    return;
  }
  control.sql_reads = guard.take_reads();
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(prepared->columns()));
  for (int i = 0; i < prepared->columns(); ++i) names.emplace_back(prepared->column_name(i));
  for (const char* needed : {"resource", "verdict", "reason"})
    if (std::find(names.begin(), names.end(), needed) == names.end())
      problems.push_back({sql_place(control), fmt::format("{}: check: gives no column `{}`", control.id, needed)});
  for (const auto& name : names) {
    if (name == "share" && control.scoring != Scoring::Proportional)
      problems.push_back(
          {sql_place(control), fmt::format("{}: check: `share` takes `scoring: proportional`", control.id)});
    if (name != "resource" && name != "name" && name != "verdict" && name != "reason" && name != "share")
      problems.push_back({sql_place(control),
                          fmt::format("{}: check: column `{}` is not one of resource, name, verdict, reason, share",
                                      control.id, name)});
  }
  // What a view reads is the view's to document; here are the tables that the check itself names.
  for (const auto& [table, columns] : control.sql_reads) {
    if (catalogue.table_or_child(table) == nullptr) continue;
    const auto* parent = catalogue.parent_of(table);
    const auto& top = parent == nullptr ? table : parent->name;
    const auto named = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), top) != list.end();
    };
    if (!named(control.needs) && !named(control.reads))
      problems.push_back(
          {sql_place(control),
           fmt::format("{}: check reads `{}`, which is in neither `needs` nor `reads`", control.id, top)});
  }
}

// The SQL with its comments as blanks.
std::string without_comments(std::string_view sql) {
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const auto rest = sql.substr(i);
    if (quote == 0 && (rest.starts_with("--") || rest.starts_with("/*"))) {
      const auto end = rest[0] == '-' ? rest.find('\n') : rest.find("*/", 2);
      if (end == std::string_view::npos) break;
      i += end + (rest[0] == '-' ? 0 : 1);
      out += ' ';
      continue;
    }
    if (quote == 0 && (sql[i] == '\'' || sql[i] == '"')) {
      quote = sql[i];
    } else if (sql[i] == quote) {
      quote = 0;
    }
    out += sql[i];
  }
  return out;
}

// `ELSE 'pass'` in any spacing: a pass must be proven, and ELSE also catches NULL.
bool has_else_pass(std::string_view sql) {
  const auto s = text::lower(without_comments(sql));
  for (std::size_t at = s.find("else"); at != std::string::npos; at = s.find("else", at + 4)) {
    auto rest = text::trim(std::string_view(s).substr(at + 4));
    while (rest.starts_with('(')) rest = text::trim(rest.substr(1));
    if (rest.starts_with("'pass'") || rest.starts_with("\"pass\"")) return true;
  }
  return false;
}

void check_given_rows(const Control& control, const Case& c, const Table& table, const Json& rows, const Place& place,
                      std::vector<Problem>& problems) {
  if (!rows.is_array()) {
    problems.push_back(
        {place, fmt::format("case `{}`: `{}` must be a list of rows or a coverage state", c.name, table.name)});
    return;
  }
  for (const auto& row : rows) {
    if (!row.is_object()) {
      problems.push_back({place, fmt::format("case `{}`: a row of `{}` is no map", c.name, table.name)});
      continue;
    }
    for (const auto& [key, value] : row.items()) {
      const auto child = std::find_if(table.children.begin(), table.children.end(),
                                      [&name = key](const auto& t) { return t.name == name; });
      if (child != table.children.end()) {
        check_given_rows(control, c, *child, value, place, problems);
      } else if (table.column(key) == nullptr) {
        problems.push_back({place, fmt::format("case `{}`: table `{}` has no column `{}`", c.name, table.name, key)});
      }
    }
  }
}

// What a case gives beside tables.
void check_given_map(const Case& c, const std::string& key, const Json& value, const Place& place,
                     std::vector<Problem>& problems) {
  const std::vector<std::string_view> known = key == "licences" ? std::vector<std::string_view>{"held", "missing"}
                                              : key == "tenant"
                                                  ? std::vector<std::string_view>{"id", "name", "cloud"}
                                                  : std::vector<std::string_view>{};  // any kind may be declared
  if (!value.is_object()) {
    problems.push_back({place, fmt::format("case `{}`: `{}` must be a map", c.name, key)});
    return;
  }
  for (const auto& [name, ignored] : value.items())
    if (!known.empty() && std::find(known.begin(), known.end(), name) == known.end())
      problems.push_back(
          {place, fmt::format("case `{}`: `{}` has no `{}`: one of {}", c.name, key, name, fmt::join(known, " "))});
}

bool has(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// A catalogue with topics of its own gives them to all its controls; what is laid over ours need not.
void check_topics(const Catalogue& catalogue, const Control& control, std::vector<Problem>& problems) {
  for (const auto& topic : control.topics)
    if (catalogue.topic(topic) == nullptr)
      problems.push_back({control.place, fmt::format("{}: unknown topic `{}`", control.id, topic)});
  const bool own = std::any_of(catalogue.topics.begin(), catalogue.topics.end(),
                               [](const auto& topic) { return !topic.place.file.empty(); });
  if (own && control.topics.empty()) problems.push_back({control.place, fmt::format("{}: has no topic", control.id)});
}

// A variant hangs on a control with points, in the same category.
void check_variant(const Catalogue& catalogue, const Control& control, std::vector<Problem>& problems) {
  if (control.variant_of.empty()) return;
  const auto problem = [&](std::string_view text) {
    problems.push_back({control.place, fmt::format("{}: variant_of `{}`: {}", control.id, control.variant_of, text)});
  };
  const auto* of = catalogue.control(control.variant_of);
  if (of == nullptr) return problem("there is no such control");
  if (!of->variant_of.empty()) return problem("it is a variant itself");
  if (of->category != control.category) problem("it is of another category");
}

// What a case says of profile and settings.
void check_case_settings(const Catalogue& catalogue, const Case& c, const Place& place,
                         std::vector<Problem>& problems) {
  if (!c.profile.empty() && catalogue.profile(c.profile) == nullptr)
    problems.push_back({place, fmt::format("case `{}`: unknown profile `{}`", c.name, c.profile)});
  for (const auto& [name, value] : c.settings.items()) {
    const auto* setting = catalogue.setting(name);
    if (setting == nullptr) {
      problems.push_back({place, fmt::format("case `{}`: unknown setting `{}`", c.name, name)});
    } else if (!fits(*setting, value)) {
      problems.push_back({place, fmt::format("case `{}`: `{}` must be {}", c.name, name, what_fits(*setting))});
    }
  }
}

// Where a profile has another line than the default, cases stand on both sides of it too. Profiles that agree share
// their cases. A profile laid over ours asks nothing of the controls that are built in.
void check_profile_cases(const Catalogue& catalogue, const Control& control, std::vector<Problem>& problems) {
  const auto read = catalogue.settings_of(control);
  if (read.empty() || control.place.file.empty()) return;
  const auto seen_by_control = [&](Settings values) {
    std::erase_if(values, [&](const auto& item) { return read.count(item.first) == 0; });
    return values;
  };
  std::map<Settings, std::set<std::string>> kinds;  // the values that cases are judged with → their verdicts
  for (const auto& c : control.cases)
    kinds[seen_by_control(catalogue.settings_with(c.profile, c.settings.get<Settings>()))].insert(c.verdict);
  std::set<Settings> looked_at{seen_by_control(catalogue.settings_with(""))};
  for (const auto& profile : catalogue.profiles) {
    const auto values = seen_by_control(catalogue.settings_with(profile.id));
    if (!looked_at.insert(values).second) continue;
    for (const char* kind : {"pass", "fail"})
      if (kinds[values].count(kind) == 0)
        problems.push_back({control.place, fmt::format("{}: there is no case for `{}` with profile `{}`", control.id,
                                                       kind, profile.id)});
  }
}

void check_settings(const Catalogue& catalogue, std::vector<Problem>& problems) {
  std::set<std::string> read;
  for (const auto& control : catalogue.controls) read.merge(catalogue.settings_of(control));
  for (const auto& setting : catalogue.settings)
    if (read.count(setting.name) == 0)
      problems.push_back({setting.place, fmt::format("no control reads setting `{}`", setting.name)});
  for (const auto& profile : catalogue.profiles) {
    std::set<std::string> seen{profile.id};
    for (auto base = profile.base; !base.empty();) {
      const auto* next = catalogue.profile(base);
      if (next == nullptr) {
        problems.push_back({profile.place, fmt::format("profile `{}`: unknown base `{}`", profile.id, base)});
        break;
      }
      if (!seen.insert(base).second) {
        problems.push_back({profile.place, fmt::format("profile `{}` is based on itself", profile.id)});
        break;
      }
      base = next->base;
    }
  }
}

void check_cases(const Catalogue& catalogue, const Control& control, std::vector<Problem>& problems) {
  if (control.manual) return;
  constexpr std::array<std::string_view, 6> states{"absent",      "denied", "not_licensed",
                                                   "not_offered", "failed", "collected"};
  std::set<std::string> kinds;
  for (const auto& c : control.cases) {
    const Place place{control.place.file, c.line};
    kinds.insert(c.verdict);
    check_case_settings(catalogue, c, place, problems);
    for (const auto& [key, value] : c.given.items()) {
      if (key == "declared" || key == "licences" || key == "tenant") {
        check_given_map(c, key, value, place, problems);
        continue;
      }
      const auto* table = catalogue.table(key);
      if (table == nullptr) {
        problems.push_back({place, fmt::format("case `{}`: unknown table `{}`", c.name, key)});
      } else if (value.is_string()) {
        if (std::find(states.begin(), states.end(), value.get<std::string>()) == states.end())
          problems.push_back({place, fmt::format("case `{}`: `{}` is no coverage state: one of {}", c.name,
                                                 value.get<std::string>(), fmt::join(states, " "))});
      } else {
        check_given_rows(control, c, *table, value, place, problems);
      }
    }
  }
  for (const char* kind : {"pass", "fail", "unknown"})
    if (kinds.count(kind) == 0)
      problems.push_back({control.place, fmt::format("{}: there is no case for `{}`", control.id, kind)});
  if (!control.licence.empty() && kinds.count("not_licensed") == 0)
    problems.push_back(
        {control.place, fmt::format("{}: needs a licence, but there is no case for `not_licensed`", control.id)});
}

}  // namespace

void resolve_sql(Catalogue& catalogue, std::vector<Problem>& problems) {
  const auto db = sql::Database::memory();
  make_empty_tables(catalogue, db, problems);
  make_views(catalogue, db, problems);
  for (auto& control : catalogue.controls) resolve_control(catalogue, db, control, problems);
}

void check_rules(const Catalogue& catalogue, std::vector<Problem>& problems) {
  for (const auto& control : catalogue.controls) {
    for (const auto* list : {&control.needs, &control.reads})
      for (const auto& name : *list)
        if (catalogue.table(name) == nullptr && !is_built_in(name))
          problems.push_back({control.place, fmt::format("{}: unknown table `{}`", control.id, name)});
    for (const auto& name : control.licence)
      if (std::none_of(catalogue.plans.begin(), catalogue.plans.end(),
                       [&](const auto& p) { return text::iequals(p.plan, name); }))
        problems.push_back({control.place, fmt::format("{}: unknown service plan `{}`", control.id, name)});
    if (has_else_pass(control.check))
      problems.push_back(
          {control.check_place,
           fmt::format("{}: `ELSE 'pass'`: a pass must be proven, and ELSE also catches missing evidence",
                       control.id)});
    for (const auto& [id, requirements] : control.frameworks) {
      const auto* framework = catalogue.framework(id);
      if (framework == nullptr) {
        problems.push_back({control.place, fmt::format("{}: unknown framework `{}`", control.id, id)});
        continue;
      }
      for (const auto& name : requirements) {
        const bool known = std::any_of(framework->requirements.begin(), framework->requirements.end(),
                                       [&](const auto& r) { return r.id == name; });
        if (!known)
          problems.push_back(
              {control.place, fmt::format("{}: framework `{}` has no requirement `{}`", control.id, id, name)});
      }
    }
    check_topics(catalogue, control, problems);
    check_variant(catalogue, control, problems);
    check_cases(catalogue, control, problems);
    check_profile_cases(catalogue, control, problems);
  }
  check_settings(catalogue, problems);
  for (const auto& topic : catalogue.topics) {
    const bool used = std::any_of(catalogue.controls.begin(), catalogue.controls.end(),
                                  [&](const auto& control) { return has(control.topics, topic.id); });
    if (!used) problems.push_back({topic.place, fmt::format("no control has topic `{}`", topic.id)});
  }
  for (const auto& framework : catalogue.frameworks) {
    if (framework.title.empty())
      problems.push_back(
          {framework.place, fmt::format("framework `{}` has no file with its id and title", framework.id)});
    std::set<std::string> seen;
    for (const auto& requirement : framework.requirements) {
      const auto& place = requirement.place;
      if (!seen.insert(requirement.id).second)
        problems.push_back({place, fmt::format("requirement `{}` is declared twice", requirement.id)});
      for (const auto& topic : requirement.topics)
        if (catalogue.topic(topic) == nullptr)
          problems.push_back({place, fmt::format("requirement `{}`: unknown topic `{}`", requirement.id, topic)});
      if (requirement.manual.empty() && catalogue.answering(framework, requirement).empty())
        problems.push_back({place, fmt::format("no control answers requirement `{}`", requirement.id)});
    }
  }
}

}  // namespace assay::catalog
