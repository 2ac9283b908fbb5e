#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "sql/database.h"

namespace assay::sql {

// What foreign SQL may use up. The defaults let every control of ours finish on a tenant of a million users.
struct Limits {
  std::uint64_t instructions = 20'000'000'000;  // of SQLite's virtual machine
  std::size_t memory = std::size_t{2} << 30;    // bytes of SQLite's heap beyond what is in use when the guard begins
};

// Which columns a statement reads: table name → column names ("" when only the rows count).
using Reads = std::map<std::string, std::set<std::string>>;

// While it lives, the connection, which can have one at a time, may only read: control SQL and `assay query` are
// foreign code. It allows SELECT, common table expressions (recursive ones too) and an allow-list of functions; it
// denies writing, ATTACH, PRAGMA, transactions, schema changes and every other function. The instruction limit covers
// everything that runs under the guard since the last `refill()`. The memory limit counts what this thread lets SQLite
// allocate.
class Guard {
 public:
  Guard(const Database& db, const Limits& limits);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  void refill();  // the next statement has the whole instruction limit again

  // Reads seen while statements were prepared since the last call.
  Reads take_reads();
  // Why the last statement was refused, in words; empty when it was not.
  std::string refusal() const;

  // Runs one foreign SELECT and keeps its rows as a temporary table of that name.
  Result<void> materialise(const std::string& name, const std::string& select);

  // The same once more, into the table that `materialise` left and whose rows were deleted. What was prepared is kept
  // in `prepared`, which begins empty.
  Result<void> fill(const std::string& name, const std::string& select, Statement& prepared);

  // Prepares one foreign statement: Denied with the reason, Invalid when it is no SQL or more than one statement.
  Result<Statement> prepare(const std::string& sql);

 private:
  Result<Statement> prepare_one(const std::string& sql);
  bool is_blank(const char* sql);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay::sql
