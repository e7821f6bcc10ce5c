#include "codec/sctp/packet.h"

#include <gtest/gtest.h>

#include "codec/sctp/crc32c.h"

namespace portico::codec::sctp {
namespace {

constexpr CommonHeader kHeader{5000, 5001, 0x01020304};

ByteVector two_chunks() {
  PacketWriter out(kHeader, 1148);
  const std::uint8_t cookie[] = {1, 2, 3, 4, 5};
  out.chunk(ChunkType::cookie_echo, 0, cookie);
  out.chunk(ChunkType::cookie_ack, 7, {});
  return out.finish();
}

TEST(Packet, LayoutIsTheOneOfTheRfc) {
  ByteVector packet = two_chunks();
  ASSERT_EQ(packet.size(), 12U + 12U + 4U);
  EXPECT_EQ(load16(&packet[0]), 5000);
  EXPECT_EQ(load16(&packet[2]), 5001);
  EXPECT_EQ(load32(&packet[4]), 0x01020304U);
  EXPECT_EQ(packet[12], 10);
  EXPECT_EQ(load16(&packet[14]), 9) << "the length counts the header, not the padding";
  EXPECT_EQ(packet[21], 0) << "padding is zero";
  // The CRC with its own field zeroed, least significant byte first.
  ByteVector zeroed = packet;
  store32(&zeroed[8], 0);
  std::uint32_t crc = crc32c(zeroed);
  EXPECT_EQ(packet[8], crc & 0xFF);
  EXPECT_EQ(packet[11], crc >> 24);
}

TEST(Packet, RoundTrip) {
  ByteVector bytes = two_chunks();
  auto packet = parse_packet(bytes, false);
  ASSERT_TRUE(packet) << packet.error().message;
  EXPECT_EQ(packet->header(), kHeader);
  EXPECT_FALSE(packet->zero_checksum());
  EXPECT_EQ(packet->chunk_count(), 2U);
  auto cursor = packet->chunks();
  auto first = cursor.next();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->is(ChunkType::cookie_echo));
  EXPECT_EQ(first->value.size(), 5U);
  auto second = cursor.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->flags, 7);
  EXPECT_TRUE(second->value.empty());
  EXPECT_FALSE(cursor.next());
}

TEST(Packet, EveryBitCountsForTheChecksum) {
  ByteVector bytes = two_chunks();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    ByteVector broken = bytes;
    broken[bit / 8] = static_cast<std::uint8_t>(broken[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(parse_packet(broken, false)) << bit;
  }
}

TEST(Packet, ZeroChecksumOnlyWhereAgreed) {
  PacketWriter out(kHeader, 1148);
  out.chunk(ChunkType::cookie_ack, 0, {});
  ByteVector bytes = out.finish(true);
  EXPECT_EQ(load32(&bytes[8]), 0U);
  EXPECT_FALSE(parse_packet(bytes, false));
  auto packet = parse_packet(bytes, true);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->zero_checksum());
  bytes[9] = 1;
  EXPECT_FALSE(parse_packet(bytes, true)) << "a wrong checksum stays wrong";
}

TEST(Packet, BadFraming) {
  ByteVector bytes = two_chunks();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteVector cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(parse_packet(cut, false));
  }
  // With the zero checksum accepted, only the framing is left to object.
  PacketWriter out(kHeader, 1148);
  out.chunk(ChunkType::cookie_ack, 0, {});
  ByteVector one = out.finish(true);
  for (int length : {0, 1, 3, 5, 8, 65535}) {
    ByteVector broken = one;
    store16(&broken[14], static_cast<std::uint16_t>(length));
    EXPECT_FALSE(parse_packet(broken, true)) << length;
  }
  one.push_back(0);
  EXPECT_FALSE(parse_packet(one, true)) << "a stray byte is no chunk";
}

TEST(Packet, MissingPaddingOfTheLastChunkIsForgiven) {
  PacketWriter out(kHeader, 1148);
  const std::uint8_t value[] = {9};
  out.chunk(ChunkType::heartbeat, 0, value);
  ByteVector bytes = out.finish(true);
  bytes.resize(bytes.size() - 3);
  auto packet = parse_packet(bytes, true);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->chunks().next()->value.size(), 1U);
}

TEST(Packet, UnknownChunkActionsAreTheHighestBits) {
  EXPECT_EQ(unknown_chunk_action(0x3F), UnknownAction::stop);
  EXPECT_EQ(unknown_chunk_action(0x40), UnknownAction::stop_and_report);
  EXPECT_EQ(unknown_chunk_action(0x80), UnknownAction::skip);
  EXPECT_EQ(unknown_chunk_action(0xC1), UnknownAction::skip_and_report);
}

}  // namespace
}  // namespace portico::codec::sctp
