#pragma once
// For tests: two associations and a bad network between them, in virtual time.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "protocol/sctp/association.h"

namespace portico::protocol::sctp {

struct Endpoint {
  std::unique_ptr<Association> association;
  bool drain_events = true;
  int connected = 0;
  std::vector<std::string> closed;
  std::vector<event::ChannelOpen> opened;
  std::vector<ChannelId> channels_closed;
  std::vector<event::Message> messages;
  std::vector<ChannelId> low;
  std::function<void(const event::Message&)> on_message;

  Association* operator->() { return association.get(); }
  void take(Event event);
  void drain();
};

struct Conditions {
  Duration delay = 20ms;
  Duration jitter{0};  // added at random, which reorders
  double loss = 0;     // 0 to 1
  double duplication = 0;
  double bytes_per_second = 0;  // zero: no limit
};

class TestNetwork {
 public:
  explicit TestNetwork(std::uint64_t seed = 1, Config a = {}, Config b = {});

  // Runs until `done`, or until nothing is left to do, or for at most `limit`. True if done.
  bool run(Duration limit, const std::function<bool()>& done = [] { return false; });
  bool connect(bool both = true);
  // Hands packets over without waiting for the network.
  void flush();

  SeededRandom random;
  Endpoint a;  // client by default
  Endpoint b;  // server by default
  Conditions conditions;
  Instant now{};
  // May change a packet, or drop it by returning false. Argument: from a?
  std::function<bool(ByteVector&, bool)> tamper;

 private:
  void transmit(Endpoint& from, bool from_a);
  void post(ByteVector packet, bool from_a);

  std::multimap<Instant, std::pair<bool, ByteVector>> wire_;  // by arrival
  Instant link_free_[2]{};
};

ByteVector pattern(std::size_t size, std::uint32_t seed);
bool is_pattern(Bytes data, std::size_t size, std::uint32_t seed);

}  // namespace portico::protocol::sctp
