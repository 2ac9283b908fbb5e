#include "m365/budget.h"

#include <algorithm>

namespace assay::m365 {
namespace {

constexpr double kUsed = 0.95;
constexpr double kAtOnce = 0.04;
constexpr double kLarge = 100;

http::Nanoseconds of_seconds(double seconds) {
  return std::chrono::duration_cast<http::Nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

Budget::Budget(http::Loop& loop, double amount, double seconds)
    : loop_(loop),
      per_second_(kUsed * amount / seconds),
      slack_(of_seconds(amount >= kLarge ? kAtOnce * amount / per_second_ : 0)) {}

// The generic cell rate algorithm: `next_` is when everything spent so far will have been earned.
http::Task<void> Budget::spend(double cost) {
  const auto now = loop_.now();
  const auto at = std::max(now, next_ - slack_);
  next_ = std::max(now, next_) + of_seconds(cost / per_second_);
  waited_ += std::chrono::duration<double>(at - now).count();
  co_await loop_.sleep_until(at);
}

void Budget::pause_until(http::TimePoint time) { next_ = std::max(next_, time + slack_); }

}  // namespace assay::m365
