#include "snapshot/evidence.h"

#include <algorithm>
#include <array>
#include <utility>

#include <sqlite3.h>

#include "base/sha256.h"

namespace assay::snapshot {
namespace {

constexpr std::array<std::pair<State, std::string_view>, 6> kStates{{
    {State::Collected, "collected"},
    {State::Denied, "denied"},
    {State::NotLicensed, "not_licensed"},
    {State::NotOffered, "not_offered"},
    {State::Failed, "failed"},
    {State::Absent, "absent"},
}};

Result<void> add_table(const sql::Database& db, const std::string& name, Sha256& digest) {
  const auto exists =
      TRY(db.value("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '" + name + "'"));
  if (exists != "1") return {};
  auto rows = TRY(db.prepare("SELECT rowid, * FROM " + sql::identifier(name) + " ORDER BY rowid"));
  digest.add("\x1C" + name);
  for (int i = 1; i < rows.columns(); ++i) digest.add("\x1D" + std::string(rows.column_name(i)));
  while (TRY(rows.step())) {
    digest.add("\x1E");
    for (int i = 0; i < rows.columns(); ++i) {
      constexpr std::array<char, 6> types{'?', 'i', 'r', 't', 'b', 'n'};
      const auto cell = rows.text(i);
      // With its size, so that no text can pass for the border between two cells.
      digest.add("\x1F" + std::to_string(cell.size()) + types[static_cast<std::size_t>(rows.type(i))]);
      digest.add(cell);
    }
  }
  return {};
}

}  // namespace

std::string_view name(State state) {
  for (const auto& [s, n] : kStates)
    if (s == state) return n;
  return "failed";
}

std::optional<State> state(std::string_view name) {
  for (const auto& [s, n] : kStates)
    if (n == name) return s;
  return std::nullopt;
}

const TableCoverage* Evidence::find(std::string_view table) const {
  const auto found = std::find_if(coverage.begin(), coverage.end(), [&](const auto& c) { return c.table == table; });
  return found == coverage.end() ? nullptr : &*found;
}

void Evidence::set(TableCoverage of) {
  for (auto& known : coverage) {
    if (known.table != of.table) continue;
    known = std::move(of);
    return;
  }
  coverage.push_back(std::move(of));
}

Result<void> create_tables(const sql::Database& db, const catalog::Catalogue& catalogue, const sql::Reads* only) {
  const auto create = [&](const catalog::Table& table, bool child) -> Result<void> {
    const std::set<std::string>* columns = nullptr;
    if (only != nullptr) {
      const auto found = only->find(table.name);
      if (found == only->end()) return {};
      columns = &found->second;
    }
    return db.execute(catalog::create_table_sql(table, child, columns));
  };
  for (const auto& table : catalogue.tables) {
    TRY(create(table, false));
    for (const auto& child : table.children) TRY(create(child, true));
  }
  return {};
}

Result<std::string> tables_digest(const sql::Database& db, const catalog::Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const auto& table : catalogue.tables) {
    names.push_back(table.name);
    for (const auto& child : table.children) names.push_back(child.name);
  }
  std::sort(names.begin(), names.end());
  Sha256 digest;
  for (const auto& name : names) TRY(add_table(db, name, digest));
  return digest.hex();
}

}  // namespace assay::snapshot
