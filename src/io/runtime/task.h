#pragma once
// Task<T>: a coroutine that starts when it is awaited and hands its result to the one who awaits
// it, by symmetric transfer (a chain of a million finished tasks needs no stack). A Task owns its
// frame: destroying an unfinished Task destroys the frame with all its locals, and every awaiter of
// this folder then forgets the coroutine.
//
// House rules: `co_await` is a whole statement (`co_await x;`, `auto v = co_await x;`, `co_return
// co_await x;`); its arguments hold no lambda literal and no braces; a coroutine takes its
// parameters by value when it is spawned (references only where the caller awaits it in the same
// scope); no capturing lambda is a coroutine. Exceptions that leave a coroutine terminate.

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/result.h"

namespace portico::io::runtime {

template <class T>
class Task;

namespace detail {

class TaskPromiseBase {
 public:
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      std::coroutine_handle<> next = handle.promise().continuation_;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  void set_continuation(std::coroutine_handle<> handle) { continuation_ = handle; }

 private:
  std::coroutine_handle<> continuation_;
};

template <class T>
class TaskPromise final : public TaskPromiseBase {
 public:
  Task<T> get_return_object();
  template <class U>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() { return std::move(*value_); }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> final : public TaskPromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const noexcept {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  Task() = default;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() { reset(); }

  explicit operator bool() const { return handle_ != nullptr; }

  struct Awaiter {
    std::coroutine_handle<promise_type> handle;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
      handle.promise().set_continuation(caller);
      return handle;
    }
    T await_resume() const { return handle.promise().take(); }
  };
  // Only a temporary or a moved task can be awaited: a task runs once.
  Awaiter operator co_await() && {
    PORTICO_CHECK(handle_ != nullptr);
    return Awaiter{handle_};
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  void reset() {
    if (handle_) std::exchange(handle_, nullptr).destroy();
  }
  std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace portico::io::runtime

// PORTICO_TRY for coroutines that return Task<Result<...>>: binds `name` or co_returns the error.
// The expression may be a co_await: PORTICO_CO_TRY(size, co_await stream.read(buffer));
#define PORTICO_CO_TRY(name, expression)                   \
  auto PORTICO_CONCAT(name, _result) = expression;         \
  if (!PORTICO_CONCAT(name, _result))                      \
    co_return ::tl::unexpected<::portico::Error>(          \
        std::move(PORTICO_CONCAT(name, _result)).error()); \
  auto& name = *PORTICO_CONCAT(name, _result)
// The same for Result<void>.
#define PORTICO_CO_TRY_VOID(expression)                                                \
  do {                                                                                 \
    auto portico_result = expression;                                                  \
    if (!portico_result)                                                               \
      co_return ::tl::unexpected<::portico::Error>(std::move(portico_result).error()); \
  } while (false)
