#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/model.h"
#include "sql/database.h"

namespace assay::snapshot {

// What became of a table. Only `Collected` is evidence: an empty table that was collected says that there is nothing,
// every other state says that we do not know.
enum class State {
  Collected,
  Denied,       // the service refused: a permission or a role is missing
  NotLicensed,  // the tenant lacks the licence that the table belongs to
  NotOffered,   // the service does not exist in this cloud
  Failed,       // it was tried and did not work
  Absent,       // the source does not hold it: an export of another age or of other products
};
std::string_view name(State state);
std::optional<State> state(std::string_view name);

struct TableCoverage {
  std::string table;
  State state = State::Absent;
  std::size_t rows = 0;
  std::string detail;  // why, in words; empty when collected
};

struct Manifest {
  std::string tenant_id;
  std::string tenant_name;
  std::string cloud;                  // commercial gcc gcchigh dod; empty: not known
  std::optional<Timestamp> taken_at;  // when the evidence was read from the tenant
  std::string source;                 // `ScubaGear 1.8.0`
  std::vector<std::string> scope;     // services that the source set out to read
  std::string program_version;
  std::string catalogue_version;
};

// An exception that the source itself declares, for a requirement of a framework.
struct DeclaredException {
  std::string framework;
  std::string requirement;
  std::string kind;  // user group application guest_type sensitive_user partner_domain …
  std::string value;
};

// A requirement that the operator left out of the source's own run.
struct Omission {
  std::string framework;
  std::string requirement;
  std::string reason;
  std::optional<Timestamp> expires;
};

// A tenant's tables, ready to be judged. The connection is this object's alone; when it stands on a snapshot file it
// only reads, and what a run adds goes to temporary tables.
struct Evidence {
  sql::Database db = sql::Database::memory();
  Manifest manifest;
  std::vector<TableCoverage> coverage;
  std::map<std::string, bool> plans;  // service plans that the source states by itself
  std::vector<DeclaredException> exceptions;
  std::vector<Omission> omissions;

  const TableCoverage* find(std::string_view table) const;
  void set(TableCoverage of);  // adds or replaces
};

// Creates the catalogue's tables in `db`: all of them, or the tables and columns in `only`.
Result<void> create_tables(const sql::Database& db, const catalog::Catalogue& catalogue,
                           const sql::Reads* only = nullptr);

// SHA-256 over the content of every table of the catalogue that exists in `db`, in a fixed order: two imports of the
// same evidence give the same digest.
Result<std::string> tables_digest(const sql::Database& db, const catalog::Catalogue& catalogue);

}  // namespace assay::snapshot
