// Restarts, forgeries and peers that mean harm.

#include <gtest/gtest.h>

#include "codec/sctp/chunks.h"
#include "codec/sctp/dcep.h"
#include "codec/sctp/reconfig.h"
#include "protocol/sctp/test_network.h"

namespace portico::protocol::sctp {
namespace {

namespace wire = codec::sctp;
using wire::ChunkType;

// Recomputes the checksum of a packet that was changed.
void seal(ByteVector& packet) {
  auto parsed = wire::parse_packet(
      [&] {
        store32(&packet[8], 0);
        return Bytes(packet);
      }(),
      true);
  ASSERT_TRUE(parsed);
  wire::PacketWriter out(parsed->header(), 65535);
  auto cursor = parsed->chunks();
  while (auto chunk = cursor.next()) {
    out.chunk(static_cast<ChunkType>(chunk->type), chunk->flags, chunk->value);
  }
  packet = out.finish();
}

TEST(Hostile, TamperedCookiesAreRefused) {
  for (std::size_t byte = 0; byte < 52; ++byte) {
    TestNetwork net;
    int changed = 0;
    net.tamper = [&](ByteVector& packet, bool) {
      if (packet[12] != static_cast<std::uint8_t>(ChunkType::cookie_echo)) return true;
      packet[16 + byte] ^= 1;
      seal(packet);
      ++changed;
      return true;
    };
    net.a->start(net.now);
    net.run(10s);
    ASSERT_GT(changed, 0);
    EXPECT_EQ(net.b.connected, 0) << byte;
    EXPECT_EQ(net.b->state(), State::closed);
  }
}

TEST(Hostile, WrongVerificationTagsAndPortsAreDropped) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  ASSERT_TRUE(net.run(1s, [&] { return net.b.opened.size() == 1; }));
  for (std::size_t offset : {0U, 2U, 4U}) {
    std::uint64_t dropped = net.b->stats().packets_dropped;
    net.tamper = [&](ByteVector& packet, bool from_a) {
      if (from_a) {
        packet[offset] ^= 0x10;
        seal(packet);
      }
      return true;
    };
    ASSERT_TRUE(net.a->send(*id, as_bytes("x"), false, net.now));
    net.run(100ms);
    EXPECT_GT(net.b->stats().packets_dropped, dropped) << offset;
    EXPECT_TRUE(net.b.messages.empty());
  }
  net.tamper = nullptr;
  EXPECT_TRUE(net.run(30s, [&] { return net.b.messages.size() == 3; }));
}

// A peer that speaks raw chunks after an honest handshake.
class Attack : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(net.a->add_channel(0, "x", {}));
    ASSERT_TRUE(net.b->add_channel(0, "x", {}));
    net.tamper = [this](ByteVector& packet, bool from_a) {
      if (from_a && packet[12] == static_cast<std::uint8_t>(ChunkType::init))
        tsn = load32(&packet[28]);
      if (from_a && load32(&packet[4]) != 0) tag = load32(&packet[4]);
      return true;
    };
    ASSERT_TRUE(net.connect(false));
    net.run(1s);
  }
  wire::PacketWriter packet() const { return {{5000, 5000, tag}, 1148}; }
  void inject(wire::PacketWriter& out) { inject(out.finish()); }
  void inject(const ByteVector& bytes) {
    net.b->receive(bytes, net.now);
    while (auto answer = net.b->poll_transmit(net.now)) answers.push_back(std::move(*answer));
    net.b.drain();
  }
  bool answered(ChunkType type) const {
    for (const ByteVector& bytes : answers) {
      auto parsed = wire::parse_packet(bytes, false);
      auto cursor = parsed->chunks();
      while (auto chunk = cursor.next()) {
        if (chunk->is(type)) return true;
      }
    }
    return false;
  }
  std::size_t held() { return net.b->stats().receive_buffered; }

  TestNetwork net;
  std::uint32_t tag = 0;  // B's
  std::uint32_t tsn = 0;  // A's first
  std::vector<ByteVector> answers;
  static constexpr std::size_t kBound = 1024 * 1024 + 2 * 256 * 1024 + 4096;
};

