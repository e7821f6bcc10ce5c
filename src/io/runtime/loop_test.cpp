#include "io/runtime/loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include "io/runtime/fd.h"
#include "io/runtime/gate.h"
#include "io/runtime/mailbox.h"
#include "io/runtime/pool.h"
#include "io/runtime/system.h"
#include "io/runtime/timer.h"

namespace portico::io::runtime {
namespace {

struct Pair {
  UniqueFd a, b;
  Pair() {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    a = UniqueFd(fds[0]);
    b = UniqueFd(fds[1]);
  }
};

TEST(Loop, PostsRunInOrderAndOutliveTheLoopSafely) {
  std::vector<int> order;
  std::optional<Loop::Remote> remote;
  {
    LoopThread thread("test");
    remote = thread.loop().remote();
    for (int i = 0; i < 100; ++i) thread.loop().post([&order, i] { order.push_back(i); });
    thread.call([] {});
  }
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_FALSE(remote->post([] {}));
}

TEST(Loop, TurnHooksRunAfterTheTurnsWork) {
  Loop loop;
  int work = 0;
  int seen = 0;
  {
    TurnHook hook(loop, [&] {
      seen = work;
      if (work > 0) loop.stop();
    });
    loop.post([&] { work = 5; });
    loop.run();
  }
  EXPECT_EQ(seen, 5);
}

TEST(Loop, KnowsItsThread) {
  LoopThread thread("test");
  EXPECT_FALSE(thread.loop().in_loop_thread());
  bool inside = false;
  thread.call([&] { inside = thread.loop().in_loop_thread(); });
  EXPECT_TRUE(inside);
}

Task<Result<void>> wait_readable(Fd& fd) { co_return co_await fd.readable(); }

TEST(Fd, BecomesReadable) {
  Loop loop;
  Pair pair;
  int writer = pair.b.get();
  Result<Fd> fd = Fd::open(loop, std::move(pair.a));
  ASSERT_TRUE(fd);
  loop.post([writer] { EXPECT_EQ(write(writer, "x", 1), 1); });
  Result<void> ready = run_until_complete(loop, wait_readable(*fd));
  EXPECT_TRUE(ready);
}

TEST(Fd, DeadlinesAndCancellation) {
  Loop loop;
  Pair pair;
  Result<Fd> fd = Fd::open(loop, std::move(pair.a));
  ASSERT_TRUE(fd);
  fd->set_deadline(Fd::Direction::read, loop.now() + 2ms);
  Result<void> late = run_until_complete(loop, wait_readable(*fd));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  late = run_until_complete(loop, wait_readable(*fd));
  EXPECT_FALSE(late);
  fd->set_deadline(Fd::Direction::read, std::nullopt);
  loop.post([&fd] { fd->cancel(); });
  Result<void> cancelled = run_until_complete(loop, wait_readable(*fd));
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::closed);
}

TEST(Fd, PeerHangUpWakesTheReader) {
  Loop loop;
  Pair pair;
  Result<Fd> fd = Fd::open(loop, std::move(pair.a));
  ASSERT_TRUE(fd);
  loop.post([&pair] { pair.b.reset(); });
  EXPECT_TRUE(run_until_complete(loop, wait_readable(*fd)));
  EXPECT_TRUE(run_until_complete(loop, wait_readable(*fd)));  // and again: nothing is forgotten
}

TEST(Fd, CallbackModeMayDestroyTheFd) {
  Loop loop;
  Pair pair;
  Result<Fd> opened = Fd::open(loop, std::move(pair.a));
  ASSERT_TRUE(opened);
  std::optional<Fd> fd(std::move(*opened));
  int calls = 0;
  fd->on_ready(Fd::Direction::read, [&] {
    std::array<char, 8> buffer{};
    while (read(fd->get(), buffer.data(), buffer.size()) > 0) {
    }
    if (++calls == 2) {
      fd.reset();
      loop.stop();
    } else {
      EXPECT_EQ(write(pair.b.get(), "x", 1), 1);
    }
  });
  EXPECT_EQ(write(pair.b.get(), "x", 1), 1);
  loop.run();
  EXPECT_EQ(calls, 2);
}

TEST(Fd, AnIdleReadableDescriptorDoesNotSpin) {
  Loop loop;
  Pair pair;
  Result<Fd> fd = Fd::open(loop, std::move(pair.a));
  ASSERT_TRUE(fd);
  EXPECT_EQ(write(pair.b.get(), "x", 1), 1);
  EXPECT_TRUE(run_until_complete(loop, wait_readable(*fd)));
  int turns = 0;
  Timer end(loop, [&] { loop.stop(); });
  end.arm_after(20ms);
  TurnHook hook(loop, [&] { ++turns; });
  loop.run();
  EXPECT_LT(turns, 10);
}

TEST(Fd, RefusesPlainFiles) {
  Loop loop;
  UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  Result<Fd> fd = Fd::open(loop, std::move(file));
  ASSERT_FALSE(fd);
  EXPECT_EQ(fd.error().code, ErrorCode::io);
}

TEST(Mailbox, ManyProducersOneConsumer) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  LoopThread consumer("consumer");
  std::vector<int> last(kThreads, -1);
  int received = 0;
  std::atomic<bool> done{false};
  std::unique_ptr<Mailbox<std::pair<int, int>>> box;
  consumer.call([&] {
    box = std::make_unique<Mailbox<std::pair<int, int>>>(
        consumer.loop(), 1U << 20, [&](std::vector<std::pair<int, int>>& batch) {
          for (auto [thread, number] : batch) {
            EXPECT_EQ(number, last[static_cast<std::size_t>(thread)] + 1);  // order per producer
            last[static_cast<std::size_t>(thread)] = number;
          }
          received += static_cast<int>(batch.size());
          if (received == kThreads * kEach) {
            done = true;
            done.notify_all();
          }
        });
  });
  std::vector<std::thread> producers;
  for (int t = 0; t < kThreads; ++t) {
    producers.emplace_back([sender = box->sender(), t] {
      std::vector<std::pair<int, int>> some;
      for (int i = 0; i < kEach; ++i) {
        if (t % 2 == 0) {
          EXPECT_TRUE(sender.send({t, i}));
        } else {
          some.emplace_back(t, i);
          if (some.size() == 10) {
            EXPECT_EQ(sender.send_all(some), 0U);
          }
        }
      }
    });
  }
  for (std::thread& thread : producers) thread.join();
  done.wait(false);
  auto sender = box->sender();
  consumer.call([&] { box.reset(); });
  EXPECT_FALSE(sender.send({0, 0}));
}

