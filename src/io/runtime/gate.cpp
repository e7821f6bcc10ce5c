#include "io/runtime/gate.h"

#include "base/check.h"

namespace portico::io::runtime {

namespace {

struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

Detached run(GateHold hold, Task<void> task) {
  // The task's frame goes first, then its place in the gate: drained() must not resume before the
  // locals are gone.
  GateHold inside = std::move(hold);
  Task<void> work = std::move(task);
  co_await std::move(work);
}

}  // namespace

Gate::~Gate() { PORTICO_CHECK(active_ == 0); }

void Gate::close() {
  if (closed_) return;
  closed_ = true;
  while (!hooks_.empty()) {
    CloseHook* hook = hooks_.back();
    hooks_.pop_back();
    hook->position_.reset();
    std::function<void()> call = std::move(hook->on_close_);  // the call may destroy the hook
    call();
  }
  if (active_ == 0) drained_.set();
}

void Gate::leave() {
  --active_;
  if (closed_ && active_ == 0) drained_.set();
}

GateHold::GateHold(Gate& gate) : gate_(gate.closed_ ? nullptr : &gate) {
  if (gate_ != nullptr) ++gate_->active_;
}

GateHold::~GateHold() {
  if (gate_ != nullptr) gate_->leave();
}

CloseHook::CloseHook(Gate& gate, std::function<void()> on_close)
    : gate_(gate), on_close_(std::move(on_close)) {
  if (gate.closed_) {
    on_close_();
  } else {
    position_ = gate.hooks_.insert(gate.hooks_.end(), this);
  }
}

CloseHook::~CloseHook() {
  if (position_) gate_.hooks_.erase(*position_);
}

bool spawn(Gate& gate, Task<void> task) {
  GateHold hold(gate);
  if (!hold.entered()) return false;
  run(std::move(hold), std::move(task));
  return true;
}

}  // namespace portico::io::runtime
