#include "media/peer/peer_transport.h"

#include <gmock/gmock.h>

#include "media/peer/two_peers_for_tests.h"
#include "protocol/dtls/openssl_context.h"

namespace portico::media::peer {
namespace {

using protocol::dtls::Context;
using protocol::dtls::FakeContext;
using testing::ElementsAre;

ByteVector rtp_header(std::uint16_t sequence, std::uint32_t ssrc = 0x11223344) {
  ByteVector h(12);
  h[0] = 0x80;
  h[1] = 96;
  store16(&h[2], sequence);
  store32(&h[8], ssrc);
  return h;
}

ByteVector joined(Bytes a, Bytes b) {
  ByteVector all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

ByteVector receiver_report() {
  ByteVector p(8);
  p[0] = 0x80;
  p[1] = 201;
  store16(&p[2], 1);
  store32(&p[4], 77);
  return p;
}

// Sends `count` packets each way, 5 ms apart.
void exchange_media(TwoPeers& p, std::uint16_t first, std::uint16_t count) {
  ByteVector payload(900, 0x5a);
  for (std::uint16_t i = 0; i < count; ++i) {
    auto sequence = static_cast<std::uint16_t>(first + i);
    ASSERT_TRUE(p.client.transport->send_rtp(p.client, rtp_header(sequence), payload));
    ASSERT_TRUE(p.server.transport->send_rtp(p.server, rtp_header(sequence, 5), payload));
    p.wire.run_for(5ms);
  }
  p.wire.run_for(200ms);
}

void full_conversation(TwoPeers& p) {
  p.introduce();
  p.wire.run_for(2s);
  ASSERT_TRUE(p.connected());
  EXPECT_THAT(p.client.events, ElementsAre("connected"));
  EXPECT_THAT(p.server.events, ElementsAre("connected"));
  EXPECT_EQ(p.client.transport->rtp_overhead(), 16U);

  ByteVector payload(1000, 7);
  ASSERT_TRUE(p.client.transport->send_rtp(p.client, rtp_header(10), payload));
  ASSERT_TRUE(p.client.transport->send_rtcp(p.client, receiver_report()));
  ASSERT_TRUE(p.server.transport->send_rtp(p.server, rtp_header(20), Bytes(payload).first(3),
                                           Bytes(payload).subspan(3)));
  p.wire.run_for(100ms);
  EXPECT_THAT(p.server.rtp, ElementsAre(joined(rtp_header(10), payload)));
  EXPECT_THAT(p.server.rtcp, ElementsAre(receiver_report()));
  EXPECT_THAT(p.client.rtp, ElementsAre(joined(rtp_header(20), payload)));

  ChannelOptions lossy;
  lossy.ordered = false;
  lossy.max_retransmits = 0;
  auto reliable_id = p.client.transport->open_channel("_reliable", {}, p.wire.now);
  auto lossy_id = p.server.transport->open_channel("_lossy", lossy, p.wire.now);
  ASSERT_TRUE(reliable_id && lossy_id);
  EXPECT_EQ(*reliable_id % 2, 0);  // the DTLS client's are even
  EXPECT_EQ(*lossy_id % 2, 1);
  p.wire.run_for(500ms);
  EXPECT_EQ(p.server.channels[*reliable_id], "_reliable");
  EXPECT_EQ(p.client.channels[*lossy_id], "_lossy");
  ASSERT_TRUE(p.client.transport->send_message(*reliable_id, as_bytes("hello"), false, p.wire.now));
  ASSERT_TRUE(p.server.transport->send_message(*reliable_id, as_bytes("back"), true, p.wire.now));
  std::string large(50'000, 'x');
  ASSERT_TRUE(p.server.transport->send_message(*lossy_id, as_bytes(large), true, p.wire.now));
  p.wire.run_for(1s);
  EXPECT_THAT(p.server.messages, ElementsAre(std::pair(*reliable_id, std::string("t:hello"))));
  EXPECT_THAT(p.client.messages,
              testing::UnorderedElementsAre(std::pair(*reliable_id, std::string("b:back")),
                                            std::pair(*lossy_id, "b:" + large)));
  EXPECT_EQ(p.server.transport->buffered(*lossy_id), 0U);
  ASSERT_TRUE(p.client.transport->close_channel(*reliable_id));
  p.wire.run_for(1s);
  EXPECT_FALSE(p.server.channels.contains(*reliable_id));

  p.client.transport->close(p.wire.now);
  p.wire.run_for(500ms);
  EXPECT_THAT(p.server.events, ElementsAre("connected", "closed"));
  EXPECT_THAT(p.client.events, ElementsAre("connected"));
  EXPECT_EQ(p.server.transport->state(), PeerState::closed);
  EXPECT_FALSE(p.server.transport->next_deadline());
  EXPECT_FALSE(p.server.transport->send_rtp(p.server, rtp_header(21), payload));
}

TEST(PeerTransport, ConversationWithFakeDtls) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  full_conversation(p);
}

TEST(PeerTransport, ConversationWithRealDtls) {
  auto a = Context::create_self_signed(), b = Context::create_self_signed();
  ASSERT_TRUE(a && b);
  TwoPeers p(**a, **b);
  full_conversation(p);
}

TEST(PeerTransport, ConversationBetweenFullAgents) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b, 1, [](PeerConfig& c) { c.ice_lite = false; });
  full_conversation(p);
}

TEST(PeerTransport, ManySeedsWithLossAndReordering) {
  FakeContext a(1), b(2);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    TwoPeers p(a, b, seed);
    p.wire.loss_percent = 20;
    p.wire.jitter_ms = 15;
    auto id = p.client.transport->open_channel("early", {}, p.wire.now);
    ASSERT_TRUE(id);
    p.introduce();
    p.wire.run_for(20s);
    ASSERT_TRUE(p.connected()) << seed;
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(
          p.client.transport->send_message(*id, as_bytes(std::to_string(i)), false, p.wire.now))
          << seed;
    }
    exchange_media(p, 1, 100);
    p.wire.run_for(30s);
    ASSERT_EQ(p.server.messages.size(), 50U) << seed;
    for (std::size_t i = 0; i < 50; ++i)
      ASSERT_EQ(p.server.messages[i].second, "t:" + std::to_string(i));
    EXPECT_GT(p.server.rtp.size(), 60U);
    EXPECT_LT(p.server.rtp.size(), 100U);
    EXPECT_EQ(p.server.transport->stats().unauthenticated, 0U);
  }
}

