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
  // The task's frame goes first, then its place in the gate: drained() must not resume before the locals are gone.
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
    std::list<std::function<void()>> one;  // keeps the hook's node valid for its owner's destructor
    std::function<void()> hook = std::move(hooks_.back());
    fired_.splice(fired_.end(), hooks_, std::prev(hooks_.end()));
    hook();
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

CloseHook::CloseHook(Gate& gate, std::function<void()> on_close) : gate_(gate) {
  if (gate.closed_) {
    position_ = gate.fired_.emplace(gate.fired_.end());
    on_close();
  } else {
    position_ = gate.hooks_.insert(gate.hooks_.end(), std::move(on_close));
  }
}

CloseHook::~CloseHook() {
  // splice() keeps iterators valid but they now belong to the other list
  (gate_.closed_ ? gate_.fired_ : gate_.hooks_).erase(position_);
}

bool spawn(Gate& gate, Task<void> task) {
  GateHold hold(gate);
  if (!hold.entered()) return false;
  run(std::move(hold), std::move(task));
  return true;
}

}  // namespace portico::io::runtime
