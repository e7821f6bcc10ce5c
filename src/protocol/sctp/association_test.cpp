#include "protocol/sctp/association.h"

#include <gtest/gtest.h>

#include "codec/sctp/packet.h"
#include "protocol/sctp/test_network.h"

namespace portico::protocol::sctp {
namespace {

std::string text_of(const event::Message& message) { return std::string(as_text(message.data)); }

TEST(Association, OneSideStarts) {
  TestNetwork net;
  ASSERT_TRUE(net.connect(false));
  net.run(1s);
  EXPECT_EQ(net.a.connected, 1);
  EXPECT_EQ(net.b.connected, 1);
}

TEST(Association, BothSidesStart) {
  TestNetwork net;
  ASSERT_TRUE(net.connect(true));
  net.run(5s);
  EXPECT_EQ(net.a.connected, 1);
  EXPECT_EQ(net.b.connected, 1);
  EXPECT_TRUE(net.a.closed.empty() && net.b.closed.empty());
}

TEST(Association, HandshakeSurvivesTheLossOfAnyPackets) {
  for (unsigned lost = 0; lost < 256; ++lost) {
    for (bool both : {false, true}) {
      TestNetwork net(lost + 1);
      unsigned count = 0;
      net.tamper = [&](ByteVector&, bool) {
        unsigned packet = count++;
        return packet >= 8 || (lost >> packet & 1) == 0;
      };
      auto id = net.a->open_channel("early", {}, net.now);
      ASSERT_TRUE(id);
      ASSERT_TRUE(net.a->send(*id, as_bytes("hello"), false, net.now));
      ASSERT_TRUE(net.connect(both)) << lost << " " << both;
      ASSERT_TRUE(net.run(30s, [&] { return net.b.messages.size() == 1; })) << lost << " " << both;
      EXPECT_EQ(net.a.connected, 1);
      EXPECT_EQ(net.b.connected, 1);
    }
  }
}

TEST(Association, ChannelsAndEveryKindOfMessage) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  ChannelOptions options;
  options.ordered = false;
  options.max_retransmits = 0;
  options.protocol = "proto";
  auto from_client = net.a->open_channel("_lossy", options, net.now);
  auto from_server = net.b->open_channel("_reliable", {}, net.now);
  ASSERT_TRUE(from_client && from_server);
  EXPECT_EQ(*from_client % 2, 0) << "RFC 8832 section 6: the DTLS client uses even ids";
  EXPECT_EQ(*from_server % 2, 1);
  ASSERT_TRUE(net.run(1s, [&] { return net.a.opened.size() == 2 && net.b.opened.size() == 2; }));
  const auto& incoming = net.b.opened[0].incoming ? net.b.opened[0] : net.b.opened[1];
  EXPECT_EQ(incoming.id, *from_client);
  EXPECT_EQ(incoming.label, "_lossy");
  EXPECT_EQ(incoming.options.protocol, "proto");
  EXPECT_FALSE(incoming.options.ordered);
  EXPECT_EQ(incoming.options.max_retransmits, 0);
  ASSERT_TRUE(net.b->send(*from_client, as_bytes("text"), false, net.now));
  ASSERT_TRUE(net.b->send(*from_client, as_bytes("bin"), true, net.now));
  ASSERT_TRUE(net.b->send(*from_client, {}, false, net.now));
  ASSERT_TRUE(net.b->send(*from_client, {}, true, net.now));
  ASSERT_TRUE(net.run(1s, [&] { return net.a.messages.size() == 4; }));
  EXPECT_EQ(text_of(net.a.messages[0]), "text");
  EXPECT_FALSE(net.a.messages[0].binary);
  EXPECT_TRUE(net.a.messages[1].binary);
  EXPECT_TRUE(net.a.messages[2].data.empty() && !net.a.messages[2].binary);
  EXPECT_TRUE(net.a.messages[3].data.empty() && net.a.messages[3].binary);
}

TEST(Association, DataMayFollowOpenAtOnce) {
  TestNetwork net;
  net.a->start(net.now);
  auto id = net.a->open_channel("x", {}, net.now);
  ASSERT_TRUE(net.a->send(*id, as_bytes("first"), false, net.now));
  ASSERT_TRUE(net.run(5s, [&] { return !net.b.messages.empty(); }));
  ASSERT_EQ(net.b.opened.size(), 1U);
  EXPECT_EQ(text_of(net.b.messages[0]), "first");
}

TEST(Association, NegotiatedChannelsNeedNoOpen) {
  TestNetwork net;
  ASSERT_TRUE(net.a->add_channel(100, "n", {}));
  ASSERT_TRUE(net.b->add_channel(100, "n", {}));
  EXPECT_EQ(net.a->add_channel(100, "n", {}).error().code, ErrorCode::conflict);
  EXPECT_EQ(net.a->add_channel(1024, "n", {}).error().code, ErrorCode::invalid);
  ASSERT_TRUE(net.connect());
  ASSERT_TRUE(net.a->send(100, as_bytes("hi"), false, net.now));
  ASSERT_TRUE(net.run(1s, [&] { return net.b.messages.size() == 1; }));
  EXPECT_TRUE(net.b.opened.empty());
}

TEST(Association, ClosingAChannelFreesItsIdForAnother) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  net.conditions.loss = 0.2;
  for (std::uint32_t round = 0; round < 5; ++round) {
    std::string label = "round" + std::to_string(round);
    auto id = net.a->open_channel(label, {}, net.now);
    ASSERT_TRUE(id);
    EXPECT_EQ(*id, 0);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(net.a->send(*id, as_bytes(label), false, net.now));
    if (round % 2 == 0) net.a->close_channel(*id);
    ASSERT_TRUE(net.run(60s, [&] { return net.b.messages.size() == 20 * (round + 1); })) << round;
    EXPECT_EQ(text_of(net.b.messages.back()), label);
    if (round % 2 == 1) net.b->close_channel(*id);
    ASSERT_TRUE(net.run(60s, [&] {
      return net.a.channels_closed.size() == round + 1 && net.b.channels_closed.size() == round + 1;
    })) << round;
    EXPECT_EQ(net.a->send(*id, as_bytes("x"), false, net.now).error().code, ErrorCode::not_found);
  }
}

