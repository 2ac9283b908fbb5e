#include "snapshot/derive.h"

#include <cstdlib>

#include <fmt/format.h>

#include "sql/guard.h"

namespace assay::snapshot {

Result<std::size_t> derive(const sql::Database& db, const catalog::Table& table, const std::string& select) {
  TRY(db.execute("DELETE FROM " + sql::identifier(table.name) + "; DROP TABLE IF EXISTS temp.assay_derived"));
  std::string columns;
  {
    sql::Guard guard(db, {});
    TRY(guard.materialise("assay_derived", select));
    const auto rows = TRY(guard.prepare("SELECT * FROM assay_derived LIMIT 0"));
    for (int i = 0; i < rows.columns(); ++i)
      if (table.column(rows.column_name(i)) != nullptr)
        columns += (columns.empty() ? "" : ", ") + sql::identifier(rows.column_name(i));
  }
  TRY(db.execute(fmt::format("INSERT INTO {0}({1}) SELECT {1} FROM temp.assay_derived; DROP TABLE temp.assay_derived",
                             sql::identifier(table.name), columns)));
  const auto count = TRY(db.value("SELECT count(*) FROM " + sql::identifier(table.name)));
  return static_cast<std::size_t>(std::atoll(count.value_or("0").c_str()));
}

}  // namespace assay::snapshot
