#pragma once
// Who is connected, counted: half-open and open connections, in all and per address (IPv6 by /64,
// because one host has a whole one). Internal to io/door; on the door's loop.

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

#include "base/socket_address.h"
#include "io/door/door.h"
#include "io/runtime/loop.h"

namespace portico::io::door {

class Ledger : public std::enable_shared_from_this<Ledger> {
 public:
  enum class Verdict { admitted, admitted_by_eviction, too_many_here, too_many };

  explicit Ledger(const DoorLimits& limits) : limits_(limits) {}

  // May a connection from there come in? By eviction: the oldest half-open one was aborted to make
  // room.
  Verdict admit(const IpAddress& remote);

  // Counts an open connection until the last copy is released, on any thread.
  std::shared_ptr<void> open(runtime::Loop& loop, const IpAddress& remote);

  // Counts a half-open connection while it lives, or until leave().
  class HalfOpen {
   public:
    HalfOpen(Ledger& ledger, const IpAddress& remote);
    ~HalfOpen() { leave(); }
    HalfOpen(const HalfOpen&) = delete;
    HalfOpen& operator=(const HalfOpen&) = delete;
    void leave();
    // How to end the connection in its present phase (null: it ends by itself); called at most
    // once.
    void on_abort(std::function<void()> abort);
    bool aborted() const { return aborted_; }

   private:
    friend class Ledger;
    Ledger& ledger_;
    IpAddress key_;
    std::function<void()> abort_;
    std::list<HalfOpen*>::iterator position_;
    bool listed_ = true;
    bool aborted_ = false;
  };
  void abort_all();

  std::size_t half_open() const { return half_open_.size(); }
  std::size_t open_connections() const { return open_; }

 private:
  struct Count {
    std::size_t half = 0;
    std::size_t open = 0;
  };
  struct Hash {
    std::size_t operator()(const IpAddress& ip) const {
      SocketAddress address;
      address.ip = ip;
      return std::hash<SocketAddress>{}(address);
    }
  };
  static IpAddress key_of(const IpAddress& remote);
  void release(const IpAddress& key);
  void forget_if_unused(const IpAddress& key);
  void abort_oldest();

  const DoorLimits limits_;
  std::list<HalfOpen*> half_open_;  // oldest first
  std::size_t open_ = 0;
  std::unordered_map<IpAddress, Count, Hash> counts_;  // at most one entry per open connection
};

}  // namespace portico::io::door
