// Drives an agent with a program read from the input: calls of its functions, time, raw datagrams,
// and datagrams signed with the right password, so that the fuzzer gets past authentication.
// Invariants: deadlines never stand still, queues drain, a lite agent never becomes controlling,
// `connected` implies a selected and validated path.

#include <cstdint>

#include "base/check.h"
#include "base/random.h"
#include "codec/stun/writer.h"
#include "protocol/ice/agent.h"

using namespace portico;
using namespace portico::protocol::ice;
namespace stun = portico::codec::stun;

namespace {

const std::string kPassword(24, 'p');

Path path_of(std::uint8_t n) {
  return {(n & 1) != 0 ? Transport::tcp : Transport::udp,
          SocketAddress{IpAddress::v4(192, 0, 2, 1), 443},
          SocketAddress{IpAddress::v4(10, 0, 0, static_cast<std::uint8_t>(n >> 3)), 4000},
          static_cast<std::uint64_t>((n & 1) != 0 ? n >> 1 & 3 : 0)};
}

// A check, or an answer to the last datagram the agent sent, with attributes from the input.
ByteVector signed_message(ByteReader& in, const stun::TransactionId& last, bool old_password) {
  std::uint8_t kind = in.u8();
  auto message_class = static_cast<stun::Class>(kind & 3);
  stun::Writer writer(message_class, stun::Method::binding, last);
  if ((kind & 4) != 0) {
    writer.text(stun::Attribute::username, old_password ? "olduf:peer" : "local:peer");
  }
  if ((kind & 8) != 0) writer.u32(stun::Attribute::priority, in.u32());
  if ((kind & 16) != 0) writer.flag(stun::Attribute::use_candidate);
  if ((kind & 32) != 0) writer.u64(stun::Attribute::ice_controlling, in.u8());
  if ((kind & 64) != 0) writer.u64(stun::Attribute::ice_controlled, in.u8());
  if ((kind & 128) != 0) {
    writer.xor_address(stun::Attribute::xor_mapped_address, path_of(in.u8()).remote);
  }
  if (message_class == stun::Class::error) writer.error(300 + in.u8(), "");
  return writer.integrity(stun::IntegrityKey(as_bytes(kPassword))).fingerprint().take();
}

void drain(Agent& agent, stun::TransactionId& last) {
  while (auto out = agent.poll_transmit()) {
    auto message = stun::parse(out->data);
    PORTICO_CHECK(message.has_value() && message->verify_fingerprint());
    if (message->message_class() == stun::Class::request) last = message->transaction_id();
  }
  while (agent.poll_event()) {
  }
}

void check(const Agent& agent) {
  PORTICO_CHECK(!agent.lite() || !agent.controlling());
  if (agent.state() == State::connected) {
    PORTICO_CHECK(agent.selected().has_value() && agent.validated(*agent.selected()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in(Bytes(data, size));
  SeededRandom random(1);
  std::uint8_t flags = in.u8();
  Config config;
  config.lite = (flags & 1) != 0;
  config.controlling = (flags & 2) != 0;
  config.aggressive = (flags & 4) != 0;
  config.tie_breaker = 100;
  config.ufrag = "local";
  config.pwd = kPassword;
  Agent agent(config, random);
  Instant now = Instant{} + 1s;
  stun::TransactionId last{};
  while (in.ok() && in.remaining() > 0) {
    switch (in.u8() % 10) {
      case 0:
        agent.receive(path_of(in.u8()), in.bytes(in.u8()), now);
        break;
      case 1:
      case 2: {
        Path path = path_of(in.u8());
        agent.receive(path, signed_message(in, last, in.u8() % 8 == 0), now);
        break;
      }
      case 3:
        now += std::chrono::milliseconds(in.u16());
        break;
      case 4:
        (void)agent.set_remote_credentials("peer", kPassword);
        break;
      case 5: {
        Candidate candidate;
        candidate.address = path_of(in.u8()).remote;
        candidate.priority = in.u32();
        (void)agent.add_remote_candidate(candidate);
        break;
      }
      case 6: {
        Candidate candidate;
        candidate.address = path_of(0).local;
        candidate.priority = 5;
        agent.set_local_candidates({candidate});
        break;
      }
      case 7:
        agent.restart({"local", kPassword});
        break;
      case 8:
        agent.flow_closed(in.u8() & 3, now);
        break;
      case 9:
        (void)agent.add_path(path_of(in.u8()));
        break;
    }
    check(agent);
    drain(agent, last);
    // Work that is due gets done: within a few calls the next deadline lies in the future.
    for (int i = 0; agent.next_deadline() && *agent.next_deadline() <= now; ++i) {
      PORTICO_CHECK(i < 20);
      agent.timeout(now);
      drain(agent, last);
    }
    check(agent);
  }
  return 0;
}
