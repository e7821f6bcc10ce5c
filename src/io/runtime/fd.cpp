#include "io/runtime/fd.h"

#include <fmt/format.h>
#include <unistd.h>
#include <uv.h>

#include <array>

#include "base/check.h"
#include "io/runtime/timer.h"

namespace portico::io::runtime {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void UniqueFd::reset() {
  if (fd_ >= 0) ::close(release());
}

struct Fd::State {
  struct Side {
    WaiterList waiters;
    std::function<void()> callback;
    bool replaced = false;  // the callback was exchanged while it ran
    bool expired = false;
    std::optional<Timer> deadline;

    bool wanted() const { return !waiters.empty() || callback; }
  };

  State(Loop& l, UniqueFd f) : loop(l), fd(std::move(f)) {}

  uv_poll_t poll{};
  Loop& loop;
  UniqueFd fd;
  std::array<Side, 2> sides;
  int interest = 0;  // what libuv watches; trimmed only when an event finds nobody waiting
  bool cancelled = false;
  bool disposed = false;

  Side& side(Direction direction) { return sides[static_cast<unsigned>(direction)]; }
  static int event(std::size_t index) { return index == 0 ? UV_READABLE : UV_WRITABLE; }

  void watch(int events) {
    if ((interest | events) == interest) return;
    set_interest(interest | events);
  }
  void set_interest(int events) {
    interest = events;
    if (events == 0) {
      uv_poll_stop(&poll);
    } else {
      uv_poll_start(&poll, events, &State::on_event);
    }
  }
  void wake(Side& s) {
    while (Waiter* waiter = s.waiters.front()) loop.schedule(*waiter);
  }
  void handle(int events);
  static void on_event(uv_poll_t* handle, int status, int events);
};

void Fd::State::on_event(uv_poll_t* handle, int status, int events) {
  auto* state = static_cast<State*>(handle->data);
  if (state->disposed) return;
  if (status <
      0) {  // an error condition: libuv has stopped watching; the next system call tells what it is
    state->interest = 0;
    events = UV_READABLE | UV_WRITABLE;
  }
  state->handle(events);
}

void Fd::State::handle(int events) {
  int idle = 0;
  int keep = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    Side& s = sides[i];
    if ((events & event(i)) == 0) continue;
    if (!s.waiters.empty()) {
      wake(s);
    } else if (!s.callback) {
      idle |= event(i);
      continue;
    }
    if (s.callback) {
      s.replaced = false;
      std::function<void()> callback =
          std::move(s.callback);  // survives the Fd, should it be destroyed inside
      callback();
      if (disposed) return;
      if (!s.replaced) s.callback = std::move(callback);
      keep |= s.callback ? event(i) : 0;
    }
  }
  int next = (interest & ~idle) | keep;
  if (next != interest) set_interest(next);
}

Result<Fd> Fd::open(Loop& loop, UniqueFd fd) {
  loop.assert_here();
  PORTICO_CHECK(fd.get() >= 0);
  auto state = std::make_unique<State>(loop, std::move(fd));
  int error = uv_poll_init(loop.native(), &state->poll, state->fd.get());
  if (error < 0)
    return fail(ErrorCode::io, fmt::format("cannot poll a descriptor: {}", uv_strerror(error)));
  state->poll.data = state.get();
  return Fd(state.release());
}

Fd::Fd(Fd&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    dispose();
    state_ = std::exchange(other.state_, nullptr);
  }
  return *this;
}

Fd::~Fd() { dispose(); }

void Fd::dispose() {
  if (state_ == nullptr) return;
  State* state = std::exchange(state_, nullptr);
  state->loop.assert_here();
  for (State::Side& side : state->sides) {
    PORTICO_CHECK(side.waiters.empty());
    side.deadline.reset();
    side.callback = nullptr;
  }
  state->disposed = true;
  uv_close(reinterpret_cast<uv_handle_t*>(&state->poll),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
  state->fd.reset();
}

int Fd::get() const { return state_->fd.get(); }
Loop& Fd::loop() const { return state_->loop; }

void Fd::set_deadline(Direction direction, std::optional<Instant> deadline) {
  State::Side& side = state_->side(direction);
  side.expired = false;
  if (!side.deadline) {
    if (!deadline) return;
    side.deadline.emplace(state_->loop, [state = state_, &side] {
      side.expired = true;
      state->wake(side);
    });
  }
  side.deadline->arm(deadline);
}

void Fd::on_ready(Direction direction, std::function<void()> callback) {
  State::Side& side = state_->side(direction);
  side.callback = std::move(callback);
  side.replaced = true;
  if (side.callback) state_->watch(State::event(static_cast<std::size_t>(direction)));
}

void Fd::cancel() {
  state_->cancelled = true;
  for (State::Side& side : state_->sides) state_->wake(side);
}

bool Fd::cancelled() const { return state_->cancelled; }

UniqueFd Fd::release() {
  UniqueFd fd = std::move(state_->fd);
  dispose();
  return fd;
}

bool Fd::Awaiter::await_ready() {
  State& state = *fd_.state_;
  return state.cancelled || state.side(direction_).expired;
}

void Fd::Awaiter::await_suspend(std::coroutine_handle<> handle) {
  State& state = *fd_.state_;
  waiter_.handle = handle;
  state.side(direction_).waiters.push(waiter_);
  state.watch(State::event(static_cast<std::size_t>(direction_)));
}

Result<void> Fd::Awaiter::await_resume() {
  State& state = *fd_.state_;
  if (state.cancelled) return fail(ErrorCode::closed, "the connection was closed");
  if (state.side(direction_).expired) return fail(ErrorCode::timeout, "the peer took too long");
  return {};
}

}  // namespace portico::io::runtime
