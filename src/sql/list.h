#pragma once

#include <string>
#include <string_view>

namespace assay::sql {

// Walks the elements of a JSON array of scalars, as `list` columns hold it, without building anything. Strings are
// given without quotes and unescaped; other elements as their JSON text. Text that is no JSON array is a list of one.
class ListReader {
 public:
  explicit ListReader(std::string_view list);
  bool next(std::string_view& element);  // valid until the next call

 private:
  std::string_view rest_;
  bool single_ = false;
  std::string unescaped_;
};

}  // namespace assay::sql
