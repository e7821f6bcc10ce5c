#pragma once
// What the operating system gives besides sockets: randomness, signals, a thread with a loop on it.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "io/runtime/loop.h"
#include "io/runtime/task.h"

namespace portico::io::runtime {

// getrandom(2). No state: any thread, any number of instances.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

// Calls `callback(number)` on the loop for SIGTERM, SIGINT, SIGHUP ... while it lives. One set per
// process.
class Signals {
 public:
  Signals(Loop& loop, const std::vector<int>& numbers, std::function<void(int)> callback);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  std::vector<void*> handles_;
};

// A loop on a thread of its own. What lives on that loop is made and destroyed on it: by post() or
// call().
class LoopThread {
 public:
  // `name` shows in ps and top (at most 15 characters are kept).
  explicit LoopThread(std::string name);
  // stop(), then destroys the loop on its own thread and joins.
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  Loop& loop() { return *loop_; }
  // Runs `work` on the loop and waits until it is done. Not from the loop itself.
  void call(UniqueFunction<void()> work);
  void stop();

 private:
  Loop* loop_ = nullptr;  // lives on the thread's stack
  std::thread thread_;
};

// Runs the loop until the task has ended and returns its result. For main() and tests; the loop
// must not be running.
template <class T>
T run_until_complete(Loop& loop, Task<T> task);

namespace detail {
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};
template <class T>
Detached complete(Loop& loop, Task<T> task, std::optional<T>& out) {
  auto value = co_await std::move(task);
  out.emplace(std::move(value));
  loop.stop();
}
inline Detached complete(Loop& loop, Task<void> task, std::optional<bool>& out) {
  co_await std::move(task);
  out = true;
  loop.stop();
}
}  // namespace detail

template <class T>
T run_until_complete(Loop& loop, Task<T> task) {
  std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> out;
  detail::complete(loop, std::move(task), out);
  while (!out) loop.run();
  if constexpr (!std::is_void_v<T>) return std::move(*out);
}

}  // namespace portico::io::runtime
