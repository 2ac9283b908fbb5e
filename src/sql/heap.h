#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::sql {

// Gives SQLite the program's own malloc, counted for each thread: no lock and no statistics, which were a tenth of a
// short run. Must come before SQLite is used; does nothing the second time.
void use_own_heap();

// While it lives, what this thread lets SQLite allocate beyond what is in use now is limited; SQLite then says
// SQLITE_NOMEM. Limits nest.
class HeapLimit {
 public:
  explicit HeapLimit(std::size_t bytes);
  ~HeapLimit();
  HeapLimit(const HeapLimit&) = delete;
  HeapLimit& operator=(const HeapLimit&) = delete;

 private:
  std::int64_t before_;
};

}  // namespace assay::sql
