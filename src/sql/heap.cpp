#include "sql/heap.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include <sqlite3.h>

#include "base/result.h"

namespace assay::sql {
namespace {

// What one thread frees and another allocated makes both counts wrong by the same amount, which a limit, set from the
// count of its own thread, does not notice unless it happens while it lives.
thread_local std::int64_t in_use = 0;
thread_local std::int64_t limit = std::numeric_limits<std::int64_t>::max();

// Before each piece stands its size, which malloc would have to be asked for. SQLite wants 8 bytes of alignment.
using Size = std::int64_t;
static_assert(sizeof(Size) % 8 == 0);

Size& size_of(void* memory) { return static_cast<Size*>(memory)[-1]; }

void* allocate(int bytes) {
  if (in_use + bytes > limit) return nullptr;
  auto* piece = static_cast<Size*>(std::malloc(sizeof(Size) + static_cast<std::size_t>(bytes)));
  if (piece == nullptr) return nullptr;
  in_use += bytes;
  *piece = bytes;
  return piece + 1;
}

void release(void* memory) {
  in_use -= size_of(memory);
  std::free(&size_of(memory));
}

void* resize(void* memory, int bytes) {
  const auto grown = bytes - size_of(memory);
  if (in_use + grown > limit) return nullptr;
  auto* piece = static_cast<Size*>(std::realloc(&size_of(memory), sizeof(Size) + static_cast<std::size_t>(bytes)));
  if (piece == nullptr) return nullptr;
  in_use += grown;
  *piece = bytes;
  return piece + 1;
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
