#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "assess/assess.h"
#include "catalog/example.h"

namespace assay::assess {

// For tests: the example catalogue and a tenant of which nothing was collected yet.
struct Bench {
  catalog::Catalogue catalogue = catalog::Example().load();
  snapshot::Evidence evidence;
  Decisions decisions;
  FixedClock clock{1'777'852'800};  // 2026-05-04
  Options options;

  Bench() { CHECK(snapshot::create_tables(evidence.db, catalogue).has_value()); }

  catalog::Control& control(const std::string& id) {
    const auto found =
        std::find_if(catalogue.controls.begin(), catalogue.controls.end(), [&](const auto& c) { return c.id == id; });
    CHECK(found != catalogue.controls.end());
    return *found;
  }

  // The table was read; its rows come with the SQL.
  void collect(const std::string& table, const std::string& sql = {}) {
    CHECK(evidence.db.execute(sql).has_value());
    evidence.set({table, snapshot::State::Collected, 0, {}});
  }

  void service_plans(const std::vector<std::pair<std::string, std::string>>& plans) {
    collect("service_plans");
    for (const auto& [plan, status] : plans)
      CHECK(evidence.db.execute(fmt::format("INSERT INTO service_plans VALUES('{}', nullif('{}', ''))", plan, status))
                .has_value());
  }

  Assessor assessor() {
    auto created = Assessor::create(catalogue, evidence, decisions, clock, options);
    CHECK(created.has_value());
    return std::move(created).take();
  }

  Finding judge(const std::string& id) { return assessor().judge(control(id)); }

  // What a check finds that gives these verdicts, row by row: resource `1`, `name 1`, `reason 1`, and so on.
  Finding judge_rows(const std::vector<std::string>& verdicts) {
    collect("sharing_settings");
    std::string sql =
        "SELECT column1 AS resource, 'name ' || column1 AS name, column2 AS verdict, 'reason ' || column1 AS reason "
        "FROM (VALUES";
    for (std::size_t i = 0; i < verdicts.size(); ++i)
      sql += (i == 0 ? "(" : ",(") + std::to_string(i + 1) + ",'" + verdicts[i] + "')";
    control("spo.sharing-off").check = sql + ")";
    return judge("spo.sharing-off");
  }
};

}  // namespace assay::assess
