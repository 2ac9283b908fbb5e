#include "snapshot/byte_source.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace assay::snapshot {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 63));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 63));
    put(0x80 | (c & 63));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 63));
    put(0x80 | ((c >> 6) & 63));
    put(0x80 | (c & 63));
  }
}

}  // namespace

Result<std::size_t> MemorySource::read(std::span<char> buffer) {
  const auto n = rest_.copy(buffer.data(), buffer.size());
  rest_.remove_prefix(n);
  return n;
}

Result<std::string> read_all(ByteSource& source, std::size_t most) {
  Result<std::string> out = std::string();  // built in place: GCC 12 misreads the move of a string into a Result
  std::string buffer(std::size_t{1} << 16, '\0');
  while (const auto n = TRY(source.read(buffer))) {
    out->append(buffer, 0, n);
    if (out->size() > most)
      return Error{ErrorCode::Limit, fmt::format("is larger than {} MB", most >> 20U), "is this the right file?"};
  }
  return out;
}

Result<std::size_t> TeeSource::read(std::span<char> buffer) {
  const auto n = TRY(from_.read(buffer));
  if (n != 0) TRY(seen_({buffer.data(), n}));
  return n;
}

Result<bool> Utf8Source::refill() {
  if (ended_) return false;
  const auto old = raw_.size();
  raw_.resize(old + kChunk);
  const auto n = TRY(from_.read({raw_.data() + old, kChunk}));
  raw_.resize(old + n);
  ended_ = n == 0;
  return n != 0;
}

Result<void> Utf8Source::detect() {
  while (raw_.size() < 3 && TRY(refill())) {
  }
  const std::string_view start = raw_;
  if (start.starts_with("\xEF\xBB\xBF")) {
    encoding_ = Encoding::Utf8;
    raw_.erase(0, 3);
  } else if (start.starts_with("\xFF\xFE")) {
    encoding_ = Encoding::Utf16Little;
    raw_.erase(0, 2);
  } else if (start.starts_with("\xFE\xFF")) {
    encoding_ = Encoding::Utf16Big;
    raw_.erase(0, 2);
  } else {
    encoding_ = Encoding::Utf8;
  }
  return {};
}

Result<void> Utf8Source::decode() {
  const auto unit = [&](std::size_t i) -> std::uint32_t {
    const auto a = static_cast<unsigned char>(raw_[i]);
    const auto b = static_cast<unsigned char>(raw_[i + 1]);
    return encoding_ == Encoding::Utf16Little ? a | b << 8U : b | a << 8U;
  };
  decoded_.clear();
  given_ = 0;
  std::size_t i = 0;
  while (i + 2 <= raw_.size()) {
    const auto c = unit(i);
    if (c >= 0xDC00 && c < 0xE000) return invalid("not valid UTF-16: a low surrogate stands alone");
    if (c < 0xD800 || c >= 0xE000) {
      append_utf8(decoded_, c);
      i += 2;
      continue;
    }
    if (i + 4 > raw_.size()) {
      if (ended_) return invalid("not valid UTF-16: a high surrogate stands at the end");
      break;
    }
    const auto low = unit(i + 2);
    if (low < 0xDC00 || low >= 0xE000) return invalid("not valid UTF-16: a high surrogate stands alone");
    append_utf8(decoded_, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
    i += 4;
  }
  raw_.erase(0, i);
  if (ended_ && !raw_.empty()) return invalid("not valid UTF-16: half a character at the end");
  return {};
}

Result<std::size_t> Utf8Source::read(std::span<char> buffer) {
  if (encoding_ == Encoding::Unknown) TRY(detect());
  if (encoding_ == Encoding::Utf8) {
    if (raw_.empty()) return from_.read(buffer);
    const auto n = std::min(buffer.size(), raw_.size());
    std::memcpy(buffer.data(), raw_.data(), n);
    raw_.erase(0, n);
    return n;
  }
  while (given_ == decoded_.size()) {
    const bool more = TRY(refill());
    if (!more && raw_.empty()) return std::size_t{0};
    TRY(decode());
  }
  const auto n = std::min(buffer.size(), decoded_.size() - given_);
  std::memcpy(buffer.data(), decoded_.data() + given_, n);
  given_ += n;
  return n;
}

}  // namespace assay::snapshot
