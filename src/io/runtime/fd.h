#pragma once
// A non-blocking file descriptor on a loop. Two ways to use it: coroutines await readable() /
// writable() after a system call said EAGAIN, or a callback is told every time (the UDP hot path).
// Always try the system call first and wait only after EAGAIN.

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "io/runtime/loop.h"
#include "io/runtime/waiter.h"

namespace portico::io::runtime {

// Owns a descriptor number and closes it.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset();

 private:
  int fd_ = -1;
};

class Fd {
 public:
  enum class Direction : unsigned { read = 0, write = 1 };

  // The descriptor must be non-blocking. io: the kernel refuses to poll it (a plain file; out of
  // memory).
  static Result<Fd> open(Loop& loop, UniqueFd fd);
  Fd(Fd&&) noexcept;
  Fd& operator=(Fd&&) noexcept;
  // Must have no waiters: cancel() and let them run first.
  ~Fd();

  int get() const;
  Loop& loop() const;

  class [[nodiscard]] Awaiter {
   public:
    Awaiter(Fd& fd, Direction direction) : fd_(fd), direction_(direction) {}
    bool await_ready();
    void await_suspend(std::coroutine_handle<> handle);
    Result<void> await_resume();

   private:
    Fd& fd_;
    Direction direction_;
    Waiter waiter_;
  };
  // auto ready = co_await fd.readable();  Any number of coroutines may wait. Errors: timeout
  // (deadline passed), closed (cancel()).
  Awaiter readable() { return {*this, Direction::read}; }
  Awaiter writable() { return {*this, Direction::write}; }

  // Pending and future waits in that direction fail with `timeout` from `deadline` on; nullopt
  // lifts it.
  void set_deadline(Direction direction, std::optional<Instant> deadline);

  // Callback mode: `callback` runs whenever the descriptor is ready, until replaced by an empty
  // function. It may destroy the Fd.
  void on_ready(Direction direction, std::function<void()> callback);

  // Pending waits (in this turn) and future ones fail with `closed`. The descriptor stays open
  // until destruction.
  void cancel();
  bool cancelled() const;
  // Takes the descriptor off the loop, for a move to another one. No waiters may be left.
  UniqueFd release();

 private:
  struct State;
  explicit Fd(State* state) : state_(state) {}
  void dispose();
  State* state_;  // freed by the loop once it has let go of the handle
};

}  // namespace portico::io::runtime