TEST_F(Attack, EndlessFragments) {
  const std::uint8_t payload[] = {1};
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    wire::PacketWriter out = packet();
    wire::write_data(out, {tsn + i, 0, 0, 53, false, false, i == 0, false, payload});
    inject(out);
  }
  EXPECT_LE(held(), kBound);
  EXPECT_EQ(net.b->state(), State::connected);
}

TEST_F(Attack, FragmentsWithHoles) {
  ByteVector payload(1000);
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    wire::PacketWriter out = packet();
    wire::write_data(out, {tsn + 1 + i * 2, 0, 0, 53, false, true, false, false, payload});
    inject(out);
  }
  EXPECT_LE(held(), kBound);
}

TEST_F(Attack, OrderedMessagesThatWaitForever) {
  ByteVector payload(100);
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    wire::PacketWriter out = packet();
    wire::write_data(out, {tsn + i, 0, static_cast<std::uint16_t>(1 + i % 30000), 53, false, false,
                           true, true, payload});
    inject(out);
  }
  EXPECT_LE(held(), kBound);
}

TEST_F(Attack, ManyChannelsManyLabels) {
  wire::ChannelOpen open;
  open.label = std::string(1000, 'x');
  ByteVector message = wire::write_channel_open(open);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    wire::PacketWriter out = packet();
    wire::write_data(out, {tsn + i, static_cast<std::uint16_t>(1 + i), 0, 50, false, false, true,
                           true, message});
    inject(out);
  }
  EXPECT_EQ(net.b.opened.size(), 255U) << "Config::max_channels with the one that was there";
  EXPECT_TRUE(answered(ChunkType::error)) << "streams beyond what we announced";
  EXPECT_TRUE(answered(ChunkType::re_config)) << "refused channels are reset";
}

TEST_F(Attack, FragmentsThatContradictEachOtherAreForgotten) {
  ByteVector payload(1000);
  for (std::uint32_t i = 0; i < 5000; ++i) {  // beginning after beginning, never an end
    wire::PacketWriter out = packet();
    wire::write_data(
        out, {tsn + i, 0, static_cast<std::uint16_t>(i), 53, false, false, true, false, payload});
    inject(out);
  }
  EXPECT_LE(held(), 3000U);
}