TEST(Association, TooLongMessagesAreRefusedOrCloseTheChannel) {
  Config small;
  small.max_message_size = 10'000;
  TestNetwork net(1, {}, small);
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  EXPECT_EQ(net.a->send(*id, ByteVector(256 * 1024 + 1), true, net.now).error().code,
            ErrorCode::limit);
  ASSERT_TRUE(net.a->send(*id, ByteVector(10'000), true, net.now));
  ASSERT_TRUE(net.a->send(*id, ByteVector(10'001), true, net.now));
  ASSERT_TRUE(net.run(10s, [&] { return net.a.channels_closed.size() == 1; }));
  EXPECT_EQ(net.b.messages.size(), 1U);
  EXPECT_EQ(net.b->stats().receive_buffered, 0U);
  EXPECT_EQ(net.b->state(), State::connected);
}

TEST(Association, SendBufferIsBoundedAndBufferedLowTells) {
  Config config;
  config.send_buffer = 100'000;
  TestNetwork net(1, config);
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  net.a->set_buffered_low_threshold(*id, 5000);
  int accepted = 0;
  while (net.a->send(*id, ByteVector(1000), true, net.now)) ++accepted;
  EXPECT_GT(accepted, 70);
  EXPECT_LE(net.a->buffered_total(), config.send_buffer);
  EXPECT_GE(net.a->buffered(*id), 70'000U);
  ASSERT_TRUE(net.run(5s, [&] { return !net.a.low.empty(); }));
  EXPECT_LE(net.a->buffered(*id), 5000U);
  net.run(5s);
  EXPECT_EQ(net.a.low.size(), 1U);
  EXPECT_EQ(net.a->buffered_total(), 0U);
  EXPECT_EQ(net.b.messages.size(), static_cast<std::size_t>(accepted));
}

TEST(Association, ShutdownDeliversEverythingFirst) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  net.conditions.loss = 0.1;
  auto id = net.a->open_channel("x", {}, net.now);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(net.a->send(*id, ByteVector(1000), true, net.now));
  net.a->shutdown(net.now);
  EXPECT_EQ(net.a->open_channel("y", {}, net.now).error().code, ErrorCode::closed);
  ASSERT_TRUE(net.run(60s, [&] { return !net.a.closed.empty() && !net.b.closed.empty(); }));
  EXPECT_EQ(net.b.messages.size(), 200U);
  EXPECT_EQ(net.b.channels_closed.size(), 1U);
  EXPECT_EQ(net.b->state(), State::closed);
}

TEST(Association, AbortEndsBothSides) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  net.a->open_channel("x", {}, net.now).value();
  net.run(1s);
  net.a->abort("enough", net.now);
  net.run(1s);
  EXPECT_EQ(net.a.closed, std::vector<std::string>{"enough"});
  EXPECT_EQ(net.b.closed.size(), 1U);
  EXPECT_EQ(net.b.channels_closed.size(), 1U);
  EXPECT_FALSE(net.a->next_deadline()) << "nothing left to wait for";
}

TEST(Association, APeerThatVanishesIsNoticed) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  net.conditions.loss = 1;
  ASSERT_TRUE(net.a->send(*id, as_bytes("?"), false, net.now));
  EXPECT_TRUE(net.run(200s, [&] { return !net.a.closed.empty(); }));
  EXPECT_TRUE(net.run(200s, [&] { return !net.b.closed.empty(); })) << "by heartbeats";
}

TEST(Association, HeartbeatsKeepAnIdleAssociation) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  std::uint64_t before = net.a->stats().packets_sent;
  net.run(600s);
  EXPECT_EQ(net.a->state(), State::connected);
  EXPECT_GT(net.a->stats().packets_sent, before);
  EXPECT_EQ(to_ms(net.a->stats().rtt), 40);
}

TEST(Association, NobodyAnswersInitButLaterThePeerComes) {
  TestNetwork net;
  net.conditions.loss = 1;
  net.a->start(net.now);
  net.run(120s);
  EXPECT_EQ(net.a->state(), State::closed);
  EXPECT_FALSE(net.a->next_deadline());
  net.conditions.loss = 0;
  net.b->start(net.now);
  EXPECT_TRUE(net.run(5s, [&] { return net.a->state() == State::connected; }));
}

TEST(Association, ZeroChecksumWhenBothOffer) {
  for (bool both : {true, false}) {
    Config with;
    with.zero_checksum = true;
    TestNetwork net(1, with, both ? with : Config{});
    int zero = 0;
    net.tamper = [&](ByteVector& packet, bool) {
      if (load32(&packet[8]) == 0) ++zero;
      bool early = packet[12] == 1 || packet[12] == 10;
      EXPECT_FALSE(early && load32(&packet[8]) == 0)
          << "INIT and COOKIE ECHO always have a checksum";
      return true;
    };
    ASSERT_TRUE(net.connect());
    auto id = net.a->open_channel("x", {}, net.now);
    ASSERT_TRUE(net.a->send(*id, as_bytes("hi"), false, net.now));
    ASSERT_TRUE(net.run(2s, [&] { return net.b.messages.size() == 1; }));
    EXPECT_EQ(zero > 0, both);
  }
}

}  // namespace
}  // namespace portico::protocol::sctp
