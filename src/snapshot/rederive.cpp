#include "snapshot/rederive.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/json.h"
#include "snapshot/answer.h"
#include "snapshot/derive.h"
#include "snapshot/file.h"

namespace assay::snapshot {
namespace {

// Tables that a request gave an answer for but that the old catalogue did not have stay as the coverage says: absent.
bool is_collected(const Evidence& evidence, const std::string& table) {
  const auto* coverage = evidence.find(table);
  return coverage != nullptr && coverage->state == State::Collected;
}

Result<void> work_out(const catalog::Catalogue& catalogue, const sql::Reads* only, Evidence& evidence) {
  for (const auto& table : catalogue.tables) {
    if (!table.source.is_object() || !table.source.contains("sql") || !is_collected(evidence, table.name)) continue;
    if (only != nullptr && only->count(table.name) == 0) continue;
    auto rows = derive(evidence.db, table, table.source["sql"].get<std::string>());
    if (!rows) evidence.set({table.name, State::Failed, 0, rows.error().message});
  }
  return {};
}

}  // namespace

Result<void> rederive(const Evidence& stored, const catalog::Catalogue& catalogue, const sql::Reads* only,
                      Evidence& evidence) {
  evidence.manifest = stored.manifest;
  evidence.plans = stored.plans;
  evidence.exceptions = stored.exceptions;
  evidence.omissions = stored.omissions;
  for (const auto& table : catalogue.tables) {
    const auto* coverage = stored.find(table.name);
    evidence.set(coverage == nullptr ? TableCoverage{table.name, State::Absent, 0, "the collection did not know it"}
                                     : *coverage);
  }
  const Documents documents(stored.db);
  auto answers = TRY(stored.db.prepare(
      "SELECT p.document, r.number, r.slices, a.given FROM (SELECT DISTINCT document FROM page) AS p JOIN request AS r "
      "ON r.number = p.document >> 32 LEFT JOIN answer AS a ON a.document = p.document ORDER BY p.document"));
  std::int64_t number = -1;
  std::optional<AnswerLoader> loader;
  while (TRY(answers.step())) {
    if (answers.integer(1) != number) {
      number = answers.integer(1);
      auto slices = TRY(read_slices(answers.text(2)));
      std::erase_if(slices, [&](const auto& slice) { return !is_collected(evidence, slice.table); });
      loader = TRY(AnswerLoader::create(evidence.db, catalogue, slices, {.only = only}));
    }
    Given given;
    if (!answers.is_null(3)) {
      const auto json = Json::parse(answers.text(3), nullptr, false);
      if (json.is_object())
        for (const auto& [name, value] : json.items())
          if (value.is_string()) given[name] = value.get<std::string>();
    }
    auto bytes = TRY(documents.bytes(answers.integer(0)));
    TRY(loader->add(*bytes, given));
  }
  return work_out(catalogue, only, evidence);
}

}  // namespace assay::snapshot
