#include "import/graph_coverage.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "snapshot/derive.h"
#include "sql/guard.h"

namespace assay::import {
namespace {

using snapshot::State;
using snapshot::TableCoverage;

// Hosts of Graph by the cloud that they are of. The commercial one serves the GCC as well: nothing follows from it.
struct Host {
  std::string_view host;
  std::string_view cloud;
};
constexpr Host kHosts[] = {
    {"https://graph.microsoft.us/", "gcchigh"},
    {"https://dod-graph.microsoft.us/", "dod"},
    {"https://microsoftgraph.chinacloudapi.cn/", "china"},
};

bool is_refusal(std::string_view code) {
  constexpr std::string_view kRefusals[] = {"Authorization_RequestDenied", "Forbidden", "accessDenied", "Unauthorized",
                                            "InvalidAuthenticationToken"};
  return std::any_of(std::begin(kRefusals), std::end(kRefusals),
                     [&](const auto known) { return text::iequals(known, code); });
}

// How to ask so that an answer has what the table needs.
std::string request_of(const GraphTable& table) {
  std::string options;
  for (const auto& [option, value] : table.source.query)
    if (option == "$select" || option == "$expand") options += (options.empty() ? "?" : "&") + option + "=" + value;
  return table.source.path + options;
}

std::string because(const TableCoverage& missing) { return missing.detail.empty() ? "" : ": " + missing.detail; }

Result<std::size_t> count_rows(const sql::Database& db, const catalog::Table& table) {
  const auto count = TRY(db.value("SELECT count(*) FROM " + sql::identifier(table.name)));
  return static_cast<std::size_t>(std::atoll(count.value_or("0").c_str()));
}

std::string column_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const auto& name : names) quoted.push_back(sql::identifier(name));
  return text::join(quoted, ", ");
}

}  // namespace

std::size_t most_objects(const GraphTable& table) {
  if (table.source.pages == 0) return std::string::npos;
  for (const auto& [option, value] : table.source.query)
    if (option == "$top") return table.source.pages * static_cast<std::size_t>(std::atoll(value.c_str()));
  return std::string::npos;
}

void GraphCoverage::saw_context(std::string_view context) {
  for (const auto& host : kHosts)
    if (text::istarts_with(context, host.host)) cloud_ = host.cloud;
}

void GraphCoverage::brought(const GraphTable& table, const snapshot::Given& given, const std::string& file,
                            const AnswerHead& head, std::size_t objects, const std::vector<std::string>& missing) {
  auto& of = brought_[&table];
  ++of.documents;
  of.given.insert(given);
  if (!missing.empty() && !of.trouble)
    of.trouble = TableCoverage{
        table.table->name, State::Failed, 0,
        fmt::format("`{}` holds no `{}`; ask for {}", file, text::join(missing, "`, `"), request_of(table))};
  if (most_objects(table) != std::string::npos) {
    if (of.documents > 1 && !of.trouble)
      of.trouble = TableCoverage{table.table->name, State::Failed, 0, "several files hold it; give the newest alone"};
    return;
  }
  if (!head.is_list) return;
  auto& chain = of.chains[{given, head.context}];
  if (head.next.empty()) {
    chain.ended = true;
  } else {
    chain.open = file;
  }
  if (head.count) chain.count = std::max(chain.count.value_or(0), *head.count);
  chain.objects += objects;
  chain.file = file;
}

void GraphCoverage::refused(const GraphTable& table, const std::string& file, const AnswerHead& head) {
  auto& of = brought_[&table];
  ++of.documents;
  if (of.trouble) return;
  of.trouble = TableCoverage{
      table.table->name, is_refusal(head.error_code) ? State::Denied : State::Failed, 0,
      fmt::format("`{}` is an error: {}", file, head.error_message.empty() ? head.error_code : head.error_message)};
}

const GraphTable* GraphCoverage::graph_table(const catalog::Table& table) const {
  const auto& all = tables_.all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& t) { return t.table == &table; });
  return found == all.end() ? nullptr : &*found;
}

Result<void> GraphCoverage::clear(const catalog::Table& table) {
  TRY(evidence_.db.execute("DELETE FROM " + sql::identifier(table.name)));
  for (const auto& child : table.children) TRY(evidence_.db.execute("DELETE FROM " + sql::identifier(child.name)));
  return {};
}

// Tables whose rows must be there first.
Result<std::vector<std::string>> GraphCoverage::comes_after(const catalog::Table& table) const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    const auto* parent = catalogue_.parent_of(name);
    const auto& top = parent == nullptr ? name : parent->name;
    if (top != table.name && catalogue_.table(top) != nullptr) out.push_back(top);
  };
  if (const auto* of = graph_table(table); of != nullptr && of->source.each) add(of->source.each->table);
  if (!table.source.is_object() || !table.source.contains("sql")) return out;
  const auto source = TRY_IN(table.name, catalog::read_source(table.source));
  for (const auto& name : source.needs) add(name);
  sql::Guard guard(evidence_.db, {});
  TRY_IN(table.name, guard.prepare(source.sql));
  for (const auto& [name, columns] : guard.take_reads()) add(name);
  return out;
}

