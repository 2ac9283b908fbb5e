#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "snapshot/byte_source.h"

namespace assay::snapshot {

// For tests: memory that comes in reads of chosen sizes, and that can break off with an error.
class FakeSource final : public ByteSource {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  // At most `at_a_time` bytes a read.
  explicit FakeSource(std::string_view bytes, std::size_t at_a_time = kAll) : rest_(bytes), sizes_{at_a_time} {}
  // Reads of these sizes one after another; the last counts for all that follow.
  FakeSource(std::string_view bytes, std::vector<std::size_t> sizes) : rest_(bytes), sizes_(std::move(sizes)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    if (failure && given >= fail_at) return *failure;
    auto most = std::min(buffer.size(), sizes_[std::min(reads++, sizes_.size() - 1)]);
    if (failure) most = std::min(most, fail_at - given);
    const auto n = rest_.copy(buffer.data(), most);
    rest_.remove_prefix(n);
    given += n;
    return n;
  }

  std::optional<Error> failure;  // given instead of the byte at `fail_at`
  std::size_t fail_at = 0;
  std::size_t given = 0;
  std::size_t reads = 0;

 private:
  std::string_view rest_;
  std::vector<std::size_t> sizes_;
};

// All that a source gives, read into a buffer of this size.
inline Result<std::string> read_by(std::size_t buffer_size, ByteSource& source) {
  std::string out;
  std::string buffer(buffer_size, '\0');
  for (;;) {
    const auto n = TRY(source.read(buffer));
    if (n == 0) return out;
    out.append(buffer, 0, n);
  }
}

}  // namespace assay::snapshot
