#pragma once
// An event loop: one thread that owns sockets, timers and the coroutines waiting for them. Nothing
// on a loop needs a lock, because nothing else touches it; other threads reach it through post(),
// Remote and Mailbox only.
//
// A turn of the loop: wait for events -> run their callbacks and posted functions -> resume
// scheduled coroutines -> turn hooks (the place to flush what the turn has queued) -> wait again.

#include <functional>
#include <memory>

#include "base/time.h"
#include "io/runtime/unique_function.h"
#include "io/runtime/waiter.h"

struct uv_loop_s;

namespace portico::io::runtime {

class TimerQueue;

// Monotonic time of this machine. Any thread; about 25 ns.
Instant monotonic_now();
WallTime wall_clock();

class Loop {
 public:
  // Belongs to the constructing thread until another thread calls run(). Ignores SIGPIPE for the
  // process, because a peer that goes away is an error code to us and nothing else.
  Loop();
  // On the owning thread, after everything that lives on the loop (Fd, Timer, Mailbox ...) is gone;
  // anything left aborts.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs turns until stop(). The calling thread becomes the owner. May be called again after it
  // returned.
  void run();
  // Any thread. run() returns at the end of the current turn.
  void stop();

  // A handle for other threads. It may outlive the loop.
  class Remote {
   public:
    // Any thread. Runs `work` on the loop in a coming turn, in order of posting. False: the loop is
    // gone and `work` is destroyed on the calling thread. Not bounded: for control messages;
    // streams of data use a bounded Mailbox.
    bool post(UniqueFunction<void()> work) const;

   private:
    friend class Loop;
    struct Queue;
    explicit Remote(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}
    std::shared_ptr<Queue>
        queue_;  // shared: the loop and any number of threads hold it; its own lock guards it
  };
  Remote remote() const;
  bool post(UniqueFunction<void()> work) const;

  Instant now() const { return monotonic_now(); }
  bool in_loop_thread() const;
  // Aborts when called from another thread. For public entry points of what lives on a loop.
  void assert_here() const;

  // Resumes the waiter's coroutine later in this turn, from the loop and not from inside the
  // caller.
  void schedule(Waiter& waiter);

  // For this folder and for wrappers of other libuv-based libraries.
  uv_loop_s* native();
  TimerQueue& timers();

 private:
  friend class TurnHook;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Calls `hook` once at the end of every turn, for as long as it lives. On the loop's thread.
class TurnHook {
 public:
  TurnHook(Loop& loop, std::function<void()> hook);
  ~TurnHook();
  TurnHook(const TurnHook&) = delete;
  TurnHook& operator=(const TurnHook&) = delete;

 private:
  Loop& loop_;
  std::function<void()> hook_;
  friend class Loop;
};

}  // namespace portico::io::runtime
