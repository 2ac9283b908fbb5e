#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/result.h"
#include "catalog/model.h"
#include "sql/database.h"

namespace assay::snapshot {

// Fills one table and its children from JSON objects. Each object is walked once: its keys are looked up in a tree
// made of the columns' pointers, without regard to case.
//
// Readers survive what real files hold: a list of one where an object is expected, a bare object or scalar where a
// list is expected, numbers and other spellings for enumerations, `/Date(…)/`, `"True"` for true. A value that cannot
// be what the column says becomes NULL: unknown, never a guess.
class Loader {
 public:
  // Creates nothing: the tables must exist with these columns (nullptr: all; a child's columns under its name).
  static Result<Loader> create(const sql::Database& db, const catalog::Table& table,
                               const sql::Reads* columns = nullptr);
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

  // One row of the table with its children's rows. `key` is the entry's key where the rows are entries of an object.
  // An element that is no object is passed over: false.
  Result<bool> add(simdjson::dom::element object, std::string_view key = {});

  // Values for columns whose pointer is `@name`: what a request was made with. Until the next call.
  void give(const std::map<std::string, std::string>& values);

  std::size_t rows() const { return rows_; }
  const catalog::Table& table() const { return *table_; }
  Result<void> clear();  // empties the table and its children

 private:
  struct Node;
  struct Target;
  Loader(const sql::Database& db, const catalog::Table& table);
  Result<void> insert(Target& target, simdjson::dom::element object, std::string_view key, std::int64_t parent);

  const sql::Database* db_;
  const catalog::Table* table_;
  std::unique_ptr<Target> target_;
  std::size_t rows_ = 0;
};

// A pointer in Graph's spelling followed without regard to case; arrays of one are stepped into. Nothing: not there.
std::optional<simdjson::dom::element> find(simdjson::dom::element from, std::string_view pointer);

}  // namespace assay::snapshot
