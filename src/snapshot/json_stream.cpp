#include "snapshot/json_stream.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include <emmintrin.h>
#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.h"

namespace assay::snapshot {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 18;
static_assert(JsonStream::kPadding >= simdjson::SIMDJSON_PADDING);

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

__m128i load(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
unsigned equal(__m128i bytes, char c) {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
}

// The first byte in [p, end) that is a quote or a backslash.
const char* find_in_string(const char* p, const char* end) {
  for (; end - p >= 16; p += 16) {
    const auto bytes = load(p);
    if (const unsigned mask = equal(bytes, '"') | equal(bytes, '\\'); mask != 0) return p + std::countr_zero(mask);
  }
  while (p < end && *p != '"' && *p != '\\') ++p;
  return p;
}

constexpr std::size_t kBlock = 64;
static_assert(JsonStream::kPadding >= kBlock);

// Where bytes of a block are that say how a document is built, a bit each.
struct Block {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t brackets = 0;

  explicit Block(const char* p) {
    for (unsigned part = 0; part < kBlock; part += 16) {
      const auto bytes = load(p + part);
      // `[`, `]`, `{`, `}` differ in one bit by pairs.
      const auto folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
      quotes |= std::uint64_t{equal(bytes, '"')} << part;
      backslashes |= std::uint64_t{equal(bytes, '\\')} << part;
      brackets |= std::uint64_t{equal(folded, '{') | equal(folded, '}')} << part;
    }
  }
};

// For each bit, whether an odd number of bits is set up to it.
std::uint64_t odd_so_far(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace

JsonStream::JsonStream(ByteSource& source, ShapeOf shape_of, StreamLimits limits, Top top)
    : source_(source), shape_of_(std::move(shape_of)), limits_(limits), top_(top) {
  buffer_.resize(2 * kReadSize + kPadding);
}

Error JsonStream::fault(std::string what, std::string hint) const {
  std::string where = key_.empty() || state_ == At::End ? "" : "`" + text::shorten(key_, 60) + "`";
  if (!where.empty() && (state_ == At::InArray || state_ == At::InObject)) where += fmt::format("[{}]", index_);
  if (!where.empty()) where += ": ";
  return invalid(fmt::format("{}not valid JSON at byte {}: {}", where, base_ + at_, what), std::move(hint));
}

Error JsonStream::string_too_long(std::size_t begin) const {
  return {ErrorCode::Limit,
          fmt::format("`{}`: a string is longer than {} MB at byte {}", text::shorten(key_, 60), limits_.string >> 20,
                      begin),
          "is this the right file?"};
}

Result<void> JsonStream::validate(bool at_end) {
  // Up to the last byte that cannot be in the middle of a character.
  std::size_t end = filled_;
  if (!at_end) {
    for (int back = 0; back < 3 && end > validated_ && (static_cast<unsigned char>(buffer_[end - 1]) & 0xC0) == 0x80;
         ++back)
      --end;
    if (end > validated_ && static_cast<unsigned char>(buffer_[end - 1]) >= 0xC0) --end;
  }
  if (!simdjson::validate_utf8(buffer_.data() + validated_, end - validated_))
    return invalid(fmt::format("not valid UTF-8 between bytes {} and {}", base_ + validated_, base_ + end),
                   "save it as UTF-8 or UTF-16 with a byte-order mark");
  validated_ = end;
  return {};
}

Result<bool> JsonStream::fill() {
  if (source_ended_) return false;
  // Drop what nobody needs any more, then make room. Half a character at the end is still to be validated.
  const std::size_t drop = std::min({keep_, at_, validated_});
  if (drop > 0 && buffer_.size() - filled_ < kReadSize + kPadding) {
    std::memmove(buffer_.data(), buffer_.data() + drop, filled_ - drop);
    filled_ -= drop;
    at_ -= drop;
    keep_ -= drop;
    base_ += drop;
    validated_ -= drop;
  }
  if (filled_ - std::min(keep_, at_) > limits_.piece)
    return Error{ErrorCode::Limit,
                 fmt::format("`{}`: one value is larger than {} MB at byte {}", text::shorten(key_, 60),
                             limits_.piece >> 20, base_ + at_),
                 "is this the right file?"};
  if (buffer_.size() - filled_ < kReadSize + kPadding) buffer_.resize(buffer_.size() * 2);
  const auto n = TRY(source_.read({buffer_.data() + filled_, kReadSize}));
  filled_ += n;
  source_ended_ = n == 0;
  TRY(validate(source_ended_));
  return n != 0;
}

Result<char> JsonStream::peek() {
  for (;;) {
    while (at_ < filled_ && is_blank(buffer_[at_])) ++at_;
    if (at_ < filled_) return buffer_[at_];
    keep_ = at_;  // blanks are never part of a piece
    if (!TRY(fill())) return fault("it ends too early");
  }
}

Result<void> JsonStream::expect(char c, std::string_view what) {
  if (TRY(peek()) != c) return fault(fmt::format("{} is expected", what), "is it JSON?");
  ++at_;
  return {};
}

Result<void> JsonStream::skip_string(bool keep) {
  const std::size_t begin = base_ + at_;
  ++at_;
  for (;;) {
    const char* end = buffer_.data() + filled_;
    const char* found = find_in_string(buffer_.data() + at_, end);
    at_ = static_cast<std::size_t>(found - buffer_.data());
    if (!keep) keep_ = at_;
    if (base_ + at_ - begin > limits_.string) return string_too_long(begin);
    if (found == end) {
      if (!TRY(fill())) return fault("a string does not end");
    } else if (*found == '"') {
      ++at_;
      return {};
    } else {
      if (at_ + 1 >= filled_ && !TRY(fill())) return fault("a string does not end");
      at_ += 2;
    }
  }
}

Result<std::string> JsonStream::read_key() {
  if (TRY(peek()) != '"') return fault("a key in quotes is expected", "is it JSON?");
  keep_ = at_;
  TRY(skip_string(true));
  if (at_ - keep_ > limits_.key)
    return Error{
        ErrorCode::Limit, fmt::format("a key is longer than {} bytes at byte {}", limits_.key, base_ + keep_), {}};
  std::string key(buffer_.data() + keep_ + 1, at_ - keep_ - 2);
  keep_ = at_;
  TRY(expect(':', "a colon"));
  return key;
}

Result<void> JsonStream::skip_value(bool keep) {
  const char first = TRY(peek());
  keep_ = at_;
  const auto release = [&] {
    if (!keep) keep_ = at_;
  };
  if (first == '"') return skip_string(keep);
  if (first != '{' && first != '[') {  // a number or a literal
    for (;;) {
      while (at_ < filled_ && !is_blank(buffer_[at_]) && std::strchr(",]}[{\":", buffer_[at_]) == nullptr) ++at_;
      if (at_ < filled_) break;
      if (!TRY(fill())) return fault("it ends too early");
      if (at_ - keep_ > 4096) return fault("a number or literal is too long", "is it JSON?");
    }
    if (at_ == keep_) return fault("a value is expected", "is it JSON?");
    return {};
  }
  const std::size_t outside = state_ == At::Members ? 1 : 2;  // the document, and the container whose element this is
  std::string open;                                           // the brackets that are open
  bool in_string = false;
  bool escaped = false;          // a backslash stands before `at_`
  std::size_t string_begin = 0;  // in the document
  for (;;) {
    release();
    if (at_ == filled_) {
      if (!TRY(fill())) return fault(in_string ? "a string does not end" : "it ends too early");
      continue;
    }
    const std::size_t size = std::min(filled_ - at_, kBlock);
    const std::uint64_t valid = ~std::uint64_t{0} >> (kBlock - size);
    Block block(buffer_.data() + at_);
    block.backslashes &= valid;
    block.quotes &= valid;
    block.brackets &= valid;
    if (escaped) {
      block.backslashes &= ~std::uint64_t{1};
      block.quotes &= ~std::uint64_t{1};
      escaped = false;
    }
    while (block.backslashes != 0) {
      const auto at = static_cast<std::size_t>(std::countr_zero(block.backslashes));
      escaped = at + 1 == size;
      const std::uint64_t backslash = std::uint64_t{1} << at;
      const std::uint64_t next = backslash << 1;
      block.quotes &= ~next;
      block.backslashes &= ~(backslash | next);
    }
    if (block.brackets != 0)
      block.brackets &= ~(odd_so_far(block.quotes) ^ (in_string ? ~std::uint64_t{0} : std::uint64_t{0}));
    for (; block.brackets != 0; block.brackets &= block.brackets - 1) {
      const auto at = at_ + static_cast<std::size_t>(std::countr_zero(block.brackets));
      const char c = buffer_[at];
      if (c == '{' || c == '[') {
        if (outside + open.size() >= limits_.depth)
          return Error{ErrorCode::Limit,
                       fmt::format("`{}`: nested deeper than {} levels at byte {}", text::shorten(key_, 60),
                                   limits_.depth, base_ + at),
                       {}};
        open += c;
        continue;
      }
      if (open.back() != (c == '}' ? '{' : '[')) {
        at_ = at;
        return fault("brackets do not match");
      }
      open.pop_back();
      if (open.empty()) {
        at_ = at + 1;
        return {};
      }
    }
    in_string = in_string != (std::popcount(block.quotes) % 2 != 0);
    if (in_string && block.quotes != 0)
      string_begin = base_ + at_ + (kBlock - 1) - static_cast<std::size_t>(std::countl_zero(block.quotes));
    at_ += size;
    if (in_string && base_ + at_ - string_begin > limits_.string) return string_too_long(string_begin);
  }
}

Result<bool> JsonStream::next_item(Piece& piece) {
  const char close = state_ == At::InArray ? ']' : '}';
  keep_ = at_;
  char c = TRY(peek());
  if (c == close) {
    const bool empty = first_;
    ++at_;
    state_ = is_list_ ? At::End : At::Members;
    first_ = false;
    if (!empty) return next(piece);
    piece = {.key = key_, .offset = base_ + at_, .empty_container = true, .is_object = member_is_object_};
    return true;
  }
  if (!first_) {
    TRY(expect(',', "a comma"));
    ++index_;
  }
  first_ = false;
  if (state_ == At::InObject) entry_ = TRY(read_key());
  TRY(skip_value(true));
  piece = {.key = key_,
           .entry = state_ == At::InObject ? std::string_view(entry_) : std::string_view(),
           .json = {buffer_.data() + keep_, at_ - keep_},
           .index = index_,
           .offset = base_ + keep_,
           .in_container = true,
           .is_object = member_is_object_};
  return true;
}

Result<bool> JsonStream::next_member(Piece& piece) {
  for (;;) {
    keep_ = at_;
    if (TRY(peek()) == '}') {
      ++at_;
      state_ = At::End;
      return next(piece);
    }
    if (!first_) TRY(expect(',', "a comma"));
    first_ = false;
    key_ = TRY(read_key());
    index_ = 0;
    const auto shape = shape_of_(key_);
    const char c = TRY(peek());
    member_is_object_ = c == '{';
    if (shape == Shape::Skip) {
      TRY(skip_value(false));
      continue;
    }
    if (c == '[' || (c == '{' && shape == Shape::Entries)) {
      ++at_;
      state_ = c == '[' ? At::InArray : At::InObject;
      first_ = true;
      return next_item(piece);
    }
    TRY(skip_value(true));
    piece = {.key = key_,
             .json = {buffer_.data() + keep_, at_ - keep_},
             .offset = base_ + keep_,
             .is_object = member_is_object_};
    return true;
  }
}

Result<bool> JsonStream::next(Piece& piece) {
  switch (state_) {
    case At::Start: {
      while (at_ == filled_ && TRY(fill())) {
      }
      while (at_ < filled_ && is_blank(buffer_[at_])) {
        keep_ = ++at_;
        if (at_ == filled_) TRY(fill());
      }
      if (at_ == filled_) return invalid("the file is empty", "export it again");
      if (buffer_[at_] == '[' && top_ == Top::ObjectOrList) {
        ++at_;
        is_list_ = true;
        state_ = At::InArray;
        return next_item(piece);
      }
      if (buffer_[at_] != '{') return fault("it must begin with `{`", "is it the right file?");
      ++at_;
      state_ = At::Members;
      return next_member(piece);
    }
    case At::Members:
      return next_member(piece);
    case At::InArray:
    case At::InObject:
      return next_item(piece);
    case At::End:
      break;
  }
  for (;;) {
    keep_ = at_;
    while (at_ < filled_ && is_blank(buffer_[at_])) ++at_;
    if (at_ < filled_) return fault("something follows the end of the document");
    if (!TRY(fill())) return false;
  }
}

}  // namespace assay::snapshot
