#pragma once
// What ends in-flight work before the things it uses are destroyed. Every spawned task belongs to a
// gate; the gate's owner closes it and awaits drained(). Closing is cooperative: no task is killed;
// close() refuses new ones and calls the registered CloseHooks, which make the tasks' waits fail
// (close a stream, set an event) so that they run to their ends.

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <utility>

#include "io/runtime/event.h"
#include "io/runtime/loop.h"
#include "io/runtime/task.h"

namespace portico::io::runtime {

class CloseHook;

class Gate {
 public:
  explicit Gate(Loop& loop) : drained_(loop) {}
  // Aborts if tasks are still inside.
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Idempotent. Hooks run inside the call, newest first.
  void close();
  bool closed() const { return closed_; }
  std::size_t active() const { return active_; }
  // co_await gate.drained(); resumes once the gate is closed and the last task has ended.
  Event::Awaiter drained() { return drained_.wait(); }
  bool is_drained() const { return drained_.is_set(); }

 private:
  friend class CloseHook;
  friend class GateHold;
  void leave();
  std::size_t active_ = 0;
  bool closed_ = false;
  Event drained_;
  std::list<CloseHook*> hooks_;  // not called yet
};

// One unit of work inside the gate, for callback-style code; tasks hold one through spawn(). Check
// entered(): false when the gate was already closed.
class [[nodiscard]] GateHold {
 public:
  explicit GateHold(Gate& gate);
  GateHold(GateHold&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
  GateHold& operator=(GateHold&&) = delete;
  ~GateHold();
  bool entered() const { return gate_ != nullptr; }

 private:
  Gate* gate_;
};

// Calls `on_close` when the gate closes; at once when it is closed already. Unregisters itself when
// destroyed.
class [[nodiscard]] CloseHook {
 public:
  CloseHook(Gate& gate, std::function<void()> on_close);
  ~CloseHook();
  CloseHook(const CloseHook&) = delete;
  CloseHook& operator=(const CloseHook&) = delete;

 private:
  friend class Gate;
  Gate& gate_;
  std::function<void()> on_close_;
  std::optional<std::list<CloseHook*>::iterator> position_;  // while registered
};

// Starts the task now, up to its first suspension, inside the gate. False: the gate is closed; the
// task is destroyed unstarted.
bool spawn(Gate& gate, Task<void> task);

}  // namespace portico::io::runtime
