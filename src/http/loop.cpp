#include "http/loop.h"

#include <iterator>

namespace assay::http {

// The latest first: a task may hold what those that it began still use.
Loop::~Loop() {
  while (!tasks_.empty()) tasks_.erase(std::prev(tasks_.end()));
}

Task<void> Loop::noted(Task<void> task, std::size_t number) {
  co_await std::move(task);
  finished_.push_back(number);
}

void Loop::spawn(Task<void> task) {
  const auto number = spawned_++;
  const auto at = tasks_.emplace_hint(tasks_.end(), number, noted(std::move(task), number));
  post(at->second.handle());
}

void Loop::drop_finished() {
  for (const auto number : finished_) tasks_.erase(number);
  finished_.clear();
}

bool Loop::run() {
  std::size_t looked = 0;
  while (!stopped_) {
    while (!ready_.empty() && !stopped_) {
      const auto coroutine = ready_.front();
      ready_.pop_front();
      coroutine.resume();
      if (++looked % 256 == 0) drop_finished();
    }
    drop_finished();
    if (stopped_ || tasks_.empty()) break;
    if (timers_.empty()) {
      if (!world_.wait(std::nullopt) && ready_.empty()) return false;
    } else {
      world_.wait(timers_.top().time);
    }
    const auto time = now();
    while (!timers_.empty() && timers_.top().time <= time) {
      post(timers_.top().coroutine);
      timers_.pop();
    }
  }
  return tasks_.empty();
}

}  // namespace assay::http
