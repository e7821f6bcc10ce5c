#pragma once
// A flag coroutines of one loop can wait for. It stays set until reset(); set() resumes all who
// wait, later in the same turn, even when reset() follows at once.

#include "io/runtime/loop.h"
#include "io/runtime/waiter.h"

namespace portico::io::runtime {

class Event {
 public:
  explicit Event(Loop& loop) : loop_(loop) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set() {
    set_ = true;
    while (Waiter* waiter = waiters_.front()) loop_.schedule(*waiter);
  }
  void reset() { set_ = false; }
  bool is_set() const { return set_; }

  class Awaiter {
   public:
    explicit Awaiter(Event& event) : event_(event) {}
    bool await_ready() const noexcept { return event_.set_; }
    void await_suspend(std::coroutine_handle<> handle) {
      waiter_.handle = handle;
      event_.waiters_.push(waiter_);
    }
    void await_resume() const noexcept {}

   private:
    Event& event_;
    Waiter waiter_;
  };
  // co_await event.wait();
  Awaiter wait() { return Awaiter(*this); }

 private:
  Loop& loop_;
  bool set_ = false;
  WaiterList waiters_;
};

}  // namespace portico::io::runtime
