#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/model.h"
#include "catalog/source.h"
#include "import/graph_filter.h"
#include "snapshot/answer.h"

// Which tables an answer of Microsoft Graph belongs to: by what the answer says of itself, or by its file's name.
namespace assay::import {

// A member that a table's request asks for by name.
struct GraphMember {
  std::string pointer;
  bool never_null = false;  // where it is null in every object, it was not asked for: PowerShell writes it so
};

// A table that Graph gives.
struct GraphTable {
  const catalog::Table* table = nullptr;
  catalog::Source source;
  std::vector<std::string> path;      // segments in lower case; `{column}` as in the source
  std::optional<GraphFilter> filter;  // what of the path's objects is the table's
  // An answer without these was asked for in another way: what they would have said is not known.
  std::vector<GraphMember> members;
};

// A table found, and what its request was made with (`each`), as far as it is known. What stands in the filter each
// object tells by itself.
struct GraphOrigin {
  const GraphTable* table = nullptr;
  snapshot::Given given{};
};

enum class Match {
  LastSegment,  // the last word of a path of several: `settings.json`
  Whole,        // a table's name or a whole path
};

// Without origins: no match.
struct NameMatch {
  Match match = Match::LastSegment;
  std::vector<GraphOrigin> origins{};
};

class GraphTables {
 public:
  // Every table of the catalogue that Graph gives. Those that the embedded catalogue was loaded without the source of
  // have it from there.
  static Result<GraphTables> create(const catalog::Catalogue& catalogue);

  const std::vector<GraphTable>& all() const { return tables_; }

  // By `@odata.context`: `https://graph.microsoft.com/v1.0/$metadata#users(id)/$entity`.
  std::vector<GraphOrigin> by_context(std::string_view context) const;
  // By a file's name with its folders, `Groups/Admins.json`: tables' names and Graph's paths. First what the file's own
  // name says, with or without a page's number, then what its folder's does; those that say nothing are left out.
  std::vector<NameMatch> by_name(std::string_view name) const;
  // By a path: `identity/conditionalAccess/policies`.
  std::vector<GraphOrigin> by_path(std::string_view path) const;

 private:
  std::vector<GraphOrigin> matching(const std::vector<std::string>& segments) const;
  // Files named after the row that their request was made for, in a folder named after the path.
  NameMatch of_row(const std::vector<std::string>& names) const;
  NameMatch ending_in(const std::vector<std::string>& names, bool own) const;
  std::vector<GraphTable> tables_;
};

}  // namespace assay::import
