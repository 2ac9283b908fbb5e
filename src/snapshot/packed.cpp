#include "snapshot/packed.h"

#include <algorithm>
#include <cstring>

#include <zstd.h>

#include "base/sha256.h"
#include "snapshot/layout.h"

namespace assay::snapshot {
namespace {

constexpr int kCompression = 3;

}  // namespace

Part pack(std::string_view bytes) {
  Part out{sha256_hex(bytes), bytes.size(), std::string(ZSTD_compressBound(bytes.size()), '\0')};
  const auto n = ZSTD_compress(out.packed.data(), out.packed.size(), bytes.data(), bytes.size(), kCompression);
  CHECK(!ZSTD_isError(n));
  out.packed.resize(n);
  out.packed.shrink_to_fit();
  return out;
}

// Unpacks one part after another, then gives what is not packed yet.
class Packed::Source final : public ByteSource {
 public:
  explicit Source(const Packed& of) : of_(of) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    while (rest_.empty()) {
      if (next_ > of_.parts_.size()) return std::size_t{0};
      rest_ = next_ == of_.parts_.size() ? std::string_view(of_.open_) : unpack(of_.parts_[next_]);
      ++next_;
    }
    const auto n = rest_.copy(buffer.data(), buffer.size());
    rest_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view unpack(const Part& part) {
    body_.resize(part.size);
    const auto n = ZSTD_decompress(body_.data(), body_.size(), part.packed.data(), part.packed.size());
    CHECK(n == part.size);
    return body_;
  }

  const Packed& of_;
  std::size_t next_ = 0;
  std::string body_;
  std::string_view rest_;
};

void Packed::add(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const auto n = std::min(kPageBytes - open_.size(), bytes.size());
    open_ += bytes.substr(0, n);
    bytes.remove_prefix(n);
    if (open_.size() < kPageBytes) continue;
    parts_.push_back(pack(open_));
    open_.clear();
  }
}

void Packed::clear() { *this = {}; }

void Packed::seal() {
  if (open_.empty()) return;
  parts_.push_back(pack(open_));
  open_ = {};
}

std::unique_ptr<ByteSource> Packed::bytes() const { return std::make_unique<Source>(*this); }

std::vector<Part> Packed::take() {
  seal();
  if (parts_.empty()) parts_.push_back(pack({}));
  auto out = std::move(parts_);
  clear();
  return out;
}

}  // namespace assay::snapshot
