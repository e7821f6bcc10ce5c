#pragma once
// A network in virtual time: datagrams between addresses with loss, delay, jitter (which reorders)
// and duplication, from a seed. It knows no protocol; the world hands in what was sent and asks for
// what is due.

#include <cstdint>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "base/path.h"
#include "base/random.h"
#include "base/time.h"

namespace portico::media::simulator {

struct LinkModel {
  double loss = 0;         // 0..1 per datagram
  double duplication = 0;  // 0..1
  Duration delay = 10ms;   // one way
  Duration jitter{0};      // added, uniform in [0, jitter): packets overtake each other
};

struct Delivery {
  SocketAddress from, to;
  ByteVector data;
};

class Network {
 public:
  explicit Network(std::uint64_t seed) : random_(seed) {}

  void set_model(const LinkModel& model) { model_ = model; }
  // An address that is cut off neither sends nor receives.
  void cut(const SocketAddress& address, bool off);
  void send(const SocketAddress& from, const SocketAddress& to, Bytes data, Instant now);
  // The next datagram due at `now` or before.
  std::optional<Delivery> poll(Instant now);
  std::uint64_t lost() const { return lost_; }

 private:
  bool chance(double probability);

  SeededRandom random_;
  LinkModel model_;
  std::multimap<Instant, Delivery> queue_;
  std::map<SocketAddress, bool> cut_;
  std::uint64_t lost_ = 0;
};

}  // namespace portico::media::simulator
