#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay::mutate {

enum class Kind {
  Word,    // keyword or name
  Quoted,  // name in quotes
  Text,
  Number,
  Sign,  // operator, comma or parenthesis
};

struct Token {
  Kind kind = Kind::Sign;
  std::size_t at = 0;
  std::string_view text;
};

// SQL without its blanks and comments. The texts are parts of `sql`.
std::vector<Token> tokens(std::string_view sql);

// One small fault: `size` characters at `at` are replaced.
struct Mutant {
  std::size_t at = 0;
  std::size_t size = 0;
  std::string put;

  std::string in(std::string_view sql) const;
};

// The faults that an author makes when a query is written or changed, one at a time and in the order in which they
// stand:
//
//   a comparison is turned round, or takes its limit in or leaves it out
//   AND is OR; NOT is there or missing before IN, LIKE, GLOB, EXISTS, and after IS
//   a number is one more or less, 0 is 1 and 1 is 0
//   a text that is compared, in a list, a pattern or a path is another one
//   a verdict is another one
//   ELSE gives NULL
//
// What a row is called and what is said of it is no logic: outputs named `resource` and `name` stay as they are, of one
// named `reason` only what decides between its texts changes.
std::vector<Mutant> mutants(std::string_view sql);

}  // namespace assay::mutate
