#include "sql/guard.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/text.h"
#include "sql/heap.h"

namespace assay::sql {
namespace {

constexpr int kInstructionsPerCheck = 10'000;

// Functions that only compute. Absent on purpose: load_extension, readfile, randomblob, zeroblob, random, and whatever
// depends on the time of day (date, time, datetime, julianday, strftime with 'now').
constexpr auto kFunctions = std::to_array<std::string_view>({
    "->",
    "->>",
    "abs",
    "avg",
    "ceil",
    "char",
    "coalesce",
    "count",
    "cume_dist",
    "day_number",
    "dense_rank",
    "duration_days",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "has",
    "has_any",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_each",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_object",
    "json_quote",
    "json_tree",
    "json_type",
    "json_valid",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "lower",
    "ltrim",
    "mail_record",
    "mail_records",
    "max",
    "min",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "printf",
    "quote",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "spf_all",
    "spf_lookups",
    "spf_redirect",
    "split",
    "substr",
    "substring",
    "sum",
    "tag",
    "total",
    "trim",
    "typeof",
    "undeclared",
    "under_domain",
    "unicode",
    "upper",
    "within",
});

constexpr const char* kNotASelect = "it changes the schema or uses a statement other than SELECT";

Error refused(const std::string& why) {
  return {ErrorCode::Denied, "sql: not allowed: " + why, "only SELECT over the tables is allowed"};
}

}  // namespace

struct Guard::State {
  const Database* db;
  HeapLimit heap;
  std::uint64_t limit;
  std::int64_t left = 0;
  Reads reads;
  std::string refusal;
  std::string making;  // the temporary table that `materialise` is filling

  State(const Database& of, const Limits& limits) : db(&of), heap(limits.memory), limit(limits.instructions) {}

  int authorize(int action, const char* a, const char* b) {
    const auto deny = [&](std::string why) {
      if (refusal.empty()) refusal = std::move(why);
      return SQLITE_DENY;
    };
    switch (action) {
      case SQLITE_SELECT:
      case SQLITE_RECURSIVE:
        return SQLITE_OK;
      case SQLITE_READ: {
        const std::string_view table = a == nullptr ? "" : a;
        // Entering the new table, SQLite looks for its own row of the schema by number; nothing else there is readable.
        if (!making.empty() && (table == making || (table == "sqlite_temp_master" && text::iequals(b, "ROWID"))))
          return SQLITE_OK;
        if (text::istarts_with(table, "sqlite_")) return deny(fmt::format("it reads `{}`", table));
        reads[std::string(table)].insert(b == nullptr ? "" : b);
        return SQLITE_OK;
      }
      case SQLITE_FUNCTION: {
        const auto name = text::lower(b == nullptr ? "" : b);
        if (std::binary_search(kFunctions.begin(), kFunctions.end(), std::string_view(name))) return SQLITE_OK;
        return deny(fmt::format("it calls `{}`, which is not on the list of allowed functions", name));
      }
      case SQLITE_CREATE_TEMP_TABLE:
        if (!making.empty() && making == a) return SQLITE_OK;
        return deny("it creates a table");
      case SQLITE_INSERT:
      case SQLITE_UPDATE:
        if (!making.empty() && a != nullptr && (making == a || std::string_view(a) == "sqlite_temp_master"))
          return SQLITE_OK;
        [[fallthrough]];
      case SQLITE_DELETE:
        return deny(fmt::format("it writes to `{}`", a == nullptr ? "" : a));
      case SQLITE_ATTACH:
      case SQLITE_DETACH:
        return deny("it attaches or detaches a database");
      case SQLITE_PRAGMA:
        return deny(fmt::format("it uses PRAGMA {}", a == nullptr ? "" : a));
      case SQLITE_TRANSACTION:
      case SQLITE_SAVEPOINT:
        return deny("it controls transactions");
      default:
        return deny(kNotASelect);
    }
  }
};

Guard::Guard(const Database& db, const Limits& limits) : state_(std::make_unique<State>(db, limits)) {
  CHECK(std::is_sorted(kFunctions.begin(), kFunctions.end()));
  refill();
  CHECK(!db.authorize());
  db.authorize() = [state = state_.get()](int action, const char* a, const char* b) {
    return state->authorize(action, a, b);
  };
  sqlite3_progress_handler(
      db.handle(), kInstructionsPerCheck,
      [](void* state) {
        auto& left = static_cast<State*>(state)->left;
        left -= kInstructionsPerCheck;
        return left <= 0 ? 1 : 0;
      },
      state_.get());
}

Guard::~Guard() {
  state_->db->authorize() = nullptr;
  sqlite3_progress_handler(state_->db->handle(), 0, nullptr, nullptr);
}

void Guard::refill() { state_->left = static_cast<std::int64_t>(state_->limit); }
Reads Guard::take_reads() { return std::exchange(state_->reads, {}); }
std::string Guard::refusal() const { return state_->refusal; }

// Whether only blanks, comments and semicolons are left.
bool Guard::is_blank(const char* sql) {
  if (sql[std::strspn(sql, " \t\r\n;")] == '\0') return true;  // no need to ask the parser
  sqlite3_stmt* handle = nullptr;
  const int status = sqlite3_prepare_v2(state_->db->handle(), sql, -1, &handle, nullptr);
  const Statement statement(handle);
  state_->refusal.clear();
  return status == SQLITE_OK && handle == nullptr;
}

Result<Statement> Guard::prepare_one(const std::string& sql) {
  state_->refusal.clear();
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  const int status =
      sqlite3_prepare_v3(state_->db->handle(), sql.c_str(), static_cast<int>(sql.size()) + 1, 0, &handle, &tail);
  Statement statement(handle);
  if (!state_->refusal.empty()) return refused(state_->refusal);
  if (status != SQLITE_OK)
    return state_->db->error((status & 0xFF) == SQLITE_NOMEM ? ErrorCode::Limit : ErrorCode::Invalid, "sql");
  if (handle == nullptr) return invalid("sql: there is no statement in it");
  if (!is_blank(tail)) return invalid("sql: more than one statement");
  return statement;
}

Result<Statement> Guard::prepare(const std::string& sql) {
  auto statement = TRY(prepare_one(sql));
  // VACUUM asks the authorizer only while it runs.
  if (sqlite3_stmt_readonly(statement.handle()) == 0) return refused(state_->refusal = kNotASelect);
  return statement;
}

// CREATE TABLE … AS takes nothing but a SELECT, so one look is enough; when it is refused, the SELECT alone gives the
// message that its author can use.
Result<void> Guard::materialise(const std::string& name, const std::string& select) {
  state_->making = name;
  auto made = [&]() -> Result<void> {
    auto statement = TRY(prepare_one("CREATE TEMP TABLE " + identifier(name) + " AS " + select));
    TRY(statement.step());
    return {};
  }();
  state_->making.clear();
  if (made || made.error().code == ErrorCode::Limit) return made;
  const auto error = state_->refusal.empty() ? made.error() : refused(state_->refusal);
  TRY(prepare(select));
  return error;
}

Result<void> Guard::fill(const std::string& name, const std::string& select, Statement& prepared) {
  state_->making = name;  // also while it runs: a changed schema has it prepared anew
  auto filled = [&]() -> Result<void> {
    if (prepared.handle() == nullptr)
      prepared = TRY(prepare_one("INSERT INTO temp." + identifier(name) + " " + select));
    prepared.reset();
    TRY(prepared.step());
    return {};
  }();
  state_->making.clear();
  return filled;
}

}  // namespace assay::sql