TEST_F(Attack, ImpossibleSacksChangeNothing) {
  ASSERT_TRUE(net.b->send(0, as_bytes("hello"), false, net.now));
  while (net.b->poll_transmit(net.now)) {
  }
  std::size_t flight = net.b->stats().bytes_in_flight;
  ASSERT_GT(flight, 0U);
  for (std::uint32_t cumulative : {0U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    wire::PacketWriter out = packet();
    wire::write_sack(out, {cumulative, 100000, {{1, 65535}}, {}});
    inject(out);
  }
  EXPECT_EQ(net.b->stats().bytes_in_flight, flight);
}

TEST_F(Attack, UnknownChunksAreSkippedOrStopTheRest) {
  const std::uint8_t hello[] = {'h'};
  auto send = [&](std::uint8_t type, std::uint32_t number) {
    wire::PacketWriter out = packet();
    out.chunk(static_cast<ChunkType>(type), 0, hello);
    wire::write_data(out, {tsn + number, 0, static_cast<std::uint16_t>(number), 51, false, false,
                           true, true, hello});
    inject(out);
  };
  send(0x3F, 0);
  EXPECT_EQ(net.b.messages.size(), 0U);
  send(0xBF, 0);
  EXPECT_EQ(net.b.messages.size(), 1U);
  EXPECT_FALSE(answered(ChunkType::error));
  send(0xFE, 1);
  EXPECT_EQ(net.b.messages.size(), 2U);
  EXPECT_TRUE(answered(ChunkType::error));
}

TEST_F(Attack, DataWithoutUserDataAborts) {
  wire::PacketWriter out = packet();
  out.chunk(ChunkType::data, 3, ByteVector(12));
  inject(out);
  EXPECT_TRUE(answered(ChunkType::abort));
  EXPECT_EQ(net.b->state(), State::closed);
}

TEST_F(Attack, HeartbeatsAreEchoedButNotHoarded) {
  const std::uint8_t info[] = {0, 1, 0, 8, 1, 2, 3, 4};
  wire::PacketWriter out = packet();
  for (int i = 0; i < 50; ++i) out.chunk(ChunkType::heartbeat, 0, info);
  inject(out);
  EXPECT_TRUE(answered(ChunkType::heartbeat_ack));
  EXPECT_LE(answers.size(), 2U);
}

TEST_F(Attack, InitFloodsCostNothing) {
  wire::InitChunk init;
  init.initiate_tag = 7;
  init.a_rwnd = 1500;
  init.outbound_streams = init.inbound_streams = 1;
  for (int i = 0; i < 1000; ++i) {
    wire::PacketWriter out({5000, 5000, 0}, 1148);
    wire::write_init(out, ChunkType::init, init);
    net.b->receive(out.finish(), net.now);
  }
  int packets = 0;
  while (net.b->poll_transmit(net.now)) ++packets;
  EXPECT_LE(packets, 4);
  EXPECT_EQ(net.b->state(), State::connected) << "an INIT alone changes nothing";
}

TEST_F(Attack, StrangeReconfigurationsAreRefused) {
  for (const wire::ReconfigItem& item :
       {wire::ReconfigItem(wire::OtherRequest{15, tsn}),
        wire::ReconfigItem(wire::OutgoingReset{tsn + 77, 0, tsn, {0}}),
        wire::ReconfigItem(wire::ReconfigResponse{12345, {}})}) {
    wire::PacketWriter out = packet();
    wire::write_reconfig(out, {item});
    inject(out);
  }
  EXPECT_TRUE(answered(ChunkType::re_config));
  EXPECT_TRUE(net.b.channels_closed.empty());
}

TEST(Hostile, RestartOfOneSide) {
  TestNetwork net;
  net.conditions.loss = 0.1;
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("before", {}, net.now);
  ASSERT_TRUE(net.a->send(*id, ByteVector(100'000), true, net.now));
  net.run(60ms);
  Config client;
  client.role = Role::client;
  net.a.association = std::make_unique<Association>(client, net.random);
  net.a->start(net.now);
  ASSERT_TRUE(
      net.run(30s, [&] { return net.a->state() == State::connected && net.b.connected == 2; }));
  EXPECT_TRUE(net.b.closed.empty());
  auto again = net.a->open_channel("after", {}, net.now);
  ASSERT_TRUE(net.a->send(*again, as_bytes("hello"), false, net.now));
  ASSERT_TRUE(net.run(
      30s, [&] { return !net.b.messages.empty() && net.b.messages.back().data.size() == 5; }));
  EXPECT_EQ(net.b.opened.back().label, "after");
  EXPECT_EQ(net.b.channels_closed.size() + 1, net.b.opened.size());
}

TEST(Hostile, OldCookiesDoNotDisturbAnEstablishedAssociation) {
  TestNetwork net;
  std::vector<ByteVector> cookies;
  net.tamper = [&](ByteVector& packet, bool from_a) {
    if (from_a && packet[12] == static_cast<std::uint8_t>(ChunkType::cookie_echo))
      cookies.push_back(packet);
    return true;
  };
  ASSERT_TRUE(net.connect(false));
  ASSERT_EQ(cookies.size(), 1U);
  auto id = net.a->open_channel("x", {}, net.now);
  net.run(120s);
  for (int i = 0; i < 10; ++i) net.b->receive(cookies[0], net.now);
  ASSERT_TRUE(net.a->send(*id, as_bytes("x"), false, net.now));
  EXPECT_TRUE(net.run(1s, [&] { return net.b.messages.size() == 1; }));
  EXPECT_EQ(net.b.connected, 1);
}

}  // namespace
}  // namespace portico::protocol::sctp
