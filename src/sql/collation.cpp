#include "sql/collation.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include <emmintrin.h>
#include <sqlite3.h>

#include "base/result.h"

namespace assay::sql {
namespace {

constexpr std::size_t kBlock = 16;

int lower(char c) {
  const int byte = static_cast<unsigned char>(c);
  return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
}

// Moves `A` to the lowest signed byte, so that one comparison finds all capitals.
__m128i lower(__m128i bytes) {
  const auto moved = _mm_add_epi8(bytes, _mm_set1_epi8(0x80 - 'A'));
  const auto capital = _mm_cmplt_epi8(moved, _mm_set1_epi8(-128 + 26));
  return _mm_add_epi8(bytes, _mm_and_si128(capital, _mm_set1_epi8(32)));
}

__m128i load(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }

}  // namespace

int compare_nocase(std::string_view a, std::string_view b) {
  const std::size_t shared = std::min(a.size(), b.size());
  std::size_t i = 0;
  for (; i + kBlock <= shared; i += kBlock) {
    const auto x = load(a.data() + i);
    const auto y = load(b.data() + i);
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(x, y)) == 0xFFFF) continue;
    const auto same = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(lower(x), lower(y))));
    if (same == 0xFFFF) continue;
    i += static_cast<std::size_t>(std::countr_one(same));
    return lower(a[i]) - lower(b[i]);
  }
  for (; i < shared; ++i)
    if (const int difference = lower(a[i]) - lower(b[i]); difference != 0) return difference;
  return a.size() < b.size() ? -1 : static_cast<int>(a.size() > b.size());
}

void use_own_nocase(sqlite3* db) {
  CHECK(sqlite3_create_collation_v2(
            db, "NOCASE", SQLITE_UTF8, nullptr,
            [](void* /*data*/, int a_size, const void* a, int b_size, const void* b) {
              return compare_nocase({static_cast<const char*>(a), static_cast<std::size_t>(a_size)},
                                    {static_cast<const char*>(b), static_cast<std::size_t>(b_size)});
            },
            nullptr) == SQLITE_OK);
}

}  // namespace assay::sql
