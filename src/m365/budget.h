#pragma once

#include <string>

#include "http/loop.h"

// How often a service may be asked. Requests are spread so that no window of the service's own counting ever holds
// more than it allows: a refusal costs more than the wait.
namespace assay::m365 {

class Budget {
 public:
  // `amount` in every `seconds`. We use 95 % of it, evenly, and of a large amount at most 4 % at once.
  Budget(http::Loop& loop, double amount, double seconds);

  // Waits until `cost` may be spent, in the order of asking.
  http::Task<void> spend(double cost);
  // The service wants a pause: nothing is spent before then.
  void pause_until(http::TimePoint time);

  double waited() const { return waited_; }  // seconds, of all tasks together

 private:
  http::Loop& loop_;
  double per_second_;
  http::Nanoseconds slack_;
  http::TimePoint next_{};
  double waited_ = 0;
};

}  // namespace assay::m365
