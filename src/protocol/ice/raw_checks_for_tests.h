#pragma once
// Hand-made checks against one agent, for tests only.

#include <functional>
#include <optional>
#include <string>

#include "codec/stun/writer.h"
#include "protocol/ice/agent.h"

namespace portico::protocol::ice::testing {

namespace stun = codec::stun;

struct RawCheck {
  std::string username = "servufrag:clieufrag";
  std::string password = "servpasswordpasswordpassword";
  std::optional<std::uint32_t> priority = 1'000'000;
  bool use_candidate = false;
  bool controlled = false;  // the sender's role
  std::uint64_t tie_breaker = 77;
  bool integrity = true;
  bool fingerprint = true;
  std::function<void(stun::Writer&)> extra;
};

inline ByteVector build(const RawCheck& check, stun::TransactionId id) {
  stun::Writer writer(stun::Class::request, stun::Method::binding, id);
  if (!check.username.empty()) writer.text(stun::Attribute::username, check.username);
  if (check.priority) writer.u32(stun::Attribute::priority, *check.priority);
  writer.u64(check.controlled ? stun::Attribute::ice_controlled : stun::Attribute::ice_controlling,
             check.tie_breaker);
  if (check.use_candidate) writer.flag(stun::Attribute::use_candidate);
  if (check.extra) check.extra(writer);
  if (check.integrity) writer.integrity(stun::IntegrityKey(as_bytes(check.password)));
  if (check.fingerprint) writer.fingerprint();
  return writer.take();
}

// A peer of a lite agent ("serv") with full control over what it sends.
class RawPeer {
 public:
  RawPeer() : agent(make_config(), random) {}

  // Sends and returns the error code of the answer: 0 success, -1 silence.
  int send(const RawCheck& check, const Path& path, bool same_transaction = false) {
    if (!same_transaction) random.fill(id);
    return send_bytes(build(check, id), path);
  }
  int send_bytes(const ByteVector& bytes, const Path& path) {
    agent.receive(path, bytes, now);
    auto out = agent.poll_transmit();
    if (!out) return -1;
    answer = out->data;
    auto message = stun::parse(answer);
    if (!message || out->path != path || agent.poll_transmit()) return -2;
    if (message->message_class() == stun::Class::success) return 0;
    return message->error_code() ? message->error_code()->code : -3;
  }
  static Path path(std::uint16_t port) {
    return {Transport::udp, *SocketAddress::parse("192.0.2.1:443"),
            SocketAddress{IpAddress::v4(10, 0, 0, 2), port}, 0};
  }
  int nominate(std::uint16_t port, std::uint32_t priority) {
    RawCheck check;
    check.priority = priority;
    check.use_candidate = true;
    return send(check, path(port));
  }
  int ping(std::uint16_t port) { return send(RawCheck{}, path(port)); }
  std::uint16_t selected_port() const {
    return agent.selected() ? agent.selected()->remote.port : std::uint16_t{0};
  }

  SeededRandom random{5};
  Agent agent;
  Instant now = Instant{} + 100s;
  stun::TransactionId id{};
  ByteVector answer;

 private:
  static Config make_config() {
    Config config;
    config.ufrag = "servufrag";
    config.pwd = "servpasswordpasswordpassword";
    return config;
  }
};

}  // namespace portico::protocol::ice::testing
