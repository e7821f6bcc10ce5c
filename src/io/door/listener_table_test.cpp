#include "io/door/listener_table.h"

#include <gtest/gtest.h>

#include "io/door/udp_demux.h"
#include "io/net/test_support.h"

namespace portico::io::door {
namespace {

using net::loopback;

TEST(ListenerTable, RefusesNonsense) {
  ListenerTable table;
  table.rows.push_back({"main", Transport::tcp, loopback(8443), {Protocol::https}, ""});
  table.rows.push_back(
      {"main", Transport::udp, loopback(8443), {Protocol::media, Protocol::stun}, ""});
  EXPECT_TRUE(table.check());
  ListenerTable twice = table;
  twice.rows.push_back({"admin", Transport::tcp, loopback(8443), {Protocol::http}, ""});
  EXPECT_NE(twice.check().error().message.find("127.0.0.1:8443"), std::string::npos);
  ListenerTable odd = table;
  odd.rows.push_back({"odd", Transport::udp, loopback(1), {Protocol::https}, ""});
  EXPECT_FALSE(odd.check());
  ListenerTable nameless = table;
  nameless.rows.push_back({"", Transport::tcp, loopback(1), {Protocol::https}, ""});
  EXPECT_FALSE(nameless.check());
}

TEST(ListenerTable, OpensOneUdpSocketPerWorker) {
  ListenerTable table;
  table.rows.push_back({"main", Transport::udp, loopback(), {Protocol::media}, ""});
  table.rows.push_back({"media", Transport::udp, loopback(), {Protocol::media}, ""});
  table.rows.push_back(
      {"gone", Transport::udp, {IpAddress::v4(203, 0, 113, 1), 0}, {Protocol::media}, "", true});
  auto sockets = open_udp(table, 3);
  ASSERT_TRUE(sockets) << sockets.error().message;
  ASSERT_EQ(sockets->size(), 6U);
  EXPECT_EQ((*sockets)[0].local, (*sockets)[2].local);
  EXPECT_NE((*sockets)[0].local.port, (*sockets)[3].local.port);
  EXPECT_EQ((*sockets)[5].shard, 2U);
  table.rows.resize(1);
  same_port(table, "main", (*sockets)[0].local.port);
  auto again = open_udp(table, 1);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TEST(UdpDemux, FollowsRfc7983And9443) {
  auto kind = [](std::uint8_t first, std::size_t size = 40, std::uint8_t second = 0) {
    ByteVector packet(size, 0);
    packet[0] = first;
    if (size > 1) packet[1] = second;
    return classify(packet);
  };
  ByteVector stun(20, 0);
  EXPECT_EQ(classify(stun), PacketKind::unknown);
  store32(stun.data() + 4, 0x2112A442);
  EXPECT_EQ(classify(stun), PacketKind::stun);
  EXPECT_EQ(classify(Bytes(stun).first(19)), PacketKind::unknown);
  EXPECT_EQ(classify({}), PacketKind::unknown);
  EXPECT_EQ(kind(4), PacketKind::unknown);
  EXPECT_EQ(kind(16), PacketKind::unknown);
  EXPECT_EQ(kind(20), PacketKind::dtls);
  EXPECT_EQ(kind(63), PacketKind::dtls);
  EXPECT_EQ(kind(22, 12), PacketKind::unknown);
  EXPECT_EQ(kind(64), PacketKind::turn_channel);
  EXPECT_EQ(kind(79), PacketKind::turn_channel);
  EXPECT_EQ(kind(80), PacketKind::quic);
  EXPECT_EQ(kind(127), PacketKind::quic);
  EXPECT_EQ(kind(128, 12, 96), PacketKind::rtp);
  EXPECT_EQ(kind(128, 11, 96), PacketKind::unknown);
  EXPECT_EQ(kind(191, 12, 0x80 | 111), PacketKind::rtp);  // marker set, payload type 111
  EXPECT_EQ(kind(128, 8, 200), PacketKind::rtcp);
  EXPECT_EQ(kind(128, 7, 200), PacketKind::unknown);
  EXPECT_EQ(kind(192), PacketKind::quic);
}

}  // namespace
}  // namespace portico::io::door
