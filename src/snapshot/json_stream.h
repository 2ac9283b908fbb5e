#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/byte_source.h"

namespace assay::snapshot {

// What to do with a member of the top-level object.
enum class Shape {
  Skip,      // pass over it
  Elements,  // an array is given element by element, anything else whole
  Entries,   // as Elements, and an object is given entry by entry
};

// A piece of the document that is parsed on its own. The views are valid until the next call of `next`.
struct Piece {
  std::string_view key{};        // of the top-level member
  std::string_view entry{};      // of the entry, when the member is an object given by entries (raw, still escaped)
  std::string_view json{};       // its text, followed by at least kPadding readable bytes
  std::size_t index = 0;         // of the element or entry in its member
  std::size_t offset = 0;        // of the text in the document, in bytes of UTF-8
  bool in_container = false;     // an element or entry, not the member's whole value
  bool empty_container = false;  // the member is an array (or object, for Entries) without any element: json is empty
  bool is_object = false;        // the member's value is an object
};

struct StreamLimits {
  std::size_t depth = 128;                     // of nesting
  std::size_t piece = std::size_t{256} << 20;  // bytes of one piece
  std::size_t string = std::size_t{64} << 20;  // bytes of one string, also where nobody reads it
  std::size_t key = std::size_t{4} << 10;      // bytes of a top-level key
};

// What a document may be.
enum class Top {
  Object,
  ObjectOrList,  // a list is given element by element, as that of a member without a name
};

// Takes a JSON object apart into pieces without ever holding more than one of them: a 150 MB export costs a buffer of
// one element. It checks what it passes over: brackets match, strings end, nesting is bounded, the bytes are UTF-8,
// nothing follows the end. What is inside a piece is left to the parser that gets it.
class JsonStream {
 public:
  static constexpr std::size_t kPadding = 64;
  using ShapeOf = std::function<Shape(std::string_view key)>;

  JsonStream(ByteSource& source, ShapeOf shape_of, StreamLimits limits = {}, Top top = Top::Object);

  // The next piece; false at the end of the document. A document that is none of `top` is Invalid.
  Result<bool> next(Piece& piece);
  std::size_t bytes_read() const { return base_ + filled_; }

 private:
  enum class At { Start, Members, InArray, InObject, End };

  Result<bool> fill();  // more bytes behind `filled_`; false at the end of the source
  Result<char> peek();  // the next byte that is no blank; Invalid at the end
  Result<void> expect(char c, std::string_view what);
  Result<std::string> read_key();
  Result<void> skip_string(bool keep);  // from the opening quote at `at_`
  Result<void> skip_value(bool keep);   // leaves `at_` behind the value; `keep`: its bytes stay in the buffer
  Result<bool> next_member(Piece& piece);
  Result<bool> next_item(Piece& piece);
  Error fault(std::string what, std::string hint = "is the file complete?") const;
  Error string_too_long(std::size_t begin) const;
  Result<void> validate(bool at_end);

  ByteSource& source_;
  ShapeOf shape_of_;
  StreamLimits limits_;
  Top top_;
  bool is_list_ = false;  // the document itself
  std::vector<char> buffer_;
  std::size_t filled_ = 0;     // bytes in the buffer
  std::size_t at_ = 0;         // next byte to look at
  std::size_t keep_ = 0;       // first byte that must stay in the buffer
  std::size_t base_ = 0;       // bytes of the document before the buffer
  std::size_t validated_ = 0;  // bytes of the buffer known to be UTF-8
  bool source_ended_ = false;
  At state_ = At::Start;
  bool first_ = true;  // no member, element or entry yet
  std::string key_;
  std::string entry_;
  std::size_t index_ = 0;
  bool member_is_object_ = false;
};

}  // namespace assay::snapshot
