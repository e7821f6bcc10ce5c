// The simulated network of test_network.h. It lives in a test file, so that it is no part of the
// library.

#include "protocol/sctp/test_network.h"

#include <algorithm>

namespace portico::protocol::sctp {

void Endpoint::take(Event event) {
  if (std::get_if<event::Connected>(&event)) ++connected;
  if (auto* e = std::get_if<event::Closed>(&event)) closed.push_back(e->reason);
  if (auto* e = std::get_if<event::ChannelOpen>(&event)) opened.push_back(std::move(*e));
  if (auto* e = std::get_if<event::ChannelClosed>(&event)) channels_closed.push_back(e->id);
  if (auto* e = std::get_if<event::BufferedLow>(&event)) low.push_back(e->id);
  if (auto* e = std::get_if<event::Message>(&event)) {
    if (on_message) {
      on_message(*e);
    } else {
      messages.push_back(std::move(*e));
    }
  }
}

void Endpoint::drain() {
  if (!drain_events) return;
  while (auto event = association->poll_event()) take(std::move(*event));
}

TestNetwork::TestNetwork(std::uint64_t seed, Config config_a, Config config_b) : random(seed) {
  config_a.role = Role::client;
  config_b.role = Role::server;
  a.association = std::make_unique<Association>(config_a, random);
  b.association = std::make_unique<Association>(config_b, random);
}

void TestNetwork::post(ByteVector packet, bool from_a) {
  auto chance = [this] { return random.below(1'000'000) / 1e6; };
  Instant start = now;
  if (conditions.bytes_per_second > 0) {
    Instant& free = link_free_[from_a ? 0 : 1];
    start = std::max(now, free);
    if (start - now > 100ms) return;  // the router's queue is full
    double seconds = static_cast<double>(packet.size()) / conditions.bytes_per_second;
    free = start + Duration(static_cast<std::int64_t>(seconds * 1e9));
  }
  int copies = chance() < conditions.duplication ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (chance() < conditions.loss) continue;
    Duration jitter{0};
    if (conditions.jitter > Duration{0}) {
      jitter = Duration(
          static_cast<std::int64_t>(chance() * static_cast<double>(conditions.jitter.count())));
    }
    wire_.emplace(start + conditions.delay + jitter, std::pair(from_a, packet));
  }
}

void TestNetwork::transmit(Endpoint& from, bool from_a) {
  for (int round = 0; round < 2; ++round) {
    while (auto packet = from->poll_transmit(now)) {
      if (tamper && !tamper(*packet, from_a)) continue;
      post(std::move(*packet), from_a);
    }
    from.drain();
  }
}

void TestNetwork::flush() {
  transmit(a, true);
  transmit(b, false);
}

bool TestNetwork::run(Duration limit, const std::function<bool()>& done) {
  Instant end = now + limit;
  flush();
  while (!done()) {
    std::optional<Instant> next;
    if (!wire_.empty()) next = wire_.begin()->first;
    for (auto deadline : {a->next_deadline(), b->next_deadline()}) {
      if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    if (!next || *next > end) {
      now = end;
      return done();
    }
    now = std::max(now, *next);
    while (!wire_.empty() && wire_.begin()->first <= now) {
      auto [from_a, packet] = std::move(wire_.begin()->second);
      wire_.erase(wire_.begin());
      Endpoint& to = from_a ? b : a;
      to->receive(packet, now);
      transmit(to, !from_a);
    }
    for (Endpoint* endpoint : {&a, &b}) {
      auto deadline = (*endpoint)->next_deadline();
      if (deadline && *deadline <= now) (*endpoint)->timeout(now);
    }
    flush();
  }
  return true;
}

bool TestNetwork::connect(bool both) {
  a->start(now);
  if (both) b->start(now);
  return run(30s,
             [this] { return a->state() == State::connected && b->state() == State::connected; });
}

ByteVector pattern(std::size_t size, std::uint32_t seed) {
  ByteVector data(size);
  SeededRandom random(seed);
  random.fill(data);
  return data;
}

bool is_pattern(Bytes data, std::size_t size, std::uint32_t seed) {
  ByteVector expected = pattern(size, seed);
  return std::equal(data.begin(), data.end(), expected.begin(), expected.end());
}

}  // namespace portico::protocol::sctp
