#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "catalog/directory.h"
#include "sql/database.h"

namespace assay::snapshot {

// For tests: a catalogue of these tables, each as the text of its YAML file without `source`.
inline catalog::Catalogue catalogue_of(const std::vector<std::string_view>& tables) {
  const TemporaryFolder folder;
  for (std::size_t i = 0; i < tables.size(); ++i)
    folder.write("tables/entra/" + std::to_string(i) + ".yaml",
                 std::string(tables[i]) + "\nsource: {service: graph}\n");
  std::vector<catalog::Problem> problems;
  auto catalogue = catalog::read_directories({folder.path()}, problems);
  CHECK(catalogue.has_value());
  for (const auto& problem : problems) ADD_FAILURE() << describe(problem);
  return std::move(catalogue).take();
}

// Each row of a query as one text: `1|two|NULL`.
inline std::vector<std::string> rows(const sql::Database& db, std::string_view query) {
  auto statement = db.prepare(query);
  if (!statement) return {describe(statement.error())};
  std::vector<std::string> out;
  while (statement->step().value_or(false)) {
    std::string row;
    for (int i = 0; i < statement->columns(); ++i) {
      if (i > 0) row += '|';
      row += statement->is_null(i) ? "NULL" : statement->text(i);
    }
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace assay::snapshot
