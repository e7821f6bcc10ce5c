#include "io/runtime/timer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/random.h"

namespace portico::io::runtime {
namespace {

TEST(Timer, FiresInOrderAndNeverEarly) {
  Loop loop;
  Instant start = loop.now();
  std::vector<int> order;
  Instant fired{};
  Timer second(loop, [&] { order.push_back(2); });
  Timer last(loop, [&] {
    order.push_back(3);
    fired = loop.now();
    loop.stop();
  });
  Timer first(loop, [&] { order.push_back(1); });
  first.arm(start - 1s);
  second.arm(start + 2ms);
  last.arm(start + 4ms);
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_GE(fired, start + 4ms);
  EXPECT_FALSE(last.armed());
}

TEST(Timer, MovingAndCancelling) {
  Loop loop;
  TimerQueue& queue = loop.timers();
  int fired = 0;
  Instant t0{};
  Timer timer(loop, [&] { ++fired; });
  timer.arm(t0 + 10s);
  timer.arm(t0 + 20s);
  queue.fire(t0 + 15s);
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(queue.next(), t0 + 20s);
  timer.arm(t0 + 16s);
  queue.fire(t0 + 16s);
  EXPECT_EQ(fired, 1);
  timer.arm(t0 + 30s);
  timer.cancel();
  queue.fire(t0 + 40s);
  EXPECT_EQ(fired, 1);
  timer.arm(std::optional<Instant>(t0 + 41s));
  timer.arm(std::nullopt);
  EXPECT_FALSE(timer.armed());
}

TEST(Timer, CallbackMayReArmCancelAndDestroy) {
  Loop loop;
  Instant t0{};
  int a_fired = 0;
  int c_fired = 0;
  std::unique_ptr<Timer> a;
  Timer c(loop, [&] { ++c_fired; });
  Timer b(loop, [&] { c.cancel(); });
  a = std::make_unique<Timer>(loop, [&a, &a_fired] {
    ++a_fired;
    a.reset();
  });
  a->arm(t0 + 1s);
  b.arm(t0 + 2s);
  c.arm(t0 + 3s);
  loop.timers().fire(t0 + 5s);
  EXPECT_EQ(a_fired, 1);
  EXPECT_EQ(c_fired, 0);
  EXPECT_EQ(a, nullptr);

  int repeated = 0;
  std::unique_ptr<Timer> d;
  d = std::make_unique<Timer>(loop, [&] {
    ++repeated;
    d->arm(t0);  // already past: waits for the next fire()
  });
  d->arm(t0);
  loop.timers().fire(t0 + 6s);
  EXPECT_EQ(repeated, 1);
  loop.timers().fire(t0 + 6s);
  EXPECT_EQ(repeated, 2);
}

TEST(Timer, RandomOperationsMatchASimpleModel) {
  Loop loop;
  SeededRandom random(7);
  Instant now{};
  constexpr std::size_t kTimers = 40;
  std::vector<std::optional<Instant>> model(kTimers);
  std::vector<std::size_t> fired;
  std::vector<std::unique_ptr<Timer>> timers;
  for (std::size_t i = 0; i < kTimers; ++i)
    timers.push_back(std::make_unique<Timer>(loop, [&fired, i] { fired.push_back(i); }));
  for (int step = 0; step < 20'000; ++step) {
    std::size_t i = random.below(kTimers);
    switch (random.below(5)) {
      case 0:
        timers[i]->cancel();
        model[i].reset();
        break;
      case 1:
        now += Duration(random.below(50));
        fired.clear();
        loop.timers().fire(now);
        for (std::size_t k = 0; k < kTimers; ++k) {
          bool due = model[k] && *model[k] <= now;
          EXPECT_EQ(std::count(fired.begin(), fired.end(), k), due ? 1 : 0);
          if (due) model[k].reset();
        }
        break;
      default:
        model[i] = now + Duration(random.below(200));
        timers[i]->arm(*model[i]);
    }
    for (const auto& deadline : model) {
      if (deadline) {
        ASSERT_TRUE(loop.timers().next());
        ASSERT_LE(*loop.timers().next(), *deadline);
      }
    }
  }
}

}  // namespace
}  // namespace portico::io::runtime
