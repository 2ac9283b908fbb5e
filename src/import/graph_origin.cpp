#include "import/graph_origin.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "base/text.h"
#include "catalog/image.h"

namespace assay::import {
namespace {

bool is_place(std::string_view segment) { return segment.starts_with('{'); }

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  for (const auto part : text::split(path, '/'))
    if (!part.empty()) out.push_back(is_place(part) ? std::string(part) : text::lower(part));
  return out;
}

// Letters and digits alone: `Named Locations`, `named_locations` and `namedLocations` are one name.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) out += c;
  return text::lower(out);
}

// `users-page2`, `users (1)`, `users_003`: without the page's number.
std::string without_page(std::string name) {
  const auto end = name.find_last_not_of("0123456789");
  if (end == std::string::npos || end + 1 == name.size()) return name;
  name.erase(end + 1);
  for (const std::string_view word : {"page", "part"})
    if (name.size() > word.size() && name.ends_with(word)) name.erase(name.size() - word.size());
  return name;
}

// The names at the top level of a list such as `id,policy($expand=rules),owners($select=id)`, those that are expanded
// inside one as pointers: `/policy`, `/policy/rules`, `/owners`.
void add_expanded(std::string_view list, const std::string& above, std::vector<std::string>& out) {
  for (std::size_t at = 0; at < list.size();) {
    int depth = 0;
    std::size_t end = at;
    while (end < list.size() && (depth > 0 || list[end] != ',')) {
      depth += list[end] == '(' ? 1 : list[end] == ')' ? -1 : 0;
      ++end;
    }
    const auto item = text::trim(list.substr(at, end - at));
    at = end + 1;
    const auto open = item.find('(');
    const auto pointer = above + "/" + std::string(item.substr(0, open));
    out.push_back(pointer);
    if (open == std::string_view::npos || !item.ends_with(')')) continue;
    for (const auto option : text::split(item.substr(open + 1, item.size() - open - 2), ';'))
      if (const std::string_view expand = "$expand="; option.starts_with(expand))
        add_expanded(option.substr(expand.size()), pointer, out);
  }
}

bool begins_with(std::string_view pointer, std::string_view member) {
  return text::istarts_with(pointer, member) && (pointer.size() == member.size() || pointer[member.size()] == '/');
}

// A member that the table has to have; nothing: it can do without. A column that tells null from absent has an answer
// to its absence.
std::optional<GraphMember> needed(const catalog::Table& table, const std::string& rows, const std::string& member) {
  if (!rows.empty()) return begins_with(rows, member) ? std::optional(GraphMember{member, true}) : std::nullopt;
  std::optional<GraphMember> out;
  for (const auto& column : table.columns) {
    if (!begins_with(column.pointer, member) || column.null) continue;
    if (!out) out = GraphMember{member, false};
    if (column.type == catalog::ColumnType::Boolean && !column.absent && column.pointer.size() == member.size())
      out->never_null = true;
  }
  for (const auto& child : table.children)
    if (!out && begins_with(child.pointer, member)) out = GraphMember{member, false};
  return out;
}

// Nothing: the request's filter is one that files cannot be held against.
std::optional<GraphTable> graph_table(const catalog::Table& table, catalog::Source source) {
  GraphTable out;
  out.table = &table;
  out.path = segments_of(source.path);
  std::vector<std::string> asked;
  for (const auto& [option, value] : source.query) {
    if (option == "$select")
      for (const auto name : text::split(value, ',')) asked.push_back("/" + std::string(text::trim(name)));
    if (option == "$expand") add_expanded(value, "", asked);
    if (option == "$filter") {
      out.filter = GraphFilter::parse(value);
      if (!out.filter) return std::nullopt;
      for (const auto& member : out.filter->members())
        if (std::none_of(out.members.begin(), out.members.end(), [&](const auto& m) { return m.pointer == member; }))
          out.members.push_back({member, false});
    }
  }
  for (const auto& member : asked)
    if (auto of = needed(table, source.rows, member)) out.members.push_back(std::move(*of));
  out.source = std::move(source);
  return out;
}

}  // namespace

Result<GraphTables> GraphTables::create(const catalog::Catalogue& catalogue) {
  std::optional<catalog::Catalogue> detailed;
  GraphTables out;
  for (const auto& table : catalogue.tables) {
    Json source = table.source;
    if (!source.is_object()) {
      if (!detailed) {
        detailed = TRY(catalog::embedded());
        TRY(catalog::add_embedded_details(*detailed));
      }
      const auto* same = detailed->table(table.name);
      if (same == nullptr) continue;
      source = same->source;
    }
    if (!source.is_object() || source.value("service", "") != "graph" || !source.contains("path")) continue;
    auto read = TRY_IN(table.name, catalog::read_source(source));
    if (auto of = graph_table(table, std::move(read))) out.tables_.push_back(std::move(*of));
  }
  return out;
}

