#pragma once
// Threads for work that blocks: password hashing, files, SQL, name look-ups. A coroutine awaits the
// result and goes on, on its own loop. The queue is bounded: run() answers `limit` when it is full.

#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>

#include "base/result.h"
#include "io/runtime/loop.h"
#include "io/runtime/task.h"
#include "io/runtime/waiter.h"

namespace portico::io::runtime {

namespace detail {
template <class R>
struct PoolResult {
  using type = Result<R>;
};
template <class R>
struct PoolResult<tl::expected<R, Error>> {
  using type = Result<R>;
};
}  // namespace detail

class Pool {
 public:
  explicit Pool(std::size_t threads, std::size_t queue_capacity = 1024);
  // Finishes the job each thread is at, drops the queued ones (their awaiters get `closed`), joins.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Any thread. False: the queue is full or the pool is closing.
  bool submit(UniqueFunction<void()> job);

  // auto answer = co_await pool.run(loop, std::move(work));
  // Runs `work` on a pool thread; `work` must own all it uses. Answers Result<R> (Result<R> itself
  // stays flat). Must be awaited on `loop`. If the awaiting coroutine is destroyed meanwhile, the
  // result is thrown away.
  template <class F>
  auto run(Loop& loop, F work) -> Task<typename detail::PoolResult<std::invoke_result_t<F&>>::type>;

 private:
  template <class Out>
  class Job;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The meeting point of the pool thread and the waiting coroutine. The coroutine's side is touched
// on the loop only.
template <class Out>
class Pool::Job {
 public:
  struct State {
    explicit State(Loop::Remote r) : remote(std::move(r)) {}
    Loop::Remote remote;
    std::optional<Out> result;         // written on the pool, read on the loop after the post
    std::coroutine_handle<> awaiting;  // loop only; null when nobody waits
  };
  // Held by the queued closure: reports back exactly once, also when the job is dropped unrun.
  struct Report {
    std::shared_ptr<State> state;  // shared by the pool's closure and the awaiter
    explicit Report(std::shared_ptr<State> s) : state(std::move(s)) {}
    Report(Report&&) noexcept = default;
    Report& operator=(Report&&) = delete;
    ~Report() {
      if (!state) return;
      Loop::Remote remote = state->remote;
      remote.post([state = std::move(state)] {
        if (std::coroutine_handle<> handle = std::exchange(state->awaiting, nullptr))
          handle.resume();
      });
    }
  };

  explicit Job(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job() { state_->awaiting = nullptr; }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) { state_->awaiting = handle; }
  Out await_resume() {
    if (!state_->result) return fail(ErrorCode::closed, "the pool was closed");
    return std::move(*state_->result);
  }

 private:
  std::shared_ptr<State> state_;
};

template <class F>
auto Pool::run(Loop& loop, F work)
    -> Task<typename detail::PoolResult<std::invoke_result_t<F&>>::type> {
  using Out = typename detail::PoolResult<std::invoke_result_t<F&>>::type;
  using State = typename Job<Out>::State;
  auto state = std::make_shared<State>(loop.remote());
  bool queued =
      submit([work = std::move(work), report = typename Job<Out>::Report(state)]() mutable {
        if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
          work();
          report.state->result.emplace();
        } else {
          report.state->result.emplace(work());
        }
      });
  if (!queued) co_return fail(ErrorCode::limit, "too much blocking work is queued");
  Job<Out> job(std::move(state));
  co_return co_await job;
}

}  // namespace portico::io::runtime
