#include "catalog/model.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace assay::catalog {
namespace {

constexpr std::array<std::pair<ColumnType, std::string_view>, 7> kTypes{{
    {ColumnType::Text, "text"},
    {ColumnType::Integer, "integer"},
    {ColumnType::Real, "real"},
    {ColumnType::Boolean, "boolean"},
    {ColumnType::Datetime, "datetime"},
    {ColumnType::List, "list"},
    {ColumnType::Json, "json"},
}};

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::Integer:
    case ColumnType::Boolean:
      return " INTEGER";
    case ColumnType::Real:
      return " REAL";
    case ColumnType::Text:
      return " TEXT COLLATE NOCASE";
    default:
      return " TEXT";
  }
}

template <class T>
const T* find(const std::unordered_map<std::string, const T*>& map, std::string_view name) {
  const auto found = map.find(std::string(name));
  return found == map.end() ? nullptr : found->second;
}

std::string naming_key(std::string_view framework, std::string_view requirement) {
  std::string key(framework);
  key += '\n';
  key += requirement;
  return text::lower(key);
}

// In a list that is too short for an index.
template <class T>
const T* find(const std::vector<T>& list, std::string T::*name_of, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& item) { return item.*name_of == name; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const std::string_view kBuiltInTables = R"sql(
CREATE TABLE tenant(id TEXT COLLATE NOCASE, name TEXT, cloud TEXT COLLATE NOCASE);
CREATE TABLE coverage("table" TEXT, state TEXT, "rows" INTEGER, detail TEXT);
CREATE TABLE declared(control TEXT, kind TEXT, value TEXT COLLATE NOCASE);
CREATE TABLE licence_flags(plan TEXT COLLATE NOCASE, held INTEGER);
)sql";

bool is_built_in(std::string_view table) {
  return table == "tenant" || table == "coverage" || table == "declared" || table == "licence_flags" ||
         table == "settings";
}

std::string_view name(ColumnType type) {
  for (const auto& [t, n] : kTypes)
    if (t == type) return n;
  return "text";
}

std::optional<ColumnType> column_type(std::string_view name) {
  for (const auto& [t, n] : kTypes)
    if (n == name) return t;
  return std::nullopt;
}

const Column* Table::column(std::string_view column_name) const { return find(columns, &Column::name, column_name); }