TEST(PeerTransport, AnswerAfterTheHandshake) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  p.introduce_server_to_client();
  p.wire.run_for(3s);
  EXPECT_EQ(p.client.transport->state(), PeerState::connected);
  EXPECT_TRUE(p.server.events.empty());
  EXPECT_FALSE(p.server.transport->send_rtp(p.server, rtp_header(1), {}));
  p.introduce_client_to_server();
  EXPECT_THAT(p.server.events, ElementsAre("connected"));
  p.wire.run_for(100ms);
  exchange_media(p, 1, 5);
  EXPECT_EQ(p.server.rtp.size(), 5U);
}

TEST(PeerTransport, WrongFingerprintFails) {
  FakeContext a(1), b(2), stranger(3);
  TwoPeers p(a, b);
  ASSERT_TRUE(p.server.transport->set_remote("cli1", "clientclientclientclient", "sha-256",
                                             stranger.fingerprint(), p.wire.now));
  p.introduce_server_to_client();
  p.wire.run_for(3s);
  ASSERT_EQ(p.server.events.size(), 1U);
  EXPECT_THAT(p.server.events[0], testing::HasSubstr("fingerprint"));
  EXPECT_EQ(p.server.transport->state(), PeerState::failed);
}

TEST(PeerTransport, SilenceDisconnectsAndTheWireComesBack) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  p.introduce();
  p.wire.run_for(2s);
  ASSERT_TRUE(p.connected());
  p.wire.cut = true;
  p.wire.run_for(12s);
  EXPECT_EQ(p.server.transport->state(), PeerState::disconnected);
  p.wire.cut = false;
  p.wire.run_for(5s);
  EXPECT_THAT(p.server.events, ElementsAre("connected", "disconnected", "connected"));
  exchange_media(p, 1, 3);
  EXPECT_EQ(p.server.rtp.size(), 3U);
  p.wire.cut = true;
  p.wire.run_for(30s);
  EXPECT_EQ(p.server.transport->state(), PeerState::failed);
  EXPECT_EQ(p.server.events.size(), 5U);
}

