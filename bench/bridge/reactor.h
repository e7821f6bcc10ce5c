#pragma once
// The generator's one thread: epoll for sockets, one precise timer for the packet pacer. The
// servers' own loop is not used here, so that what is measured and what measures share no
// scheduling code.

#include <cstdint>
#include <functional>
#include <map>

#include "base/time.h"

namespace portico::bench {

class Reactor {
 public:
  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // `ready` runs when `fd` can be read. remove() before closing.
  void add(int fd, std::function<void()> ready);
  void remove(int fd);

  // Calls `pace` at `period` intervals (once per expiry, missed ones are made up for, at most
  // `catch_up`); zero stops it.
  void pace(Duration period, std::function<void()> tick, std::uint64_t catch_up = 64);
  // Calls `tick` about every 10 ms of turning.
  void every_10ms(std::function<void(Instant)> tick) { chores_ = std::move(tick); }

  // Turns until `deadline`, or until `done` says so. True: `done` did.
  bool run(Instant deadline, const std::function<bool()>& done = {});

 private:
  void turn(Duration wait);
  int epoll_;
  int timer_;
  std::map<int, std::function<void()>> ready_;
  std::function<void(Instant)> chores_;
  Instant next_chores_{};
  std::function<void()> tick_;
  std::uint64_t catch_up_ = 64;
};

}  // namespace portico::bench