void Catalogue::build_index() {
  tables_.clear();
  parents_.clear();
  views_.clear();
  controls_.clear();
  naming_.clear();
  by_topic_.clear();
  std::sort(controls.begin(), controls.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  for (const auto& table : tables) {
    tables_.emplace(table.name, &table);
    for (const auto& child : table.children) {
      tables_.emplace(child.name, &child);
      parents_.emplace(child.name, &table);
    }
  }
  for (const auto& view : views) views_.emplace(view.name, &view);
  for (const auto& control : controls) {
    controls_.emplace(control.id, &control);
    for (const auto& [framework, requirements] : control.frameworks)
      for (const auto& requirement : requirements) naming_[naming_key(framework, requirement)].push_back(&control);
    for (const auto& topic : control.topics) by_topic_[topic].push_back(&control);
  }
}

const Table* Catalogue::table_or_child(std::string_view name) const { return find(tables_, name); }
const Table* Catalogue::parent_of(std::string_view child) const { return find(parents_, child); }
const Table* Catalogue::table(std::string_view name) const {
  return parent_of(name) != nullptr ? nullptr : table_or_child(name);
}
const View* Catalogue::view(std::string_view name) const { return find(views_, name); }
const Control* Catalogue::control(std::string_view id) const { return find(controls_, id); }

const Framework* Catalogue::framework(std::string_view id) const { return find(frameworks, &Framework::id, id); }
const Topic* Catalogue::topic(std::string_view id) const { return find(topics, &Topic::id, id); }
const Setting* Catalogue::setting(std::string_view name) const { return find(settings, &Setting::name, name); }
const Profile* Catalogue::profile(std::string_view id) const { return find(profiles, &Profile::id, id); }

Settings Catalogue::said_by(std::string_view id) const {
  Settings out;
  std::set<std::string_view> seen;
  for (const auto* p = profile(id); p != nullptr && seen.insert(p->id).second; p = profile(p->base))
    out.insert(p->settings.begin(), p->settings.end());
  return out;
}

Settings Catalogue::settings_with(std::string_view profile, const Settings& own) const {
  Settings out = own;
  out.merge(said_by(profile));
  for (const auto& setting : settings) out.emplace(setting.name, setting.value);
  return out;
}

std::set<std::string> Catalogue::settings_of(const Control& control) const {
  std::set<std::string> out;
  const auto add = [&](const sql::Reads& reads) {
    if (const auto found = reads.find("settings"); found != reads.end())
      for (const auto& column : found->second)
        if (setting(column) != nullptr) out.insert(column);
  };
  add(control.sql_reads);
  for (const auto* v : views_for(control)) add(v->reads);
  return out;
}

std::vector<const Control*> Catalogue::naming(std::string_view framework, std::string_view requirement) const {
  const auto found = naming_.find(naming_key(framework, requirement));
  return found == naming_.end() ? std::vector<const Control*>() : found->second;
}

std::vector<const Control*> Catalogue::answering(const Framework& framework, const Requirement& requirement) const {
  auto out = naming(framework.id, requirement.id);
  for (const auto& topic : requirement.topics)
    if (const auto found = by_topic_.find(topic); found != by_topic_.end())
      out.insert(out.end(), found->second.begin(), found->second.end());
  std::sort(out.begin(), out.end());  // they stand in one vector, by id
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::map<std::string, std::vector<std::string>> Catalogue::answered_by_topic(const Control& control) const {
  const auto has = [](const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& framework : frameworks) {
    const auto named = control.frameworks.find(framework.id);
    for (const auto& requirement : framework.requirements) {
      if (named != control.frameworks.end() && has(named->second, requirement.id)) continue;
      const bool shared = std::any_of(requirement.topics.begin(), requirement.topics.end(),
                                      [&](const auto& topic) { return has(control.topics, topic); });
      if (shared) out[framework.id].push_back(requirement.id);
    }
  }
  return out;
}

void Catalogue::add_views(const sql::Reads& reads, std::vector<const View*>& out) const {
  for (const auto& [name, columns] : reads) {
    const auto* v = view(name);
    if (v == nullptr || std::find(out.begin(), out.end(), v) != out.end()) continue;
    add_views(v->reads, out);
    out.push_back(v);
  }
}

std::vector<const View*> Catalogue::views_for(const Control& control) const {
  std::vector<const View*> out;
  add_views(control.sql_reads, out);
  return out;
}

sql::Reads Catalogue::reads_of(const Control& control) const {
  sql::Reads out;
  const auto add = [&](const sql::Reads& reads) {
    for (const auto& [name, columns] : reads)
      if (table_or_child(name) != nullptr) out[name].insert(columns.begin(), columns.end());
  };
  add(control.sql_reads);
  for (const auto* v : views_for(control)) add(v->reads);
  return out;
}

std::string create_settings_sql(const Catalogue& catalogue, bool temporary) {
  std::string columns = "\"_\"";  // for a catalogue without any
  for (const auto& setting : catalogue.settings)
    columns += ", " + sql::identifier(setting.name) + std::string(sql_type(setting.type));
  return std::string("CREATE ") + (temporary ? "TEMP " : "") + "TABLE settings(" + columns + ")";
}

bool fits(const Setting& setting, const Json& value) {
  switch (setting.type) {
    case ColumnType::Integer:
      return value.is_number_integer();
    case ColumnType::Boolean:
      return value.is_boolean();
    case ColumnType::Text:
      return value.is_string();
    case ColumnType::List:
      return value.is_array() &&
             std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
    default:
      return false;
  }
}

std::string_view what_fits(const Setting& setting) {
  switch (setting.type) {
    case ColumnType::Integer:
      return "a whole number";
    case ColumnType::Boolean:
      return "true or false";
    case ColumnType::Text:
      return "text";
    default:
      return "a list of words";
  }
}

std::string create_table_sql(const Table& table, bool child, const std::set<std::string>* columns) {
  std::string sql = "CREATE TABLE " + sql::identifier(table.name) + "(";
  bool first = true;
  if (child) {
    sql += "parent INTEGER";
    first = false;
  }
  for (const auto& column : table.columns) {
    if (columns != nullptr && columns->count(column.name) == 0) continue;
    if (!first) sql += ", ";
    first = false;
    sql += sql::identifier(column.name);
    sql += sql_type(column.type);
  }
  if (first) sql += "\"_\"";  // a table whose rows are only counted
  return sql + ")";
}

std::string create_view_sql(const View& view) {
  auto sql = text::trim(view.sql);
  while (sql.ends_with(';')) sql = text::trim(sql.substr(0, sql.size() - 1));
  return "CREATE TABLE " + sql::identifier(view.name) + " AS " + std::string(sql);
}

}  // namespace assay::catalog
