#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace assay::sql {

enum class Mode {
  Memory,     // private and gone when closed
  ReadOnly,   // the file is not changed, not even by a journal
  ReadWrite,  // created when it does not exist
};

// A prepared statement. Columns and parameters count from 0 and 1, as in SQLite. Text from `text()` is valid until the
// next step.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  Result<bool> step();  // true: a row is there; false: done
  void reset();         // ready to run again; parameters keep their values

  Statement& bind(int index, std::string_view text);  // the text must live until the statement has been stepped
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  int columns() const;
  std::string_view column_name(int index) const;
  bool is_null(int index) const;
  int type(int index) const;  // SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL
  std::int64_t integer(int index) const;
  double real(int index) const;
  std::string_view text(int index) const;  // also the bytes of a blob; empty for NULL

  sqlite3_stmt* handle() const { return handle_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// Asked about every step of a statement while it is prepared, as sqlite3_set_authorizer has it, and answers in its
// terms. An empty one allows everything.
using Authorize = std::function<int(int action, const char* a, const char* b)>;

// One connection. Not shared between threads.
class Database {
 public:
  static Result<Database> open(const std::filesystem::path& file, Mode mode);
  static Database memory();

  Result<Statement> prepare(std::string_view sql) const;
  Result<void> execute(const std::string& sql) const;  // any number of statements, no rows
  // The first column of the first row, if there is one.
  Result<std::optional<std::string>> value(std::string_view sql) const;
  std::int64_t last_row_id() const;

  // The connection's last error as an Error of `code`.
  Error error(ErrorCode code, std::string_view doing) const;

  sqlite3* handle() const { return handle_.get(); }

  // SQLite prepares every statement anew when it is given an authorizer; who is asked can change without that.
  Authorize& authorize() const { return *authorize_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle);
  std::unique_ptr<Authorize> authorize_ = std::make_unique<Authorize>();  // outlives the connection
  std::unique_ptr<sqlite3, Close> handle_;
};

// `name` as an SQL identifier: in double quotes, quotes doubled.
std::string identifier(std::string_view name);

}  // namespace assay::sql
