#include "io/runtime/system.h"

#include <pthread.h>
#include <sys/random.h>
#include <uv.h>

#include <cerrno>
#include <future>

#include "base/check.h"

namespace portico::io::runtime {

void SystemRandom::fill(MutableBytes out) {
  while (!out.empty()) {
    ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    PORTICO_CHECK(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

namespace {

// Lives until libuv has let go of the handle, which is later than ~Signals.
struct SignalHandle {
  uv_signal_t signal{};
  std::function<void(int)> callback;
};

void close_signal(uv_handle_t* handle) { delete static_cast<SignalHandle*>(handle->data); }

}  // namespace

Signals::Signals(Loop& loop, const std::vector<int>& numbers, std::function<void(int)> callback) {
  loop.assert_here();
  for (int number : numbers) {
    auto* handle = new SignalHandle;
    handle->callback = callback;
    handle->signal.data = handle;
    PORTICO_CHECK(uv_signal_init(loop.native(), &handle->signal) == 0);
    uv_signal_start(
        &handle->signal,
        [](uv_signal_t* signal, int received) {
          static_cast<SignalHandle*>(signal->data)->callback(received);
        },
        number);
    handles_.push_back(handle);
  }
}

Signals::~Signals() {
  for (void* handle : handles_) {
    auto* signal = static_cast<SignalHandle*>(handle);
    uv_close(reinterpret_cast<uv_handle_t*>(&signal->signal), &close_signal);
  }
}

LoopThread::LoopThread(std::string name) {
  std::promise<Loop*> started;
  std::future<Loop*> loop = started.get_future();
  thread_ = std::thread([name = name.substr(0, 15), started = std::move(started)]() mutable {
    pthread_setname_np(pthread_self(), name.c_str());
    Loop here;
    started.set_value(&here);
    here.run();
  });
  loop_ = loop.get();
}

LoopThread::~LoopThread() { stop(); }

void LoopThread::call(UniqueFunction<void()> work) {
  PORTICO_CHECK(loop_ != nullptr && !loop_->in_loop_thread());
  std::promise<void> done;
  std::future<void> finished = done.get_future();
  bool posted = loop_->post([&work, done = std::move(done)]() mutable {
    work();
    done.set_value();
  });
  PORTICO_CHECK(posted);
  finished.wait();
}

void LoopThread::stop() {
  if (loop_ == nullptr) return;
  loop_->stop();
  loop_ = nullptr;
  thread_.join();
}

}  // namespace portico::io::runtime
