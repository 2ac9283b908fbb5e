#include "sql/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "sql/collation.h"
#include "sql/functions.h"
#include "sql/heap.h"

namespace assay::sql {
namespace {

ErrorCode code_of(int status) {
  switch (status & 0xFF) {
    case SQLITE_AUTH:
      return ErrorCode::Denied;
    case SQLITE_INTERRUPT:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
    case SQLITE_FULL:
      return ErrorCode::Limit;
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return ErrorCode::Denied;
    default:
      return ErrorCode::Invalid;
  }
}

// SQLite's words, except where they do not say what happened: only a guard's limits interrupt or run out.
std::string message(sqlite3* db) {
  switch (sqlite3_errcode(db) & 0xFF) {
    case SQLITE_INTERRUPT:
      return "it ran longer than it may";
    case SQLITE_NOMEM:
      return "it needs more memory than it may use";
    default:
      return sqlite3_errmsg(db);
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Database::Database(sqlite3* handle) : handle_(handle) {
  sqlite3_set_authorizer(
      handle,
      [](void* authorize, int action, const char* a, const char* b, const char* /*database*/, const char* /*trigger*/) {
        const auto& ask = *static_cast<const Authorize*>(authorize);
        return ask ? ask(action, a, b) : SQLITE_OK;
      },
      authorize_.get());
}

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_set_authorizer(handle, nullptr, nullptr);  // a statement may live longer than the connection
  sqlite3_close_v2(handle);
}

Result<bool> Statement::step() {
  const int status = sqlite3_step(handle_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  sqlite3* db = sqlite3_db_handle(handle_.get());
  return Error{code_of(status), "sql: " + message(db), {}};
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), index, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), index, value);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(handle_.get(), index, value);
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  sqlite3_bind_blob64(handle_.get(), index, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(handle_.get(), index);
  return *this;
}

int Statement::columns() const { return sqlite3_column_count(handle_.get()); }
std::string_view Statement::column_name(int index) const { return sqlite3_column_name(handle_.get(), index); }
bool Statement::is_null(int index) const { return type(index) == SQLITE_NULL; }
int Statement::type(int index) const { return sqlite3_column_type(handle_.get(), index); }
std::int64_t Statement::integer(int index) const { return sqlite3_column_int64(handle_.get(), index); }
double Statement::real(int index) const { return sqlite3_column_double(handle_.get(), index); }

std::string_view Statement::text(int index) const {
  if (type(index) == SQLITE_BLOB) {
    const auto* blob = static_cast<const char*>(sqlite3_column_blob(handle_.get(), index));
    return {blob, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), index))};
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), index));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), index))};
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode) {
  use_own_heap();
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  std::string name = ":memory:";
  if (mode == Mode::Memory) {
    flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  } else {
    // As a URI, in which `?` and `#` of the path must not be read as parts of their own.
    name = file.is_absolute() ? "file://" : "file:";
    for (const char c : file.string()) {
      if (c == '?' || c == '#' || c == '%')
        name += fmt::format("%{:02x}", static_cast<unsigned>(c));
      else
        name += c;
    }
    flags |= mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (mode == Mode::ReadOnly) name += "?immutable=1";
  }
  sqlite3* handle = nullptr;
  const int status = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  Database db(handle);
  if (status != SQLITE_OK) return db.error(code_of(status), fmt::format("`{}`: cannot open", file.string()));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 256 << 20);
  use_own_nocase(handle);
  register_functions(db);
  // Table-valued functions declare themselves on first use, which an authorizer would take for a schema change.
  // It is also the first look into the file, which may turn out to be no database.
  const int looked = sqlite3_exec(handle, "SELECT 1 FROM json_each('[]'), json_tree('[]')", nullptr, nullptr, nullptr);
  if (looked != SQLITE_OK) return db.error(code_of(looked), fmt::format("`{}`: cannot open", file.string()));
  return db;
}

Database Database::memory() {
  auto db = open({}, Mode::Memory);
  CHECK(db.has_value());
  return std::move(db).take();
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* handle = nullptr;
  const int status = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), 0, &handle, nullptr);
  if (status != SQLITE_OK) return error(code_of(status), "sql");
  if (handle == nullptr) return invalid("sql: there is no statement in it");
  return Statement(handle);
}

Result<void> Database::execute(const std::string& sql) const {
  const int status = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return error(code_of(status), "sql");
  return {};
}

Result<std::optional<std::string>> Database::value(std::string_view sql) const {
  auto statement = TRY(prepare(sql));
  if (!TRY(statement.step()) || statement.is_null(0)) return std::optional<std::string>();
  return std::optional<std::string>(statement.text(0));
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

Error Database::error(ErrorCode code, std::string_view doing) const {
  return {code, fmt::format("{}: {}", doing, message(handle_.get())), {}};
}

std::string identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace assay::sql
