#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "snapshot/byte_source.h"
#include "snapshot/loader.h"

// A service's answer as rows of the tables that its request serves.
namespace assay::snapshot {

// Where in an answer a table's rows are.
struct Slice {
  std::string table;
  std::string list = "/value";  // pointer to the list of elements; `/`: the answer itself is it, or is the one element
  std::string rows;             // pointer inside each element to the real rows
};
std::string slices_json(const std::vector<Slice>& slices);
Result<std::vector<Slice>> read_slices(std::string_view json);

// Values that the request was made with, by the name that a column's pointer gives after `@`.
using Given = std::map<std::string, std::string>;

// What an answer says of itself.
struct Answered {
  std::size_t rows = 0;
  std::map<std::string, std::string> marks;  // the members that were asked for, where they are text
};

class AnswerLoader {
 public:
  struct Options {
    // Names of members of the top-level object that the caller wants to know, such as `@odata.nextLink`.
    std::vector<std::string> marks{};
    const sql::Reads* only = nullptr;  // columns to fill; nullptr: all
    // An answer of more bytes is taken apart as it is read, element by element, where its lists are members of the
    // top-level object or it is a list itself; any other is held whole.
    std::size_t whole = std::size_t{1} << 20;
  };
  static Result<AnswerLoader> create(const sql::Database& db, const catalog::Catalogue& catalogue,
                                     const std::vector<Slice>& slices, Options options);
  AnswerLoader(AnswerLoader&&) noexcept;
  AnswerLoader& operator=(AnswerLoader&&) noexcept;
  ~AnswerLoader();

  // Adds the rows of one answer. Invalid when it is no JSON or lacks the list: then nothing has been added.
  Result<Answered> add(ByteSource& json, const Given& given);

 private:
  struct State;
  explicit AnswerLoader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::snapshot
