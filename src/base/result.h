#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace assay {

// A value or an Error. Unlike the packaged class it cannot be dropped without a warning.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;
  using Base::Base;
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Result(Base other) : Base(std::move(other)) {}                 // NOLINT(google-explicit-constructor)

  // The value, moved out; only after a check (TRY does both).
  T take() && {
    if constexpr (!std::is_void_v<T>) return std::move(**this);
  }
};

inline Error invalid(std::string message, std::string hint = {}) {
  return {ErrorCode::Invalid, std::move(message), std::move(hint)};
}

}  // namespace assay

#define ASSAY_CONCAT_(a, b) a##b
#define ASSAY_CONCAT(a, b) ASSAY_CONCAT_(a, b)
// Each use has a name of its own, so that one TRY can stand inside another.
#define ASSAY_TRY_(name, expr, error) \
  __extension__({                     \
    auto&& name = (expr);             \
    if (!name) return error;          \
    std::move(name).take();           \
  })
#define ASSAY_TRY(name, expr) ASSAY_TRY_(name, expr, std::move(name).error())
#define ASSAY_TRY_IN(name, place, expr) ASSAY_TRY_(name, expr, std::move(name).error().in(place))

// The value of a Result, or return its error from this function. Not inside the braces of an initialiser: GCC leaks
// the members that stand before it.
#define TRY(expr) ASSAY_TRY(ASSAY_CONCAT(try_, __COUNTER__), expr)

// The same, with the place put in front of the message.
#define TRY_IN(place, expr) ASSAY_TRY_IN(ASSAY_CONCAT(try_, __COUNTER__), place, expr)

// A bug of ours if it does not hold: stops the process.
#define CHECK(condition) ((condition) ? void() : ::assay::check_failed(#condition, __FILE__, __LINE__))

namespace assay {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}
