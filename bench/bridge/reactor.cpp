#include "bench/bridge/reactor.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "bench/common/process_stats.h"

namespace portico::bench {

Reactor::Reactor()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  add(timer_, [this] {
    std::uint64_t expired = 0;
    if (::read(timer_, &expired, sizeof expired) != sizeof expired) return;
    for (std::uint64_t i = 0; i < std::min(expired, catch_up_) && tick_; ++i) tick_();
  });
}

Reactor::~Reactor() {
  ::close(timer_);
  ::close(epoll_);
}

void Reactor::add(int fd, std::function<void()> ready) {
  ready_[fd] = std::move(ready);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Reactor::remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  ready_.erase(fd);
}

void Reactor::pace(Duration period, std::function<void()> tick, std::uint64_t catch_up) {
  tick_ = std::move(tick);
  catch_up_ = catch_up;
  itimerspec spec{};
  spec.it_interval.tv_sec = static_cast<time_t>(period.count() / 1'000'000'000);
  spec.it_interval.tv_nsec = static_cast<long>(period.count() % 1'000'000'000);
  spec.it_value = spec.it_interval;
  timerfd_settime(timer_, 0, &spec, nullptr);
}

bool Reactor::run(Instant deadline, const std::function<bool()>& done) {
  while (true) {
    Instant now = monotonic_now();
    if (now >= next_chores_ && chores_) {
      next_chores_ = now + 10ms;
      chores_(now);
    }
    if (done && done()) return true;
    if (now >= deadline) return false;
    turn(std::min<Duration>(deadline - now, 10ms));
  }
}

void Reactor::turn(Duration wait) {
  std::array<epoll_event, 256> events;
  int timeout = static_cast<int>(std::max<std::int64_t>(1, to_ms(wait)));
  int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout);
  for (int i = 0; i < count; ++i) {
    auto found = ready_.find(events[static_cast<std::size_t>(i)].data.fd);
    if (found == ready_.end()) continue;
    auto callback = found->second;  // it may remove itself
    callback();
  }
}

}  // namespace portico::bench
