#include "assess/cases.h"

#include <fmt/format.h>

#include "sql/database.h"

namespace assay::assess {
namespace {

// Inserts one given row, and under its own name each child's rows.
Result<void> insert_row(const sql::Database& db, const catalog::Table& table, const Json& row, std::int64_t parent,
                        bool child) {
  std::string columns;
  std::string marks;
  std::vector<Json> values;
  const auto add = [&](const std::string& column, Json value) {
    columns += (columns.empty() ? "" : ",") + sql::identifier(column);
    marks += marks.empty() ? "?" : ",?";
    values.push_back(std::move(value));
  };
  if (child) add("parent", parent);
  for (const auto& column : table.columns) {
    if (row.contains(column.name)) {
      const auto& value = row[column.name];
      add(column.name, value.is_null() && column.null ? *column.null : value);
    } else if (column.absent) {
      add(column.name, *column.absent);
    }
  }
  auto insert = TRY(db.prepare(values.empty() ? "INSERT INTO " + sql::identifier(table.name) + " DEFAULT VALUES"
                                              : "INSERT INTO " + sql::identifier(table.name) + "(" + columns +
                                                    ") VALUES(" + marks + ")"));
  std::vector<std::string> texts(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& value = values[i];
    const int index = static_cast<int>(i) + 1;
    if (value.is_null()) {
      insert.bind_null(index);
    } else if (value.is_boolean()) {
      insert.bind(index, std::int64_t{value.get<bool>()});
    } else if (value.is_number_integer()) {
      insert.bind(index, value.get<std::int64_t>());
    } else if (value.is_number()) {
      insert.bind(index, value.get<double>());
    } else {
      texts[i] = value.is_string() ? value.get<std::string>() : value.dump();
      insert.bind(index, texts[i]);
    }
  }
  TRY(insert.step());
  const auto id = db.last_row_id();
  for (const auto& below : table.children)
    if (row.contains(below.name))
      for (const auto& item : row[below.name]) TRY(insert_row(db, below, item, id, true));
  return {};
}

Result<void> give(const catalog::Catalogue& catalogue, const catalog::Control& control, const Json& given,
                  snapshot::Evidence& evidence, Decisions& decisions) {
  for (const auto& [key, value] : given.items()) {
    if (key == "declared") {
      for (const auto& [kind, values] : value.items()) {
        Exception exception{control.id, kind, {}, "case", "case", {}};
        for (const auto& item : values.is_array() ? values : Json::array({values}))
          exception.values.push_back(item.get<std::string>());
        decisions.exceptions.push_back(std::move(exception));
      }
    } else if (key == "licences") {
      for (const bool held : {true, false})
        for (const auto& plan : value.value(held ? "held" : "missing", Json::array()))
          evidence.plans[plan.get<std::string>()] = held;
    } else if (key == "tenant") {
      evidence.manifest.cloud = value.value("cloud", "");
      evidence.manifest.tenant_id = value.value("id", "");
      evidence.manifest.tenant_name = value.value("name", "");
    } else if (value.is_string()) {
      evidence.set({key, snapshot::state(value.get<std::string>()).value_or(snapshot::State::Failed), 0, {}});
    } else {
      const auto* table = catalogue.table(key);
      if (table == nullptr) return invalid(fmt::format("unknown table `{}`", key));
      for (const auto& row : value) TRY(insert_row(evidence.db, *table, row, 0, false));
      evidence.set({key, snapshot::State::Collected, value.size(), {}});
    }
  }
  return {};
}

}  // namespace

LoadedCase::LoadedCase() : evidence_(std::make_unique<snapshot::Evidence>()) {}

Result<LoadedCase> LoadedCase::load(const catalog::Catalogue& catalogue, const catalog::Control& control,
                                    const catalog::Case& test, const Options& options) {
  LoadedCase loaded;
  sql::Reads tables;  // all columns of the tables that this control can read
  const auto with_all_columns = [&](const catalog::Table& table) {
    auto& columns = tables[table.name];
    for (const auto& column : table.columns) columns.insert(column.name);
  };
  const auto add = [&](const std::string& name) {
    const auto* table = catalogue.table(name);
    if (table == nullptr) return;
    with_all_columns(*table);
    for (const auto& child : table->children) with_all_columns(child);
  };
  for (const auto& name : control.needs) add(name);
  for (const auto& name : control.reads) add(name);
  for (const auto& [name, value] : test.given.items()) add(name);
  for (const auto& [name, columns] : catalogue.reads_of(control))
    add(catalogue.parent_of(name) != nullptr ? catalogue.parent_of(name)->name : name);
  add("service_plans");
  TRY(snapshot::create_tables(loaded.evidence_->db, catalogue, &tables));
  try {
    TRY(give(catalogue, control, test.given, *loaded.evidence_, loaded.decisions_));
    loaded.decisions_.profile = test.profile;
    loaded.decisions_.settings = test.settings.get<catalog::Settings>();
  } catch (const Json::exception& thrown) {
    return invalid(thrown.what());
  }
  const FixedClock clock(0);
  loaded.assessor_ = TRY(Assessor::create(catalogue, *loaded.evidence_, loaded.decisions_, clock, options));
  return loaded;
}

Finding LoadedCase::judge(const catalog::Control& control) { return assessor_->judge(control); }

Result<std::string> LoadedCase::rows(const catalog::View& view) { return assessor_->rows(view); }

Result<void> LoadedCase::renew(const catalog::View& view) { return assessor_->renew(view); }

std::string difference(const catalog::Case& test, const Finding& finding) {
  if (name(finding.verdict) != test.verdict)
    return fmt::format("expected {}, got {}: {}", test.verdict, name(finding.verdict), finding.reason);
  if (test.reason && finding.reason.find(*test.reason) == std::string::npos)
    return fmt::format("the reason lacks `{}`: {}", *test.reason, finding.reason);
  if ((test.good && *test.good != finding.good) || (test.total && *test.total != finding.total))
    return fmt::format("expected {} of {}, got {} of {}", test.good.value_or(finding.good),
                       test.total.value_or(finding.total), finding.good, finding.total);
  return {};
}

CaseResult run_case(const catalog::Catalogue& catalogue, const catalog::Control& control, const catalog::Case& test) {
  CaseResult result{&control, &test, false, {}};
  auto loaded = LoadedCase::load(catalogue, control, test);
  result.difference = loaded ? difference(test, loaded->judge(control)) : loaded.error().message;
  result.ok = result.difference.empty();
  return result;
}

}  // namespace assay::assess
