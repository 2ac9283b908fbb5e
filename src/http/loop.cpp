#include "http/loop.h"

#include <algorithm>

namespace assay::http {

// The latest first: a task may hold what those that it began still use.
Loop::~Loop() {
  while (!tasks_.empty()) tasks_.pop_back();
}

void Loop::spawn(Task<void> task) {
  post(task.handle());
  tasks_.push_back(std::move(task));
}

void Loop::drop_finished() {
  std::erase_if(tasks_, [](const auto& task) { return task.handle().done(); });
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