// The same object may be in several files: once is enough. Where only its name differs it was renamed in between, and
// the name is not known. True when it differs in more.
Result<bool> GraphCoverage::contradicts(const catalog::Table& table) {
  if (table.key.empty()) return false;
  auto& db = evidence_.db;
  const auto name = sql::identifier(table.name);
  const auto key = column_list(table.key);
  const auto twice = fmt::format("SELECT {} FROM {} GROUP BY {} HAVING count(*) > 1", key, name, key);
  if (!TRY(db.value(twice + " LIMIT 1"))) return false;
  std::vector<std::string> columns;
  std::string display_name;
  for (const auto& column : table.columns) {
    columns.push_back(column.name);
    if (text::iequals(column.pointer, "/displayName")) display_name = sql::identifier(column.name);
  }
  const auto once = fmt::format("DELETE FROM {0} WHERE rowid NOT IN (SELECT min(rowid) FROM {0} GROUP BY {1})", name,
                                column_list(columns));
  TRY(db.execute(once));
  if (!display_name.empty()) {
    TRY(db.execute(fmt::format("UPDATE {} SET {} = NULL WHERE ({}) IN ({})", name, display_name, key, twice)));
    TRY(db.execute(once));
  }
  for (const auto& child : table.children)
    TRY(db.execute(
        fmt::format("DELETE FROM {} WHERE parent NOT IN (SELECT rowid FROM {})", sql::identifier(child.name), name)));
  return TRY(db.value(twice + " LIMIT 1")).has_value();
}

// Rows of another table for which no file is there.
Result<std::optional<TableCoverage>> GraphCoverage::missing_rows(const GraphTable& table, const Brought& brought) {
  const auto& each = *table.source.each;
  const auto* parent = evidence_.find(each.table);
  if (parent == nullptr || parent->state != State::Collected)
    return std::optional(TableCoverage{table.table->name, parent == nullptr ? State::Absent : parent->state, 0,
                                       fmt::format("it is asked for each of `{}`, which was not collected{}",
                                                   each.table, parent == nullptr ? "" : because(*parent))});
  std::set<snapshot::Given> there;
  const auto lowered = [](snapshot::Given given) {
    for (auto& [name, value] : given) value = text::lower(value);
    return given;
  };
  for (const auto& given : brought.given) there.insert(lowered(given));
  sql::Guard guard(evidence_.db, {});
  auto rows =
      TRY(guard.prepare(fmt::format("SELECT DISTINCT {0} FROM {1} WHERE {2} ORDER BY {0}", column_list(each.columns),
                                    sql::identifier(each.table), each.where.empty() ? "1" : "(" + each.where + ")")));
  std::size_t wanted = 0;
  std::size_t missing = 0;
  std::string first;
  while (TRY(rows.step())) {
    snapshot::Given given;
    for (int i = 0; i < rows.columns(); ++i) given[each.columns[static_cast<std::size_t>(i)]] = rows.text(i);
    ++wanted;
    if (there.count(lowered(given)) != 0) continue;
    if (++missing == 1) first = given.begin()->second;
  }
  if (missing == 0) return std::optional<TableCoverage>();
  return std::optional(TableCoverage{table.table->name, brought.documents == 0 ? State::Absent : State::Failed, 0,
                                     fmt::format("no file holds {} for {} of {} in `{}`, such as {}", table.source.path,
                                                 missing, wanted, each.table, first)});
}

Result<TableCoverage> GraphCoverage::given(const GraphTable& table) {
  const auto& name = table.table->name;
  const auto found = brought_.find(&table);
  const Brought nothing;
  const auto& brought = found == brought_.end() ? nothing : found->second;
  if (brought.trouble) return *brought.trouble;
  for (const auto& [of, chain] : brought.chains) {
    if (!chain.open.empty() && !chain.ended)
      return TableCoverage{name, State::Failed, 0,
                           fmt::format("`{}` names a following page that is not among the files", chain.open)};
    if (chain.count && chain.objects < *chain.count)
      return TableCoverage{
          name, State::Failed, 0,
          fmt::format("`{}` speaks of {} objects and the files hold {}", chain.file, *chain.count, chain.objects)};
  }
  if (table.source.each) {
    if (auto missing = TRY(missing_rows(table, brought))) return std::move(*missing);
  } else if (brought.documents == 0) {
    return TableCoverage{name, State::Absent, 0, fmt::format("no file holds {}", table.source.path)};
  }
  if (TRY(contradicts(*table.table)) && brought.documents > 1)
    return TableCoverage{name, State::Failed, 0, "two files hold the same object and differ; give one of them"};
  return TableCoverage{name, State::Collected, TRY(count_rows(evidence_.db, *table.table)), {}};
}

