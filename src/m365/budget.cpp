#include "m365/budget.h"

#include <algorithm>
#include <cmath>

namespace assay::m365 {
namespace {

constexpr double kUsed = 0.95;
constexpr double kAtOnce = 0.04;
constexpr double kLarge = 100;
// By how much a window of ours is longer, because requests do not travel equally long: a twentieth, at most so much.
constexpr double kLonger = 0.25;

http::Nanoseconds of_seconds(double seconds) {
  return std::chrono::duration_cast<http::Nanoseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

Budget::Budget(http::Loop& loop, double amount, double seconds) : loop_(loop), seconds_(seconds) { set_amount(amount); }

void Budget::set_amount(double amount) {
  amount_ = amount;
  per_second_ = kUsed * amount / seconds_;
  slack_ = of_seconds(amount >= kLarge ? kAtOnce * amount / per_second_ : 0);
}

// The generic cell rate algorithm.
http::TimePoint Budget::earn(double cost, http::TimePoint now) {
  const auto at = std::max(now, next_ - slack_);
  next_ = std::max(now, next_) + of_seconds(cost / per_second_);
  return at;
}

http::TimePoint Budget::fit(double cost, http::TimePoint now) {
  const auto most = static_cast<std::size_t>(std::max(1.0, amount_));
  const auto length = of_seconds(seconds_ + std::min((1 - kUsed) * seconds_, kLonger));
  auto at = window_.empty() ? now : std::max(now, window_.back());
  const auto places = std::min(most, static_cast<std::size_t>(std::max(1.0, std::ceil(cost))));
  for (std::size_t i = 0; i < places; ++i) {
    if (window_.size() >= most) {
      at = std::max(at, window_[window_.size() - most] + length);
      window_.pop_front();
    }
    window_.push_back(at);
  }
  return at;
}

http::Task<void> Budget::spend(double cost) {
  const auto now = loop_.now();
  const auto from = std::max(now, paused_);
  const auto at = amount_ >= kLarge ? earn(cost, from) : fit(cost, from);
  waited_ += std::chrono::duration<double>(at - now).count();
  co_await loop_.sleep_until(at);
}

void Budget::pause_until(http::TimePoint time) { paused_ = std::max(paused_, time); }

}  // namespace assay::m365
