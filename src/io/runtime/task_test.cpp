#include "io/runtime/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "io/runtime/event.h"
#include "io/runtime/gate.h"
#include "io/runtime/system.h"
#include "io/runtime/timer.h"

namespace portico::io::runtime {
namespace {

Task<int> number(int n) { co_return n; }

Task<int> sum(int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) {
    int one = co_await number(1);
    total += one;
  }
  co_return total;
}

Task<Result<int>> refuse() { co_return fail(ErrorCode::denied, "no"); }

Task<Result<std::string>> through_try() {
  PORTICO_CO_TRY(value, co_await refuse());
  co_return std::to_string(value);
}

// Tells when it dies.
struct Tracer {
  explicit Tracer(bool& gone) : gone_(&gone) {}
  Tracer(Tracer&& other) noexcept : gone_(std::exchange(other.gone_, nullptr)) {}
  Tracer& operator=(Tracer&&) = delete;
  ~Tracer() {
    if (gone_ != nullptr) *gone_ = true;
  }
  bool* gone_;
};

Task<void> wait_for(Event& event, Tracer tracer, int& woken) {
  Tracer mine = std::move(tracer);
  co_await event.wait();
  ++woken;
}

TEST(Task, AMillionFinishedTasksNeedNoStack) {
  Loop loop;
  EXPECT_EQ(run_until_complete(loop, sum(1'000'000)), 1'000'000);
}

TEST(Task, ErrorsTravelThroughCoTry) {
  Loop loop;
  Result<std::string> result = run_until_complete(loop, through_try());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::denied);
}

TEST(Task, IsLazyAndOwnsItsFrame) {
  Loop loop;
  Event event(loop);
  bool gone = false;
  int woken = 0;
  {
    Task<void> task = wait_for(event, Tracer(gone), woken);
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
  EXPECT_EQ(woken, 0);
}

Task<void> own_and_wait(Task<void> inner) { co_await std::move(inner); }

TEST(Gate, CloseRunsHooksAndDrainedWaitsForTheLastTask) {
  Loop loop;
  Event event(loop);
  Gate gate(loop);
  bool gone = false;
  int woken = 0;
  EXPECT_TRUE(spawn(gate, own_and_wait(wait_for(event, Tracer(gone), woken))));
  EXPECT_EQ(gate.active(), 1U);
  auto drain = [](Gate& g) -> Task<void> { co_await g.drained(); };
  CloseHook hook(gate, [&event] { event.set(); });
  loop.post([&gate] { gate.close(); });
  run_until_complete(loop, drain(gate));
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(gone);
  EXPECT_EQ(gate.active(), 0U);
}

TEST(Gate, RefusesWorkOnceClosed) {
  Loop loop;
  Event event(loop);
  Gate gate(loop);
  gate.close();
  EXPECT_TRUE(gate.is_drained());
  bool gone = false;
  int woken = 0;
  EXPECT_FALSE(spawn(gate, wait_for(event, Tracer(gone), woken)));
  EXPECT_TRUE(gone);
  bool called = false;
  CloseHook late(gate, [&called] { called = true; });
  EXPECT_TRUE(called);
  EXPECT_FALSE(GateHold(gate).entered());
}

TEST(Gate, HooksMayDieInsideTheirCall) {
  Loop loop;
  Gate gate(loop);
  int calls = 0;
  auto first = std::make_unique<CloseHook>(gate, [&calls] { ++calls; });
  std::unique_ptr<CloseHook> second;
  second = std::make_unique<CloseHook>(gate, [&] {
    ++calls;
    first.reset();
    second.reset();
  });
  gate.close();
  EXPECT_EQ(calls, 1);
}

Task<void> set_later(Loop& loop, Event& event) {
  co_await pause_for(loop, 1ms);
  event.set();
  event.reset();
}

TEST(Event, WakesAllWaitersEvenIfResetAtOnce) {
  Loop loop;
  Event event(loop);
  Gate gate(loop);
  int woken = 0;
  std::array<bool, 3> gone{};
  for (bool& g : gone) spawn(gate, wait_for(event, Tracer(g), woken));
  spawn(gate, set_later(loop, event));
  gate.close();
  auto drain = [](Gate& g) -> Task<void> { co_await g.drained(); };
  run_until_complete(loop, drain(gate));
  EXPECT_EQ(woken, 3);
  EXPECT_FALSE(event.is_set());
}

}  // namespace
}  // namespace portico::io::runtime
