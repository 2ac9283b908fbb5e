#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/model.h"
#include "import/graph_answer.h"
#include "import/graph_origin.h"
#include "snapshot/evidence.h"
#include "snapshot/held_plans.h"

namespace assay::import {

// How many objects of an answer the table takes: its own request asks for the newest alone, say.
std::size_t most_objects(const GraphTable& table);

// What the files bring of each table, and in the end what became of it.
class GraphCoverage {
 public:
  GraphCoverage(const catalog::Catalogue& catalogue, const GraphTables& tables, snapshot::Evidence& evidence)
      : catalogue_(catalogue), tables_(tables), evidence_(evidence) {}

  void saw_context(std::string_view context);  // its host tells the cloud

  // A document with `objects` of this table, or without any; `missing` are members that none of them has.
  void brought(const GraphTable& table, const snapshot::Given& given, const std::string& file, const AnswerHead& head,
               std::size_t objects, const std::vector<std::string>& missing);
  // An error in the table's place.
  void refused(const GraphTable& table, const std::string& file, const AnswerHead& head);

  // Works out the tables that come from others, and says of each table what became of it.
  Result<void> settle();

 private:
  // Pages of one answer.
  struct Chain {
    std::string open;  // a file whose following page is looked for; empty: none
    bool ended = false;
    std::optional<std::size_t> count;
    std::size_t objects = 0;
    std::string file;
  };
  struct Brought {
    std::size_t documents = 0;
    std::set<snapshot::Given> given;
    std::map<std::pair<snapshot::Given, std::string>, Chain> chains;  // by what was asked for
    std::optional<snapshot::TableCoverage> trouble;                   // the first
  };

  Result<void> settle(const catalog::Table& table);
  Result<snapshot::TableCoverage> derived(const catalog::Table& table);
  Result<snapshot::TableCoverage> given(const GraphTable& table);
  Result<std::optional<snapshot::TableCoverage>> missing_rows(const GraphTable& table, const Brought& brought);
  Result<bool> contradicts(const catalog::Table& table);
  Result<std::vector<std::string>> comes_after(const catalog::Table& table) const;
  Result<void> settle_licence(snapshot::TableCoverage& coverage);
  Result<void> clear(const catalog::Table& table);
  Result<void> fill_manifest();
  const GraphTable* graph_table(const catalog::Table& table) const;

  const catalog::Catalogue& catalogue_;
  const GraphTables& tables_;
  snapshot::Evidence& evidence_;
  std::map<const GraphTable*, Brought> brought_;
  std::optional<snapshot::HeldPlans> plans_;
  std::string cloud_;
};

}  // namespace assay::import