// The client moves to another network: ICE restart on both sides, DTLS and SRTP go on.
TEST(PeerTransport, IceRestartKeepsTheSession) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  p.introduce();
  p.wire.run_for(2s);
  auto id = p.client.transport->open_channel("chat", {}, p.wire.now);
  p.wire.run_for(1s);
  exchange_media(p, 1, 10);
  ASSERT_EQ(p.server.rtp.size(), 10U);

  ASSERT_TRUE(p.server.transport->restart_ice({"Bsrv", "serverserverserverserver2"}, p.wire.now));
  ASSERT_TRUE(p.client.transport->restart_ice({"cli2", "clientclientclientclient2"}, p.wire.now));
  exchange_media(p, 11, 10);  // the old path still carries
  EXPECT_EQ(p.server.rtp.size(), 20U);
  ASSERT_TRUE(p.server.transport->set_remote("cli2", "clientclientclientclient2", "sha-256",
                                             b.fingerprint(), p.wire.now));
  ASSERT_TRUE(p.client.transport->set_remote("Bsrv", "serverserverserverserver2", "sha-256",
                                             a.fingerprint(), p.wire.now));
  p.wire.client_address = address("203.0.113.77:6000");
  ASSERT_TRUE(p.client.transport->add_remote_candidate(
      "candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host"));
  p.wire.run_for(5s);
  EXPECT_EQ(p.server.transport->selected()->remote, p.wire.client_address);
  exchange_media(p, 21, 10);
  EXPECT_EQ(p.server.rtp.size(), 30U);
  EXPECT_EQ(p.client.rtp.size(), 30U);
  ASSERT_TRUE(p.client.transport->send_message(*id, as_bytes("still here"), false, p.wire.now));
  p.wire.run_for(1s);
  EXPECT_EQ(p.server.messages.size(), 1U);
  EXPECT_THAT(p.server.events, ElementsAre("connected"));
}

TEST(PeerTransport, StrangersAndGarbageAreCountedAndIgnored) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  Path path{Transport::udp, p.wire.server_address, address("203.0.113.5:9"), 0};
  SeededRandom random(5);
  auto throw_garbage = [&] {
    for (int first = 0; first < 256; ++first) {
      for (std::size_t size :
           {std::size_t{0}, std::size_t{1}, std::size_t{13}, std::size_t{60}, std::size_t{1200}}) {
        ByteVector data(size);
        random.fill(data);
        if (!data.empty()) data[0] = static_cast<std::uint8_t>(first);
        p.server.transport->receive(path, data, p.wire.now);
      }
    }
  };
  throw_garbage();
  p.introduce();
  p.wire.run_for(2s);
  ASSERT_TRUE(p.connected());
  throw_garbage();
  EXPECT_GT(p.server.transport->stats().unauthenticated, 50U);
  EXPECT_GT(p.server.transport->stats().early_or_unknown, 100U);
  EXPECT_TRUE(p.server.rtp.empty() && p.server.rtcp.empty());
  exchange_media(p, 1, 5);
  EXPECT_EQ(p.server.rtp.size(), 5U);
  // A DTLS hello from an address that ICE doesn't know gets no answer.
  EXPECT_FALSE(p.server.transport->validated(path));
}

