#include "io/runtime/loop.h"

#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

#include "base/check.h"
#include "io/runtime/timer.h"

namespace portico::io::runtime {

namespace {

// So many coroutines are resumed before the loop looks at its sockets again.
constexpr int kResumesPerTurn = 4096;

Duration read_clock(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return std::chrono::seconds(t.tv_sec) + Duration(t.tv_nsec);
}

}  // namespace

Instant monotonic_now() { return Instant(read_clock(CLOCK_MONOTONIC)); }

WallTime wall_clock() {
  Duration since_epoch = read_clock(CLOCK_REALTIME);
  return WallTime{std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

struct Loop::Remote::Queue {
  std::mutex mutex;
  std::vector<UniqueFunction<void()>> work;
  uv_async_t* async = nullptr;  // null once the loop is gone
};

struct Loop::Impl {
  uv_loop_t loop{};
  uv_async_t async{};
  uv_prepare_t prepare{};
  uv_idle_t idle{};
  uv_poll_t clock{};
  int clock_fd = -1;
  std::optional<Instant> clock_armed;
  std::atomic<std::thread::id> owner{std::this_thread::get_id()};
  bool running = false;
  WaiterList ready;
  TimerQueue timers;
  std::vector<TurnHook*> hooks;  // null: removed while the hooks ran
  bool in_hooks = false;
  std::shared_ptr<Remote::Queue> queue = std::make_shared<Remote::Queue>();
  std::vector<UniqueFunction<void()>> batch;

  void run_posted();
  void end_turn();
  void run_hooks();
  void arm_clock();
};

void Loop::Impl::run_posted() {
  {
    std::lock_guard lock(queue->mutex);
    batch.swap(queue->work);
  }
  for (UniqueFunction<void()>& work : batch) {
    UniqueFunction<void()> once = std::move(work);
    once();
  }
  batch.clear();
}

void Loop::Impl::run_hooks() {
  in_hooks = true;
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    if (hooks[i] != nullptr) hooks[i]->hook_();
  }
  in_hooks = false;
  std::erase(hooks, nullptr);
}

void Loop::Impl::end_turn() {
  for (int i = 0; i < kResumesPerTurn; ++i) {
    Waiter* waiter = ready.pop();
    if (waiter == nullptr) break;
    waiter->handle.resume();
  }
  run_hooks();
  if (ready.empty()) {
    uv_idle_stop(&idle);
  } else {
    uv_idle_start(&idle,
                  [](uv_idle_t*) {});  // an active idle handle makes the next wait return at once
  }
  arm_clock();
}

void Loop::Impl::arm_clock() {
  std::optional<Instant> next = timers.next();
  if (!next || (clock_armed && *clock_armed <= *next)) return;
  clock_armed = next;
  Duration at = std::max(next->time_since_epoch(), Duration(1));  // zero would disarm
  itimerspec spec{};
  spec.it_value.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(at).count();
  spec.it_value.tv_nsec = (at % std::chrono::seconds(1)).count();
  timerfd_settime(clock_fd, TFD_TIMER_ABSTIME, &spec, nullptr);
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  std::signal(SIGPIPE, SIG_IGN);
  Impl* impl = impl_.get();
  PORTICO_CHECK(uv_loop_init(&impl->loop) == 0);
  impl->loop.data = impl;
  uv_async_init(&impl->loop, &impl->async,
                [](uv_async_t* handle) { static_cast<Impl*>(handle->loop->data)->run_posted(); });
  uv_prepare_init(&impl->loop, &impl->prepare);
  uv_prepare_start(&impl->prepare, [](uv_prepare_t* handle) {
    static_cast<Impl*>(handle->loop->data)->end_turn();
  });
  uv_idle_init(&impl->loop, &impl->idle);
  impl->clock_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  PORTICO_CHECK(impl->clock_fd >= 0);
  uv_poll_init(&impl->loop, &impl->clock, impl->clock_fd);
  uv_poll_start(&impl->clock, UV_READABLE, [](uv_poll_t* handle, int, int) {
    auto* self = static_cast<Impl*>(handle->loop->data);
    std::uint64_t expirations = 0;
    if (read(self->clock_fd, &expirations, sizeof expirations) < 0) return;
    self->clock_armed.reset();
    self->timers.fire(monotonic_now());
  });
  impl->queue->async = &impl->async;
}

Loop::~Loop() {
  std::vector<UniqueFunction<void()>> dropped;
  {
    std::lock_guard lock(impl_->queue->mutex);
    impl_->queue->async = nullptr;
    dropped.swap(impl_->queue->work);
  }
  dropped.clear();
  PORTICO_CHECK(impl_->timers.size() == 0);
  PORTICO_CHECK(impl_->hooks.empty());
  for (uv_handle_t* handle : {reinterpret_cast<uv_handle_t*>(&impl_->async),
                              reinterpret_cast<uv_handle_t*>(&impl_->prepare),
                              reinterpret_cast<uv_handle_t*>(&impl_->idle),
                              reinterpret_cast<uv_handle_t*>(&impl_->clock)}) {
    uv_close(handle, nullptr);
  }
  close(impl_->clock_fd);
  uv_walk(
      &impl_->loop, [](uv_handle_t* handle, void*) { PORTICO_CHECK(uv_is_closing(handle)); },
      nullptr);
  while (uv_loop_close(&impl_->loop) != 0)
    uv_run(&impl_->loop, UV_RUN_DEFAULT);  // until every close callback has run
}

void Loop::run() {
  impl_->owner.store(std::this_thread::get_id());
  impl_->running = true;
  uv_run(&impl_->loop, UV_RUN_DEFAULT);
  impl_->running = false;
  impl_->end_turn();
}

void Loop::stop() {
  if (in_loop_thread()) {
    if (impl_->running) uv_stop(&impl_->loop);
    return;
  }
  post([impl = impl_.get()] { uv_stop(&impl->loop); });
}

bool Loop::Remote::post(UniqueFunction<void()> work) const {
  std::lock_guard lock(queue_->mutex);
  if (queue_->async == nullptr) return false;
  queue_->work.push_back(std::move(work));
  if (queue_->work.size() == 1) uv_async_send(queue_->async);
  return true;
}

Loop::Remote Loop::remote() const { return Remote(impl_->queue); }
bool Loop::post(UniqueFunction<void()> work) const { return remote().post(std::move(work)); }
bool Loop::in_loop_thread() const { return impl_->owner.load() == std::this_thread::get_id(); }
void Loop::assert_here() const { PORTICO_CHECK(in_loop_thread()); }

void Loop::schedule(Waiter& waiter) {
  assert_here();
  impl_->ready.push(waiter);
}

uv_loop_s* Loop::native() { return &impl_->loop; }
TimerQueue& Loop::timers() { return impl_->timers; }

TurnHook::TurnHook(Loop& loop, std::function<void()> hook) : loop_(loop), hook_(std::move(hook)) {
  loop_.assert_here();
  loop_.impl_->hooks.push_back(this);
}

TurnHook::~TurnHook() {
  Loop::Impl& impl = *loop_.impl_;
  if (impl.in_hooks) {
    std::replace(impl.hooks.begin(), impl.hooks.end(), this, static_cast<TurnHook*>(nullptr));
  } else {
    std::erase(impl.hooks, this);
  }
}

}  // namespace portico::io::runtime
