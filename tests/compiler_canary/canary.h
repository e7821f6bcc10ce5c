#pragma once
// What the canaries are made of: `Tracked` notices leaks and double destruction, `pause()` really
// suspends, and `run()` drives a task to its end. These files break the house rule for co_await on
// purpose (tools/check_coroutines.py skips this folder): they hold the compiler to the language,
// whatever we allow ourselves to write.

#include <gtest/gtest.h>

#include <coroutine>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/runtime/task.h"

namespace portico::canary {

using io::runtime::Task;

// What is alive, by address, and what went wrong: an object built on a living one, or destroyed
// twice, or never built.
struct Ledger {
  std::set<const void*> alive;
  int errors = 0;
  static Ledger& of() {
    static Ledger ledger;
    return ledger;
  }
};

// A value with a destructor and memory of its own. The string is long enough to live on the heap.
class Tracked {
 public:
  explicit Tracked(int value = 0) : value_(value), text_(40, static_cast<char>('a' + value % 26)) {
    born();
  }
  Tracked(const Tracked& other) : value_(other.value_), text_(other.text_) { born(); }
  Tracked(Tracked&& other) noexcept
      : value_(std::exchange(other.value_, -1)), text_(std::move(other.text_)) {
    born();
  }
  Tracked& operator=(const Tracked&) = default;
  Tracked& operator=(Tracked&& other) noexcept {
    value_ = std::exchange(other.value_, -1);
    text_ = std::move(other.text_);
    return *this;
  }
  ~Tracked() {
    if (Ledger::of().alive.erase(this) != 1) Ledger::of().errors += 1;
  }
  int value() const { return value_; }
  std::size_t size() const { return text_.size(); }
  friend bool operator==(const Tracked& a, const Tracked& b) { return a.value_ == b.value_; }

 private:
  void born() {
    if (!Ledger::of().alive.insert(this).second) Ledger::of().errors += 1;
  }
  int value_;
  std::string text_;
};

// A value that can only move.
class MoveOnly {
 public:
  explicit MoveOnly(int value) : tracked_(value) {}
  MoveOnly(MoveOnly&&) = default;
  MoveOnly& operator=(MoveOnly&&) = default;
  int value() const { return tracked_.value(); }

 private:
  Tracked tracked_;
};

struct Pair {
  Tracked first;
  int second = 0;
};
struct Options {
  Tracked label{1};
  int retries = 3;
  std::string name = "none";
};

// Coroutines that wait to be resumed.
inline std::deque<std::coroutine_handle<>>& waiting() {
  static std::deque<std::coroutine_handle<>> queue;
  return queue;
}
struct Pause {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const { waiting().push_back(handle); }
  void await_resume() const noexcept {}
};
inline Pause pause() { return {}; }

struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

inline Detached start(Task<int> task, std::optional<int>& out) {
  int value = co_await std::move(task);
  out = value;
}

// The result of `task`, after as many resumptions as it takes.
inline int run(Task<int> task) {
  std::optional<int> out;
  start(std::move(task), out);
  while (!waiting().empty()) {
    std::coroutine_handle<> next = waiting().front();
    waiting().pop_front();
    next.resume();
  }
  return out.value_or(-999);
}

// Every test ends with nothing alive and nothing wrong.
class Canary : public ::testing::Test {
 protected:
  void SetUp() override { Ledger::of() = {}; }
  void TearDown() override {
    EXPECT_EQ(Ledger::of().alive.size(), 0u) << "leaked";
    EXPECT_EQ(Ledger::of().errors, 0) << "destroyed twice, or built over a living object";
  }
};

// Things to wait for. Each suspends once.
inline Task<int> number(int value) {
  co_await pause();
  co_return value;
}
inline Task<Tracked> tracked(int value) {
  co_await pause();
  co_return Tracked(value);
}
inline Task<std::string> text(std::string value) {
  co_await pause();
  co_return value;
}
inline Task<Pair> pair(int value) {
  co_await pause();
  co_return Pair{Tracked(value), value + 1};
}
inline Task<int> take(Tracked value) {
  co_await pause();
  co_return value.value();
}
inline Task<int> take_move_only(MoveOnly value) {
  co_await pause();
  co_return value.value();
}
inline Task<int> take_reference(const Tracked& value) {
  co_await pause();
  co_return value.value();
}
inline Task<int> take_options(Options options) {
  co_await pause();
  co_return options.label.value() + options.retries;
}
inline Task<int> take_pair(Pair value) {
  co_await pause();
  co_return value.first.value() + value.second;
}
inline Task<int> take_vector(std::vector<Tracked> values) {
  co_await pause();
  int sum = 0;
  for (const Tracked& value : values) sum += value.value();
  co_return sum;
}
inline Task<int> take_strings(std::vector<std::string> values) {
  co_await pause();
  co_return static_cast<int>(values.size());
}
template <class Function>
Task<int> call(Function function) {
  co_await pause();
  co_return function();
}
inline Task<int> call_any(std::function<int()> function) {
  co_await pause();
  co_return function();
}

}  // namespace portico::canary
