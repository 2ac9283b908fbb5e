#include "assess/cases.h"

#include <fmt/format.h>

#include "sql/database.h"

namespace assay::assess {
namespace {

// All columns of the tables that the control can read or its cases fill.
sql::Reads tables_of(const catalog::Catalogue& catalogue, const catalog::Control& control, const catalog::Case& test) {
  sql::Reads out;
  const auto with_all_columns = [&](const catalog::Table& table) {
    auto& columns = out[table.name];
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
  for (const auto& one : control.cases)
    for (const auto& [name, value] : one.given.items()) add(name);
  for (const auto& [name, columns] : catalogue.reads_of(control))
    add(catalogue.parent_of(name) != nullptr ? catalogue.parent_of(name)->name : name);
  add("service_plans");
  return out;
}

void bind(sql::Statement& insert, int index, const Json& value, std::string& text) {
  if (value.is_null()) {
    insert.bind_null(index);
  } else if (value.is_boolean()) {
    insert.bind(index, std::int64_t{value.get<bool>()});
  } else if (value.is_number_integer()) {
    insert.bind(index, value.get<std::int64_t>());
  } else if (value.is_number()) {
    insert.bind(index, value.get<double>());
  } else {
    text = value.is_string() ? value.get<std::string>() : value.dump();
    insert.bind(index, text);
  }
}

}  // namespace

LoadedCase::LoadedCase(const catalog::Catalogue& catalogue, const catalog::Control& control)
    : catalogue_(&catalogue), control_(&control), evidence_(std::make_unique<snapshot::Evidence>()) {}

Result<LoadedCase> LoadedCase::load(const catalog::Catalogue& catalogue, const catalog::Control& control,
                                    const catalog::Case& test, const Options& options) {
  LoadedCase loaded(catalogue, control);
  const auto tables = tables_of(catalogue, control, test);
  TRY(snapshot::create_tables(loaded.evidence_->db, catalogue, &tables));
  TRY(loaded.give(test));
  const FixedClock clock(0);
  loaded.assessor_ = TRY(Assessor::create(catalogue, *loaded.evidence_, loaded.decisions_, clock, options));
  return loaded;
}

Result<void> LoadedCase::load_next(const catalog::Case& test) {
  TRY(give(test));
  return assessor_->again(decisions_);
}

Result<void> LoadedCase::give(const catalog::Case& test) {
  for (const auto& table : filled_) TRY(evidence_->db.execute("DELETE FROM " + sql::identifier(table)));
  filled_.clear();
  evidence_->manifest = {};
  evidence_->coverage.clear();
  evidence_->plans.clear();
  decisions_ = {};
  try {
    TRY(give(test.given));
    decisions_.profile = test.profile;
    decisions_.settings = test.settings.get<catalog::Settings>();
  } catch (const Json::exception& thrown) {
    return invalid(thrown.what());
  }
  return {};
}

Result<void> LoadedCase::give(const Json& given) {
  for (const auto& [key, value] : given.items()) {
    if (key == "declared") {
      for (const auto& [kind, values] : value.items()) {
        Exception exception{control_->id, kind, {}, "case", "case", {}};
        for (const auto& item : values.is_array() ? values : Json::array({values}))
          exception.values.push_back(item.get<std::string>());
        decisions_.exceptions.push_back(std::move(exception));
      }
    } else if (key == "licences") {
      for (const bool held : {true, false})
        for (const auto& plan : value.value(held ? "held" : "missing", Json::array()))
          evidence_->plans[plan.get<std::string>()] = held;
    } else if (key == "tenant") {
      evidence_->manifest.cloud = value.value("cloud", "");
      evidence_->manifest.tenant_id = value.value("id", "");
      evidence_->manifest.tenant_name = value.value("name", "");
    } else if (value.is_string()) {
      evidence_->set({key, snapshot::state(value.get<std::string>()).value_or(snapshot::State::Failed), 0, {}});
    } else {
      const auto* table = catalogue_->table(key);
      if (table == nullptr) return invalid(fmt::format("unknown table `{}`", key));
      for (const auto& row : value) TRY(insert_row(*table, row, {}));
      evidence_->set({key, snapshot::State::Collected, value.size(), {}});
    }
  }
  return {};
}

// One given row, and under its own name each child's rows.
Result<void> LoadedCase::insert_row(const catalog::Table& table, const Json& row, std::optional<std::int64_t> parent) {
  std::string columns;
  std::string marks;
  std::vector<const Json*> values;
  const auto add = [&](const std::string& column, const Json* value) {
    columns += (columns.empty() ? "" : ",") + sql::identifier(column);
    marks += marks.empty() ? "?" : ",?";
    values.push_back(value);
  };
  const Json above = parent.value_or(0);
  if (parent) add("parent", &above);
  for (const auto& column : table.columns) {
    if (const auto given = row.find(column.name); given != row.end()) {
      add(column.name, given->is_null() && column.null ? &*column.null : &*given);
    } else if (column.absent) {
      add(column.name, &*column.absent);
    }
  }
  auto sql = "INSERT INTO " + sql::identifier(table.name) +
             (values.empty() ? " DEFAULT VALUES" : "(" + columns + ") VALUES(" + marks + ")");
  auto known = inserts_.find(sql);
  if (known == inserts_.end()) {
    auto prepared = TRY(evidence_->db.prepare(sql));
    known = inserts_.emplace(std::move(sql), std::move(prepared)).first;
  }
  auto& insert = known->second;
  insert.reset();
  std::vector<std::string> texts(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) bind(insert, static_cast<int>(i) + 1, *values[i], texts[i]);
  filled_.insert(table.name);
  TRY(insert.step());
  const auto id = evidence_->db.last_row_id();
  for (const auto& below : table.children)
    if (row.contains(below.name))
      for (const auto& item : row[below.name]) TRY(insert_row(below, item, id));
  return {};
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
  if (test.share && std::abs(*test.share - finding.share) > 1e-9)
    return fmt::format("expected a share of {}, got {}", *test.share, finding.share);
  return {};
}

std::vector<CaseResult> run_cases(const catalog::Catalogue& catalogue, const catalog::Control& control) {
  std::vector<CaseResult> out;
  std::optional<LoadedCase> loaded;
  Options options;
  options.keep_prepared = true;
  const auto run = [&](const catalog::Case& test) -> Result<std::string> {
    if (loaded) {
      TRY(loaded->load_next(test));
    } else {
      loaded = TRY(LoadedCase::load(catalogue, control, test, options));
    }
    return difference(test, loaded->judge(control));
  };
  for (const auto& test : control.cases) {
    const auto found = run(test);
    auto wrong = found ? *found : found.error().message;
    if (!found) loaded.reset();  // the next begins anew
    out.push_back({&control, &test, wrong.empty(), std::move(wrong)});
  }
  return out;
}

}  // namespace assay::assess
