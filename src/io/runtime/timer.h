#pragma once
// A callback at an Instant. Precise to about 0.1 ms (a timerfd per loop, not libuv's milliseconds);
// moving the deadline later is free, earlier costs O(log n). A timer fires once per arm() and never
// early.

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "base/time.h"
#include "io/runtime/loop.h"
#include "io/runtime/waiter.h"

namespace portico::io::runtime {

class Timer {
 public:
  // On the loop's thread, as everything here. The callback may re-arm, cancel or destroy the timer.
  Timer(Loop& loop, std::function<void()> callback);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces the deadline. One in the past fires in the next turn.
  void arm(Instant deadline);
  void arm_after(Duration delay);
  // arm() or cancel(), for state machines that answer next_deadline().
  void arm(std::optional<Instant> deadline);
  void cancel();
  bool armed() const { return armed_; }
  Instant deadline() const { return deadline_; }

 private:
  friend class TimerQueue;
  TimerQueue& queue_;
  std::function<void()> callback_;
  Instant deadline_{};
  Instant queued_{};  // the key in the heap; <= deadline_
  std::size_t slot_ = kNone;
  bool armed_ = false;
  bool due_ = false;  // slot_ is in TimerQueue::due_, not in the heap
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
};

// The heap behind the timers of one loop. Knows no clock.
class TimerQueue {
 public:
  // When fire() has to be called next; may be earlier than the earliest deadline.
  std::optional<Instant> next() const;
  // Calls every timer whose deadline is not after `now`; timers armed meanwhile wait for the next
  // call.
  void fire(Instant now);
  std::size_t size() const { return heap_.size(); }

 private:
  friend class Timer;
  void insert(Timer& timer);
  void remove(Timer& timer);
  void sift_up(std::size_t slot);
  void sift_down(std::size_t slot);
  void place(std::size_t slot, Timer* timer);
  void pop();
  void run(Timer& timer);
  std::vector<Timer*> heap_;
  Timer* running_ = nullptr;  // whose callback is on the stack; null once that timer is destroyed
  std::vector<Timer*>
      due_;  // being fired; entries become null when their timer is cancelled meanwhile
};

// co_await pause_until(loop, instant);
class PauseAwaiter {
 public:
  PauseAwaiter(Loop& loop, Instant deadline);
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle);
  void await_resume() const noexcept {}

 private:
  Waiter waiter_;
  Instant deadline_;
  Timer timer_;
};
inline PauseAwaiter pause_until(Loop& loop, Instant deadline) { return {loop, deadline}; }
inline PauseAwaiter pause_for(Loop& loop, Duration delay) { return {loop, loop.now() + delay}; }

}  // namespace portico::io::runtime
