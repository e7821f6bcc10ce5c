#pragma once
// Two or more agents on a network that loses, delays and reorders, in virtual time. For tests only.

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/random.h"
#include "protocol/ice/agent.h"

namespace portico::protocol::ice::testing {

inline SocketAddress address(std::string_view text) { return *SocketAddress::parse(text); }

inline Candidate host(std::string_view text, std::uint16_t preference = 65535) {
  Candidate candidate;
  candidate.address = address(text);
  candidate.priority = candidate_priority(CandidateType::host, Transport::udp, preference);
  return candidate;
}

inline Config config_of(std::string_view name, bool lite, bool controlling) {
  Config config;
  config.lite = lite;
  config.controlling = controlling;
  config.ufrag = std::string(name) + "ufrag";
  config.pwd = std::string(name) + "passwordpasswordpassword";
  config.tie_breaker = controlling ? 100 : 50;
  return config;
}

class FakeNetwork {
 public:
  explicit FakeNetwork(std::uint64_t seed) : random_(seed) {}

  double loss = 0;                           // 0..1
  Duration latency = 20ms;                   // one way
  Duration jitter = 0ms;                     // added, uniform; larger than the pace reorders
  double duplicates = 0;                     // 0..1
  std::function<bool(const Path&)> blocked;  // sender's view
  Instant now = Instant{} + 1000s;
  std::uint64_t delivered = 0;

  // Datagrams to any of `addresses` reach this agent.
  void attach(Agent& agent, const std::vector<SocketAddress>& addresses) {
    agents_.push_back(&agent);
    for (const auto& a : addresses) routes_[a] = &agent;
  }

  // Runs until `done` holds or `span` is over; true if it held.
  bool run(Duration span, const std::function<bool()>& done = {}) {
    Instant end = now + span;
    while (true) {
      collect();
      if (done && done()) return true;
      Instant next = next_event();
      if (next > end) {
        now = end;
        return false;
      }
      now = std::max(now, next);
      deliver();
      for (Agent* agent : agents_) {
        auto deadline = agent->next_deadline();
        if (deadline && *deadline <= now) agent->timeout(now);
      }
    }
  }

 private:
  struct Packet {
    Instant at;
    Path path;  // receiver's view
    ByteVector data;
  };

  bool happens(double probability) {
    return random_.below(1'000'000) < static_cast<std::uint32_t>(probability * 1'000'000);
  }

  void collect() {
    for (Agent* agent : agents_) {
      while (auto out = agent->poll_transmit()) {
        if (blocked && blocked(out->path)) continue;
        int copies = happens(loss) ? 0 : happens(duplicates) ? 2 : 1;
        for (int i = 0; i < copies; ++i) {
          auto extra = jitter.count() > 0
                           ? Duration(random_.below(static_cast<std::uint32_t>(jitter.count())))
                           : Duration(0);
          Path view{out->path.transport, out->path.remote, out->path.local, out->path.flow};
          packets_.push_back({now + latency + extra, view, out->data});
        }
      }
    }
  }

  Instant next_event() const {
    Instant next = Instant::max();
    for (const Packet& packet : packets_) next = std::min(next, packet.at);
    for (const Agent* agent : agents_) {
      if (auto deadline = agent->next_deadline()) next = std::min(next, *deadline);
    }
    return next;
  }

  void deliver() {
    std::vector<Packet> due;
    for (std::size_t i = 0; i < packets_.size();) {
      if (packets_[i].at > now) {
        ++i;
        continue;
      }
      due.push_back(std::move(packets_[i]));
      packets_.erase(packets_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    for (const Packet& packet : due) {
      auto route = routes_.find(packet.path.local);
      if (route == routes_.end()) continue;
      ++delivered;
      route->second->receive(packet.path, packet.data, now);
    }
  }

  SeededRandom random_;
  std::vector<Agent*> agents_;
  std::map<SocketAddress, Agent*> routes_;
  std::vector<Packet> packets_;
};

// Tells each of two agents the other's credentials and candidates.
inline void introduce(Agent& a, const std::vector<Candidate>& of_a, Agent& b,
                      const std::vector<Candidate>& of_b) {
  a.set_local_candidates(of_a);
  b.set_local_candidates(of_b);
  (void)a.set_remote_credentials(b.local_credentials().ufrag, b.local_credentials().pwd);
  (void)b.set_remote_credentials(a.local_credentials().ufrag, a.local_credentials().pwd);
  for (const Candidate& c : of_b) (void)a.add_remote_candidate(c);
  for (const Candidate& c : of_a) (void)b.add_remote_candidate(c);
}

}  // namespace portico::protocol::ice::testing
