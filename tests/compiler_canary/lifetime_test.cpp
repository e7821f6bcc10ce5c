// Whose memory it is: parameters, locals of an abandoned frame, captures, long chains of finished
// tasks.
#include "canary.h"

namespace portico::canary {
namespace {

Task<int> parameter_by_value(Tracked a, std::string b) {
  co_await pause();
  co_return a.value() + static_cast<int>(b.size());
}
TEST_F(Canary, ParametersLiveInTheFrame) {
  EXPECT_EQ(run(parameter_by_value(Tracked(2), std::string(100, 'z'))), 102);
}

TEST_F(Canary, NeverStarted) {
  Task<int> task = parameter_by_value(Tracked(2), "unused");
  EXPECT_TRUE(static_cast<bool>(task));
}

Task<int> abandoned() {
  Tracked local(1);
  auto inner = co_await parameter_by_value(Tracked(2), "inner");
  co_return inner + local.value();
}
TEST_F(Canary, AbandonedWhileSuspended) {
  struct Owner {
    Task<int> task;
  };
  // The outer frame is destroyed while the inner one waits: both free their locals, and nobody
  // resumes them.
  auto owner = std::make_unique<Owner>(Owner{abandoned()});
  auto driver = [](Task<int>& task, std::coroutine_handle<>& self) -> Detached {
    struct Remember {
      std::coroutine_handle<>& self;
      bool await_ready() const noexcept { return false; }
      bool await_suspend(std::coroutine_handle<> handle) const noexcept {
        self = handle;
        return false;
      }
      void await_resume() const noexcept {}
    };
    co_await Remember{self};
    (void)co_await std::move(task);
  };
  std::coroutine_handle<> self;
  driver(owner->task, self);
  ASSERT_EQ(waiting().size(), 1u);
  waiting().clear();
  owner.reset();
  self.destroy();
}

Task<int> lambda_coroutine() {
  Tracked captured(4);
  auto function = [](Tracked inner) -> Task<int> {
    co_await pause();
    co_return inner.value();
  };
  co_return co_await function(captured);
}
TEST_F(Canary, LambdaCoroutineWithParameter) { EXPECT_EQ(run(lambda_coroutine()), 4); }

template <class T>
Task<T> generic(T value) {
  co_await pause();
  co_return value;
}
TEST_F(Canary, Template) { EXPECT_EQ(run(generic(6)), 6); }

class Object {
 public:
  Task<int> method(int extra) {
    co_await pause();
    co_return value_.value() + extra;
  }

 private:
  Tracked value_{5};
};
Task<int> member_coroutine() {
  Object object;
  co_return co_await object.method(co_await number(3));
}
TEST_F(Canary, MemberCoroutine) { EXPECT_EQ(run(member_coroutine()), 8); }

Task<int> recursion(int depth) {
  Tracked local(depth);
  if (depth == 0) co_return 0;
  int below = co_await recursion(depth - 1);
  co_return below + local.value();
}
TEST_F(Canary, Recursion) { EXPECT_EQ(run(recursion(100)), 5050); }

Task<int> scope_exit() {
  int order = 0;
  struct Guard {
    int& order;
    int digit;
    ~Guard() { order = order * 10 + digit; }
  };
  {
    Guard first{order, 1};
    co_await pause();
    Guard second{order, 2};
    co_await pause();
  }
  co_return order;
}
TEST_F(Canary, DestructorsInOrder) { EXPECT_EQ(run(scope_exit()), 21); }

Task<int> early_return(bool early) {
  Tracked a(1);
  if (early) co_return co_await take(std::move(a));
  Tracked b(2);
  co_return co_await take(b);
}
TEST_F(Canary, EarlyReturn) {
  EXPECT_EQ(run(early_return(true)) * 10 + run(early_return(false)), 12);
}

Task<int> finished_at_once() { co_return 1; }
Task<int> many_finished(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await finished_at_once();
  co_return sum;
}
// Symmetric transfer: no stack is used up, with or without optimisation. ThreadSanitizer keeps a
// shadow stack that does grow.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr int kMany = 10'000;
#else
constexpr int kMany = 1'000'000;
#endif
#else
constexpr int kMany = 1'000'000;
#endif
TEST_F(Canary, AMillionFinishedTasks) { EXPECT_EQ(run(many_finished(kMany)), kMany); }

}  // namespace
}  // namespace portico::canary
