#include "base/error.h"

#include <set>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/result.h"

namespace assay {
namespace {

constexpr ErrorCode kCodes[] = {ErrorCode::Usage, ErrorCode::Invalid, ErrorCode::NotFound, ErrorCode::Denied,
                                ErrorCode::Limit, ErrorCode::Network, ErrorCode::Internal};

Result<int> half(int n) {
  if (n % 2 != 0) return invalid("`" + std::to_string(n) + "` is odd", "give an even number");
  return n / 2;
}
Result<int> quarter(int n) { return TRY(half(TRY_IN("half", half(n)))); }
Result<void> check(int n) {
  TRY_IN("check", half(n));
  return {};
}

TEST(ErrorTest, EveryCodeHasANameAnExitCodeAndAStatus) {
  std::set<std::string_view> names;
  for (const auto code : kCodes) {
    EXPECT_TRUE(names.insert(name(code)).second) << name(code);
    EXPECT_NE(exit_code(code), 0) << name(code);
    EXPECT_NE(exit_code(code), 1) << name(code) << ": 1 says that a control fails";
    EXPECT_GE(http_status(code), 400) << name(code);
  }
}

TEST(ErrorTest, TheCodesThatScriptsRelyOn) {
  EXPECT_EQ(exit_code(ErrorCode::Usage), 2);
  EXPECT_EQ(exit_code(ErrorCode::Invalid), 3);
  EXPECT_EQ(exit_code(ErrorCode::Denied), 4);
  EXPECT_EQ(exit_code(ErrorCode::Network), 5);
  EXPECT_EQ(exit_code(ErrorCode::Internal), 70);
  EXPECT_EQ(http_status(ErrorCode::NotFound), 404);
  EXPECT_EQ(http_status(ErrorCode::Denied), 403);
  EXPECT_EQ(name(ErrorCode::NotFound), "not_found");
}

TEST(ErrorTest, IsDescribedWithItsHint) {
  EXPECT_EQ(describe({ErrorCode::Invalid, "`x` is odd", "give an even number"}), "`x` is odd (give an even number)");
  EXPECT_EQ(describe({ErrorCode::Invalid, "`x` is odd", ""}), "`x` is odd");
}

TEST(ErrorTest, HostileTextCannotPaintTheTerminal) {
  EXPECT_EQ(describe({ErrorCode::Invalid, "`\x1B[2J`", "\r"}), "`\\x1b[2J` (\\x0d)");
}

TEST(ResultTest, TryGivesTheValue) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_TRUE(check(2));
}

TEST(ResultTest, TryReturnsTheErrorWithItsPlace) {
  EXPECT_EQ(quarter(3).error().message, "half: `3` is odd");
  EXPECT_EQ(quarter(6).error().message, "`3` is odd");
  EXPECT_EQ(check(3).error().message, "check: `3` is odd");
  EXPECT_EQ(check(3).error().hint, "give an even number");
  EXPECT_EQ(check(3).error().code, ErrorCode::Invalid);
}

TEST(ResultTest, PlacesAreStackedFromTheOutside) {
  auto error = invalid("x").in("inner").in("outer");
  EXPECT_EQ(error.message, "outer: inner: x");
}

TEST(CheckDeathTest, ABugStopsTheProcessAndSaysWhere) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), R"(bug: 1 \+ 1 == 3 does not hold \(.*error_test\.cpp:[0-9]+\))");
}

TEST(ClockTest, AFixedClockStandsStill) {
  const FixedClock clock(42);
  EXPECT_EQ(clock.now(), 42);
}

TEST(ClockTest, TheSystemsClockCountsSecondsSince1970) { EXPECT_GT(SystemClock().now(), 1'700'000'000); }

}  // namespace
}  // namespace assay
