#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "catalog/model.h"

// A table's `source` as a collector carries it out. docs/catalogue-format.md describes the keys.
namespace assay::catalog {

// One request for each row of another table.
struct Each {
  std::string table;
  std::vector<std::string> columns;  // `{column}` in the path, the name or the parameters; `@column` in a pointer
  std::string where;                 // SQL over that table; empty: every row
  std::size_t most = 0;              // with more rows the table is read only when it is asked for; 0: always read
};

struct Source {
  std::string service;  // graph exchange compliance sharepoint teams … (services.yaml); empty: derived by `sql`
  std::string version;  // graph: v1.0 or beta
  std::string path;     // with `{column}` and `{tenant}`
  std::string method;   // GET; POST for a service that reads by it; csom
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;
  Json body;              // of a POST; null: none
  std::string cmdlet;     // exchange, compliance
  Json parameters;        // of the cmdlet
  std::string object;     // teams: the type of configuration; sharepoint: what a `csom` request is made on
  std::string call;       // sharepoint: the method that a `csom` request calls
  std::string record;     // dns: TXT, MX, CNAME, …
  std::string name;       // dns: what is asked for, with `{column}`
  std::string list;       // pointer to the list of elements in an answer; `/`: the answer is it, or is the one element
  std::string rows;       // pointer inside each element to the real rows
  std::size_t pages = 0;  // most answers to read; 0: all
  std::optional<Each> each;
  std::vector<std::string> permissions;  // any one suffices
  std::string role;                      // directory role that the application needs besides
  bool delegated = false;                // there is no access without a person signed in
  std::string sql;                       // a SELECT over other tables that gives the rows
  std::vector<std::string> needs;        // with `sql`: tables without which the rows cannot be known
};

// Invalid with the key in front, when the source is not one that can be carried out.
Result<Source> read_source(const Json& source);

// Equal for two tables that one request serves. Without what only says where in the answer the rows are.
std::string request_key(const Source& source);

}  // namespace assay::catalog