TEST(Mailbox, IsBounded) {
  Loop loop;
  std::size_t received = 0;
  Mailbox<int> box(loop, 3, [&](std::vector<int>& batch) {
    received += batch.size();
    loop.stop();
  });
  auto sender = box.sender();
  std::vector<int> many{1, 2, 3, 4, 5};
  EXPECT_EQ(sender.send_all(many), 2U);
  EXPECT_FALSE(sender.send(6));
  loop.run();
  EXPECT_EQ(received, 3U);
  EXPECT_TRUE(sender.send(7));
}

Task<Result<int>> compute(Pool& pool, Loop& loop, std::thread::id& where) {
  auto work = [&where] {
    where = std::this_thread::get_id();
    return 42;
  };
  Result<int> answer = co_await pool.run(loop, work);
  loop.assert_here();
  co_return answer;
}

Task<Result<int>> flat_error(Pool& pool, Loop& loop) {
  auto work = []() -> Result<int> { return fail(ErrorCode::not_found, "nothing"); };
  co_return co_await pool.run(loop, work);
}

TEST(Pool, RunsElsewhereAndComesBack) {
  Loop loop;
  Pool pool(2);
  std::thread::id where;
  Result<int> answer = run_until_complete(loop, compute(pool, loop, where));
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, 42);
  EXPECT_NE(where, std::this_thread::get_id());
  Result<int> error = run_until_complete(loop, flat_error(pool, loop));
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().code, ErrorCode::not_found);
}

TEST(Pool, IsBoundedAndAnswersDroppedJobs) {
  Loop loop;
  std::thread::id where;
  auto pool = std::make_unique<Pool>(1, 1);
  std::atomic<int> phase{0};
  EXPECT_TRUE(pool->submit([&phase] {
    phase = 1;
    phase.notify_all();
    phase.wait(1);
  }));
  phase.wait(0);
  Gate gate(loop);
  std::optional<Result<int>> queued;
  auto keep = [](Pool& p, Loop& l, std::thread::id& w,
                 std::optional<Result<int>>& out) -> Task<void> {
    out = co_await compute(p, l, w);
  };
  EXPECT_TRUE(spawn(gate, keep(*pool, loop, where, queued)));
  Result<int> refused = run_until_complete(loop, compute(*pool, loop, where));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::limit);
  std::thread closer([&pool] { pool.reset(); });
  auto drain = [](Gate& g) -> Task<void> { co_await g.drained(); };
  gate.close();
  run_until_complete(
      loop, drain(gate));  // the destructor drops the queued job although the other still runs
  ASSERT_TRUE(queued);
  EXPECT_EQ(queued->error().code, ErrorCode::closed);
  phase = 2;
  phase.notify_all();
  closer.join();
}

TEST(Signals, ReachTheLoop) {
  Loop loop;
  int received = 0;
  {
    Signals signals(loop, {SIGHUP, SIGUSR1}, [&](int number) {
      received = number;
      loop.stop();
    });
    loop.post([] { raise(SIGUSR1); });
    loop.run();
  }
  EXPECT_EQ(received, SIGUSR1);
}

TEST(SystemRandom, FillsEverythingDifferently) {
  SystemRandom random;
  ByteVector a(1000), b(1000);
  random.fill(a);
  random.fill(b);
  EXPECT_NE(a, b);
  EXPECT_GT(std::count_if(a.begin(), a.end(), [](auto v) { return v != 0; }), 900);
}

TEST(Clocks, Advance) {
  Instant a = monotonic_now();
  EXPECT_LE(a, monotonic_now());
  EXPECT_GT(wall_clock().unix_seconds(), 1'700'000'000);
}

}  // namespace
}  // namespace portico::io::runtime