Result<TableCoverage> GraphCoverage::derived(const catalog::Table& table) {
  const auto source = TRY_IN(table.name, catalog::read_source(table.source));
  for (const auto& need : source.needs) {
    const auto* parent = catalogue_.parent_of(need);
    const auto* known = evidence_.find(parent == nullptr ? need : parent->name);
    auto coverage = known == nullptr ? TableCoverage{need, State::Absent, 0, {}} : *known;
    TRY(settle_licence(coverage));
    // Without the licence there is nothing of the kind: that is known.
    if (coverage.state != State::Collected && coverage.state != State::NotLicensed)
      return TableCoverage{
          table.name, coverage.state, 0,
          fmt::format("it is worked out from `{}`, which was not collected{}", need, because(coverage))};
  }
  const auto rows = snapshot::derive(evidence_.db, table, source.sql);
  return rows ? TableCoverage{table.name, State::Collected, *rows, {}}
              : TableCoverage{table.name, State::Failed, 0, rows.error().message};
}

// Where the licences are known they tell why a table is not there.
Result<void> GraphCoverage::settle_licence(TableCoverage& coverage) {
  const auto* table = catalogue_.table(coverage.table);
  if (table == nullptr || table->licence.empty() || coverage.state == State::Collected) return {};
  if (!plans_) {
    const auto* known = evidence_.find("service_plans");
    if (known == nullptr || known->state != State::Collected) return {};
    plans_ = TRY(snapshot::HeldPlans::read(evidence_.db));
  }
  if (std::any_of(table->licence.begin(), table->licence.end(),
                  [&](const auto& plan) { return plans_->hold(catalogue_, plan); }))
    return {};
  coverage.state = State::NotLicensed;
  coverage.detail = fmt::format("the tenant does not hold {}", text::join(table->licence, " or "));
  return {};
}

Result<void> GraphCoverage::settle(const catalog::Table& table) {
  TableCoverage coverage{table.name, State::Absent, 0, "files of Microsoft Graph do not hold it"};
  if (const auto* of = graph_table(table)) {
    coverage = TRY(given(*of));
  } else if (table.source.is_object() && table.source.contains("sql")) {
    coverage = TRY(derived(table));
  }
  if (coverage.state != State::Collected) TRY(clear(table));
  evidence_.set(std::move(coverage));
  return {};
}

Result<void> GraphCoverage::settle() {
  struct Open {
    const catalog::Table* table;
    std::vector<std::string> after;
  };
  std::vector<Open> open;
  for (const auto& table : catalogue_.tables) open.push_back({&table, TRY(comes_after(table))});
  while (!open.empty()) {
    std::vector<Open> left;
    for (auto& of : open) {
      const bool ready = std::all_of(of.after.begin(), of.after.end(),
                                     [&](const auto& name) { return evidence_.find(name) != nullptr; });
      if (ready) {
        TRY(settle(*of.table));
      } else {
        left.push_back(std::move(of));
      }
    }
    if (left.size() == open.size()) break;  // they wait for each other
    open = std::move(left);
  }
  std::vector<TableCoverage> in_order;
  for (const auto& table : catalogue_.tables) {
    const auto* known = evidence_.find(table.name);
    auto coverage =
        known == nullptr ? TableCoverage{table.name, State::Absent, 0, "it is worked out from itself"} : *known;
    TRY(settle_licence(coverage));
    in_order.push_back(std::move(coverage));
  }
  evidence_.coverage = std::move(in_order);
  return fill_manifest();
}

Result<void> GraphCoverage::fill_manifest() {
  auto& m = evidence_.manifest;
  m.source = "Microsoft Graph files";
  m.cloud = cloud_;
  std::set<std::string> services;
  for (const auto& [table, brought] : brought_) {
    // What belongs to rows that nobody read was meant for another table of the same path.
    const bool meant = !table->source.each || evidence_.find(table->table->name)->state == State::Collected;
    if (meant) services.insert(table->table->service);
  }
  m.scope = {services.begin(), services.end()};
  if (const auto* known = evidence_.find("organization"); known != nullptr && known->state == State::Collected) {
    auto row = TRY(evidence_.db.prepare("SELECT id, display_name FROM organization LIMIT 1"));
    if (TRY(row.step())) {
      m.tenant_id = row.text(0);
      m.tenant_name = row.text(1);
    }
  }
  return {};
}

}  // namespace assay::import
