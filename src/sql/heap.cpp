#include "sql/heap.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include <malloc.h>
#include <sqlite3.h>

#include "base/result.h"

namespace assay::sql {
namespace {

// What one thread frees and another allocated makes both counts wrong by the same amount, which a limit, set from the
// count of its own thread, does not notice unless it happens while it lives.
thread_local std::int64_t in_use = 0;
thread_local std::int64_t limit = std::numeric_limits<std::int64_t>::max();

std::int64_t size_of(void* memory) { return static_cast<std::int64_t>(malloc_usable_size(memory)); }

void* allocate(int bytes) {
  if (in_use + bytes > limit) return nullptr;
  void* memory = std::malloc(static_cast<std::size_t>(bytes));
  if (memory != nullptr) in_use += size_of(memory);
  return memory;
}

void release(void* memory) {
  in_use -= size_of(memory);
  std::free(memory);
}

void* resize(void* memory, int bytes) {
  const auto old = size_of(memory);
  if (in_use - old + bytes > limit) return nullptr;
  void* moved = std::realloc(memory, static_cast<std::size_t>(bytes));
  if (moved != nullptr) in_use += size_of(moved) - old;
  return moved;
}

}  // namespace

void use_own_heap() {
  static const bool done = [] {
    static sqlite3_mem_methods methods{allocate,
                                       release,
                                       resize,
                                       [](void* memory) { return static_cast<int>(size_of(memory)); },
                                       [](int bytes) { return (bytes + 7) & ~7; },
                                       [](void*) { return SQLITE_OK; },
                                       [](void*) {},
                                       nullptr};
    CHECK(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK);
    CHECK(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
    return true;
  }();
  static_cast<void>(done);
}

HeapLimit::HeapLimit(std::size_t bytes) : before_(limit) {
  const auto most =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - std::max<std::int64_t>(in_use, 0));
  limit = std::min(limit, in_use + static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, most)));
}

HeapLimit::~HeapLimit() { limit = before_; }

}  // namespace assay::sql
