#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/byte_source.h"

namespace assay::snapshot {

// A piece of a document as it lies in the file: compressed, with the SHA-256 of what it was.
struct Part {
  std::string sha256;
  std::size_t size = 0;  // before it was compressed
  std::string packed;
};
Part pack(std::string_view bytes);

// A document on its way into a snapshot. Its bytes are cut into parts of kPageBytes, and each part is compressed as
// soon as it is full: a long answer costs what zstd leaves of it, not its length.
class Packed {
 public:
  Packed() = default;
  explicit Packed(std::string_view bytes) { add(bytes); }

  void add(std::string_view bytes);
  void clear();
  // Compresses what does not fill a part, for a document that has to wait for others. Nothing may be added after it.
  void seal();
  std::size_t size() const { return size_; }

  // All of its bytes again. It must outlive the source and stay as it is.
  std::unique_ptr<ByteSource> bytes() const;
  // The parts, the last one included; an empty document has one part.
  std::vector<Part> take();

 private:
  class Source;
  std::vector<Part> parts_;
  std::string open_;  // less than a part
  std::size_t size_ = 0;
};

}  // namespace assay::snapshot