TEST(PeerTransport, ReplayedPacketsAreDropped) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  p.introduce();
  p.wire.run_for(2s);
  struct Tap final : PacketSink {
    ByteVector room;
    MutableBytes reserve(const Path&, std::size_t size) override {
      room.resize(size);
      return room;
    }
    void commit(std::size_t size) override { room.resize(size); }
  } tap;
  ASSERT_TRUE(p.client.transport->send_rtp(tap, rtp_header(5), as_bytes("payload")));
  Path path = *p.server.transport->selected();
  for (int i = 0; i < 3; ++i) {
    ByteVector copy = tap.room;
    p.server.transport->receive(path, copy, p.wire.now);
  }
  EXPECT_EQ(p.server.rtp.size(), 1U);
  EXPECT_EQ(p.server.transport->stats().replayed, 2U);
}

TEST(PeerTransport, FullSinkDropsAndSaysSo) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  p.introduce();
  p.wire.run_for(2s);
  p.client.full = true;
  auto sent = p.client.transport->send_rtp(p.client, rtp_header(5), as_bytes("payload"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::limit);
  EXPECT_EQ(p.client.transport->stats().sink_drops, 1U);
  p.client.full = false;
  EXPECT_TRUE(p.client.transport->send_rtp(p.client, rtp_header(6), as_bytes("payload")));
}

TEST(PeerTransport, ObserverMayAnswerAndCloseInsideACallback) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b);
  p.introduce();
  auto id = p.client.transport->open_channel("c", {}, p.wire.now);
  p.wire.run_for(2s);
  int calls = 0;
  p.server.in_message = [&] {
    if (++calls == 1) {
      EXPECT_TRUE(p.server.transport->send_message(*id, as_bytes("answer"), false, p.wire.now));
    } else {
      p.server.transport->close(p.wire.now);
    }
  };
  ASSERT_TRUE(p.client.transport->send_message(*id, as_bytes("1"), false, p.wire.now));
  p.wire.run_for(1s);
  EXPECT_THAT(p.client.messages, ElementsAre(std::pair(*id, std::string("t:answer"))));
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(p.client.transport->send_message(*id, as_bytes("2"), false, p.wire.now));
  p.wire.run_for(1s);
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(p.client.events, ElementsAre("connected", "closed"));
  EXPECT_THAT(p.server.events, ElementsAre("connected"));
}

TEST(PeerTransport, WithoutSctpThereAreNoChannels) {
  FakeContext a(1), b(2);
  TwoPeers p(a, b, 1, [](PeerConfig& c) { c.sctp = false; });
  p.introduce();
  p.wire.run_for(2s);
  ASSERT_TRUE(p.connected());
  EXPECT_EQ(p.client.transport->open_channel("c", {}, p.wire.now).error().code,
            ErrorCode::conflict);
}

TEST(PeerTransport, RefusesBadConfiguration) {
  FakeContext a(1);
  End end;
  SeededRandom random(1);
  PeerConfig config;
  config.dtls = &a;
  config.ice = {"abc", "short"};
  EXPECT_EQ(PeerTransport::create(config, end, random).error().code, ErrorCode::invalid);
  config.ice = {"abcd", "serverserverserverserver"};
  config.local_candidates = {"nonsense"};
  EXPECT_FALSE(PeerTransport::create(config, end, random));
  config.local_candidates.clear();
  auto good = PeerTransport::create(config, end, random);
  ASSERT_TRUE(good);
  EXPECT_FALSE((*good)->set_remote("x", "y", "sha-256", a.fingerprint(), Instant{}));
  EXPECT_FALSE(
      (*good)->set_remote("abcd", "serverserverserverserver", "sha-1", a.fingerprint(), Instant{}));
  EXPECT_TRUE((*good)->add_remote_candidate("candidate:1 1 udp 1 0a1b2c3d.local 9 typ host"));
  EXPECT_FALSE((*good)->add_remote_candidate("candidate:1 1 udp banana 192.0.2.1 9 typ host"));
}

}  // namespace
}  // namespace portico::media::peer
