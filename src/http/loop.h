#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "http/task.h"

// One thread's work: tasks that wait for answers, for time and for each other.
namespace assay::http {

using Nanoseconds = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

// The outside world of a loop: its time, and its events. The one for real work waits for sockets; the one for tests
// jumps to the next moment at which something happens.
class World {
 public:
  virtual ~World() = default;
  virtual TimePoint now() = 0;
  // Returns when something happened (whatever waited for it has then been posted to the loop), or at `until`. Without
  // `until` it waits for an event, and returns false when none can come.
  virtual bool wait(std::optional<TimePoint> until) = 0;
};

class Loop {
 public:
  explicit Loop(World& world) : world_(world) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  TimePoint now() { return world_.now(); }

  // Begins a task and keeps it until it ends.
  void spawn(Task<void> task);
  // Runs until every spawned task has ended. False: some wait for what can no longer happen.
  bool run();
  // `run` ends after the task that runs now; tasks that still wait are dropped with the loop.
  void stop() { stopped_ = true; }

  bool has_ready() const { return !ready_.empty(); }

  // Resumes a coroutine in a later turn.
  void post(std::coroutine_handle<> coroutine) { ready_.push_back(coroutine); }

  auto sleep_until(TimePoint time) {
    struct Awaiter {
      Loop& loop;
      TimePoint time;
      bool await_ready() { return time <= loop.now(); }
      void await_suspend(std::coroutine_handle<> coroutine) { loop.timers_.push({time, loop.order_++, coroutine}); }
      void await_resume() {}
    };
    return Awaiter{*this, time};
  }
  auto sleep(Nanoseconds time) { return sleep_until(now() + time); }

 private:
  struct Timer {
    TimePoint time;
    std::size_t order;  // equal times: first come, first served
    std::coroutine_handle<> coroutine;
    bool operator>(const Timer& o) const { return time != o.time ? time > o.time : order > o.order; }
  };
  Task<void> noted(Task<void> task, std::size_t number);
  void drop_finished();

  World& world_;
  std::deque<std::coroutine_handle<>> ready_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::map<std::size_t, Task<void>> tasks_;  // by the order in which they were spawned
  std::vector<std::size_t> finished_;        // of those: there may be thousands that only wait
  std::size_t spawned_ = 0;
  std::size_t order_ = 0;
  bool stopped_ = false;
};

// Lets a number of tasks in at once, in the order in which they came.
class Gate {
 public:
  Gate(Loop& loop, std::size_t places) : loop_(loop), free_(places) {}

  class Place {
   public:
    explicit Place(Gate* gate) : gate_(gate) {}
    Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    Gate* gate_;
  };

  auto enter() {
    struct Awaiter {
      Gate& gate;
      bool await_ready() {
        if (gate.free_ == 0) return false;
        --gate.free_;
        return true;
      }
      void await_suspend(std::coroutine_handle<> coroutine) { gate.waiting_.push_back(coroutine); }
      Place await_resume() { return Place(&gate); }
    };
    return Awaiter{*this};
  }

 private:
  void leave() {
    if (waiting_.empty()) {
      ++free_;
    } else {  // the place goes straight to the next
      loop_.post(waiting_.front());
      waiting_.pop_front();
    }
  }
  Loop& loop_;
  std::size_t free_;
  std::deque<std::coroutine_handle<>> waiting_;
};

// Something that happens once; whoever waits goes on then.
class Event {
 public:
  explicit Event(Loop& loop) : loop_(loop) {}
  void set() {
    set_ = true;
    for (const auto coroutine : waiting_) loop_.post(coroutine);
    waiting_.clear();
  }
  bool is_set() const { return set_; }
  auto wait() {
    struct Awaiter {
      Event& event;
      bool await_ready() { return event.set_; }
      void await_suspend(std::coroutine_handle<> coroutine) { event.waiting_.push_back(coroutine); }
      void await_resume() {}
    };
    return Awaiter{*this};
  }

 private:
  Loop& loop_;
  bool set_ = false;
  std::vector<std::coroutine_handle<>> waiting_;
};

}  // namespace assay::http