std::vector<GraphOrigin> GraphTables::matching(const std::vector<std::string>& segments) const {
  std::vector<GraphOrigin> out;
  for (const auto& table : tables_) {
    if (table.path.size() != segments.size()) continue;
    GraphOrigin origin{&table};
    bool same = true;
    for (std::size_t i = 0; i < segments.size() && same; ++i) {
      if (is_place(table.path[i])) {
        origin.given[table.path[i].substr(1, table.path[i].size() - 2)] = segments[i];
      } else {
        same = table.path[i] == segments[i];
      }
    }
    if (same) out.push_back(std::move(origin));
  }
  return out;
}

std::vector<GraphOrigin> GraphTables::by_path(std::string_view path) const { return matching(segments_of(path)); }

std::vector<GraphOrigin> GraphTables::by_context(std::string_view context) const {
  const auto mark = context.find('#');
  if (mark == std::string_view::npos) return {};
  // Segments, each perhaps with a key in quotes or the chosen members in brackets; `/` may stand in either.
  std::vector<std::string> segments;
  std::string open;
  int depth = 0;
  const auto end_segment = [&] {
    const auto bracket = open.find('(');
    auto name = text::lower(open.substr(0, bracket));
    if (!name.empty() && name[0] != '$' && !name.starts_with("microsoft.graph.")) segments.push_back(std::move(name));
    if (bracket != std::string::npos && open.size() > bracket + 3 && open[bracket + 1] == '\'' && open.ends_with("')"))
      segments.push_back(text::lower(open.substr(bracket + 2, open.size() - bracket - 4)));
    open.clear();
  };
  for (const char c : context.substr(mark + 1)) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == '/' && depth <= 0) {
      end_segment();
    } else {
      open += c;
    }
  }
  end_segment();
  return matching(segments);
}

// `names` as the end of a table's path; `own`: the last of them is the file's own name.
NameMatch GraphTables::ending_in(const std::vector<std::string>& names, bool own) const {
  const auto last = folded(names.back());
  const auto is_last = [&](const std::string& wanted) {
    return last == wanted || (own && without_page(last) == wanted);
  };
  NameMatch best;
  std::size_t best_length = 0;
  for (const auto& table : tables_) {
    GraphOrigin origin{&table};
    const bool has_place = std::any_of(table.path.begin(), table.path.end(), is_place);
    if (!has_place && is_last(folded(table.table->name))) return {Match::Whole, matching(table.path)};
    std::size_t length = 0;
    while (length < std::min(names.size(), table.path.size())) {
      const auto& segment = table.path[table.path.size() - 1 - length];
      const auto& name = names[names.size() - 1 - length];
      if (is_place(segment)) {
        origin.given[segment.substr(1, segment.size() - 2)] = name;
      } else if (!(length == 0 ? is_last(folded(segment)) : folded(name) == folded(segment))) {
        break;
      }
      ++length;
    }
    if (length == 0 || length < best_length || (has_place && length < table.path.size())) continue;
    const auto match = length == table.path.size() ? Match::Whole : Match::LastSegment;
    if (length > best_length || match > best.match) best = {match, {}};
    best_length = length;
    if (match == best.match) best.origins.push_back(std::move(origin));
  }
  // What ends several paths names none of them.
  const bool one_path = std::all_of(best.origins.begin(), best.origins.end(), [&](const auto& origin) {
    return best.match == Match::Whole || origin.table->path == best.origins.front().table->path;
  });
  return one_path ? best : NameMatch{};
}

NameMatch GraphTables::of_row(const std::vector<std::string>& names) const {
  NameMatch out{Match::Whole, {}};
  if (names.size() < 2) return out;
  for (const auto& table : tables_)
    if (table.filter && table.filter->columns().size() == 1 &&
        folded(names[names.size() - 2]) == folded(table.path.back()))
      out.origins.push_back({&table, {{table.filter->columns().begin()->first, names.back()}}});
  return out;
}

std::vector<NameMatch> GraphTables::by_name(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto part : text::split(name, '/'))
    if (!part.empty()) names.push_back(text::lower(part));
  std::vector<NameMatch> out;
  if (names.empty()) return out;
  if (names.back().ends_with(".json")) names.back().erase(names.back().size() - 5);
  auto row = of_row(names);
  for (const bool own : {true, false}) {
    if (!own) names.pop_back();
    if (names.empty()) break;
    if (auto match = ending_in(names, own); !match.origins.empty()) out.push_back(std::move(match));
  }
  if (!row.origins.empty()) out.push_back(std::move(row));
  return out;
}

}  // namespace assay::import
