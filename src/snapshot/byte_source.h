#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace assay::snapshot {

// Bytes that come one after another: a file, pages of a snapshot, memory.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `buffer.size()` bytes; 0 at the end.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(File file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::span<char> buffer) override { return file_.read(buffer); }

 private:
  File file_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  std::string_view rest_;
};

// All that is left. Limit when it is more than `most` bytes.
Result<std::string> read_all(ByteSource& source, std::size_t most = std::size_t{1} << 30);

// Hands on what `from` gives and shows every byte to `seen` on the way: an import keeps its evidence like this.
class TeeSource final : public ByteSource {
 public:
  using Seen = std::function<Result<void>(std::string_view)>;
  TeeSource(ByteSource& from, Seen seen) : from_(from), seen_(std::move(seen)) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  ByteSource& from_;
  Seen seen_;
};

// UTF-8 from what administrators' tools write: a UTF-8 byte-order mark is dropped, UTF-16 (either order, by its mark)
// is converted. Invalid when the bytes are not the encoding they announce.
class Utf8Source final : public ByteSource {
 public:
  explicit Utf8Source(ByteSource& from) : from_(from) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  enum class Encoding { Unknown, Utf8, Utf16Little, Utf16Big };
  Result<void> detect();
  Result<bool> refill();  // more raw bytes; false at the end
  Result<void> decode();

  ByteSource& from_;
  Encoding encoding_ = Encoding::Unknown;
  std::string raw_;      // read, not yet converted
  std::string decoded_;  // converted, not yet given out
  std::size_t given_ = 0;
  bool ended_ = false;
};

}  // namespace assay::snapshot
