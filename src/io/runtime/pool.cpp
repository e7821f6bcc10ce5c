#include "io/runtime/pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace portico::io::runtime {

struct Pool::Impl {
  std::mutex mutex;
  std::condition_variable work;
  std::deque<UniqueFunction<void()>> queue;
  std::size_t capacity = 0;
  bool closing = false;
  std::vector<std::thread> threads;

  void serve();
};

void Pool::Impl::serve() {
  std::unique_lock lock(mutex);
  while (true) {
    while (queue.empty() && !closing) work.wait(lock);
    if (closing) return;
    UniqueFunction<void()> job = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    job();
    job = UniqueFunction<void()>();
    lock.lock();
  }
}

Pool::Pool(std::size_t threads, std::size_t queue_capacity) : impl_(std::make_unique<Impl>()) {
  impl_->capacity = queue_capacity;
  for (std::size_t i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([impl = impl_.get()] { impl->serve(); });
    pthread_setname_np(impl_->threads.back().native_handle(), "pool");
  }
}

Pool::~Pool() {
  std::deque<UniqueFunction<void()>> dropped;
  {
    std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
    dropped.swap(impl_->queue);
  }
  dropped.clear();  // tells their awaiters
  impl_->work.notify_all();
  for (std::thread& thread : impl_->threads) thread.join();
}

bool Pool::submit(UniqueFunction<void()> job) {
  {
    std::lock_guard lock(impl_->mutex);
    if (impl_->closing || impl_->queue.size() >= impl_->capacity) return false;
    impl_->queue.push_back(std::move(job));
  }
  impl_->work.notify_one();
  return true;
}

}  // namespace portico::io::runtime
