#pragma once

#include <deque>

#include "http/loop.h"

// How often a service may be asked. No window of the service's own counting ever holds more than it allows: a refusal
// costs more than the wait.
namespace assay::m365 {

class Budget {
 public:
  // `amount` in every `seconds`. Of a large amount we use 95 %, evenly, and at most 4 % at once. A small one is used up
  // as soon as it may be, in windows that are a little longer than the service's.
  Budget(http::Loop& loop, double amount, double seconds);

  // Another amount in the same seconds, for what is spent from now on.
  void set_amount(double amount);

  // Waits until `cost` may be spent, in the order of asking.
  http::Task<void> spend(double cost);
  // The service wants a pause: nothing is spent before then.
  void pause_until(http::TimePoint time);

  double waited() const { return waited_; }  // seconds, of all tasks together

 private:
  http::TimePoint earn(double cost, http::TimePoint now);
  http::TimePoint fit(double cost, http::TimePoint now);

  http::Loop& loop_;
  double seconds_;
  double amount_ = 0;
  double per_second_ = 0;
  http::Nanoseconds slack_{};
  http::TimePoint next_{};              // large amounts: when everything spent so far will have been earned
  std::deque<http::TimePoint> window_;  // small ones: when the latest `amount` were spent
  http::TimePoint paused_{};
  double waited_ = 0;
};

}  // namespace assay::m365
