#pragma once

#include "base/result.h"
#include "catalog/model.h"
#include "sql/database.h"

namespace assay::snapshot {

// Fills a table by a SELECT over others; columns go by name. The SQL is the catalogue's and so foreign code: it runs
// under the guard. Gives the number of rows.
Result<std::size_t> derive(const sql::Database& db, const catalog::Table& table, const std::string& select);

}  // namespace assay::snapshot
