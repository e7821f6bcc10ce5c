#include "codec/rtp/packet.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "codec/rtp/header_writer.h"

namespace portico::codec::rtp {
namespace {

TEST(RtpPacket, ReadsEveryField) {
  const std::vector<std::uint8_t> data{
      0xB2, 0xE0, 0x12, 0x34, 0,    0,    0x01, 0x02,
      0xDE, 0xAD, 0xBE, 0xEF,                          // P, X, CC=2, M, PT 96
      0,    0,    0,    1,    0,    0,    0,    2,     // CSRCs
      0xBE, 0xDE, 0,    1,    0x10, 0x85, 0x00, 0x00,  // id 1: audio level
      0x61, 0x62, 0x63, 0x00, 0x02};                   // "abc", two of padding
  const auto packet = parse_packet(data);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, PayloadType(96));
  EXPECT_EQ(packet->sequence, 0x1234);
  EXPECT_EQ(packet->timestamp, 0x102U);
  EXPECT_EQ(packet->ssrc, Ssrc(0xDEADBEEF));
  EXPECT_EQ(packet->csrcs.size(), 8U);
  EXPECT_EQ(packet->header_size, 28U);
  EXPECT_EQ(as_text(packet->payload), "abc");
  EXPECT_EQ(packet->padding, 2);
  const auto element = packet->extension(1);
  ASSERT_TRUE(element);
  const auto level = parse_audio_level(*element);
  ASSERT_TRUE(level);
  EXPECT_EQ(level->level, 5);
  EXPECT_TRUE(level->voice);
  EXPECT_FALSE(packet->extension(2));
}

TEST(RtpPacket, RefusesWhatItsHeaderContradicts) {
  std::vector<std::uint8_t> data(12, 0);
  EXPECT_EQ(parse_packet(data).error().code, ErrorCode::invalid);  // version 0
  data[0] = 0x80;
  EXPECT_TRUE(parse_packet(data));
  EXPECT_EQ(parse_packet(Bytes(data).first(11)).error().code, ErrorCode::truncated);
  data[0] = 0x81;  // a CSRC that isn't there
  EXPECT_EQ(parse_packet(data).error().code, ErrorCode::truncated);
  data[0] = 0x90;  // an extension block that isn't there
  EXPECT_EQ(parse_packet(data).error().code, ErrorCode::truncated);
  data[0] = 0xA0;  // padding without a byte
  EXPECT_EQ(parse_packet(data).error().code, ErrorCode::invalid);
  data.push_back(2);  // more padding than payload
  EXPECT_EQ(parse_packet(data).error().code, ErrorCode::invalid);
  data.back() = 1;
  const auto padded = parse_packet(data);
  ASSERT_TRUE(padded);
  EXPECT_TRUE(padded->padding_only());
}

TEST(RtpPacket, StopsAtMalformedExtensions) {
  const std::vector<std::uint8_t> one{0x00, 0x20, 0xAA, 0xF0,
                                      0xBB, 0x30, 0xCC, 0x00};  // padding, id 2, id 15
  EXPECT_TRUE(find_extension(kOneByteProfile, one, 2));
  EXPECT_FALSE(find_extension(kOneByteProfile, one, 3)) << "id 15 ends the block";
  const std::vector<std::uint8_t> cut{0x1F, 0x01, 0x02, 0x03};  // claims 16 bytes
  EXPECT_FALSE(find_extension(kOneByteProfile, cut, 1));
  const std::vector<std::uint8_t> two{20, 0, 21, 2, 7, 8, 22, 9};
  ASSERT_TRUE(find_extension(0x1003, two, 20));
  EXPECT_TRUE(find_extension(0x1003, two, 20)->empty());
  EXPECT_EQ(find_extension(0x1003, two, 21)->size(), 2U);
  EXPECT_FALSE(find_extension(0x1003, two, 22));
  EXPECT_FALSE(find_extension(0x4242, two, 21));
}

TEST(RtpPacket, TellsRtpFromRtcp) {
  std::vector<std::uint8_t> data(12, 0);
  data[0] = 0x80;
  data[1] = 0xE0;  // 96 with marker
  EXPECT_TRUE(looks_like_rtp(data));
  data[1] = 200;
  EXPECT_TRUE(looks_like_rtcp(data));
  EXPECT_FALSE(looks_like_rtp(data));
  data[0] = 0x16;  // DTLS
  EXPECT_FALSE(looks_like_rtp(data));
  EXPECT_FALSE(looks_like_rtcp(data));
}

TEST(RtpPacket, AbsSendTimeIsSixPointEighteenSeconds) {
  EXPECT_EQ(abs_send_time(1'000'000'000), 1U << 18);
  EXPECT_EQ(abs_send_time(500'000'000), 1U << 17);
  EXPECT_EQ(abs_send_time(64'000'000'000LL + 1'000'000'000), 1U << 18) << "wraps after 64 s";
  EXPECT_LT(abs_send_time(63'999'999'999LL), 1U << 24);
}

TEST(HeaderWriter, RoundTripsInTheOneByteForm) {
  std::array<std::uint8_t, 64> buffer;
  HeaderWriter writer(buffer);
  writer.start({.marker = true,
                .payload_type = PayloadType(111),
                .sequence = 65535,
                .timestamp = 7,
                .ssrc = Ssrc(9)});
  const std::array<std::uint8_t, 3> time{1, 2, 3};
  const std::array<std::uint8_t, 1> level{42};
  EXPECT_EQ(writer.extension(3, time).size(), 3U);
  EXPECT_EQ(writer.extension(1, level).size(), 1U);
  const Bytes header = writer.finish();
  EXPECT_EQ(header.size(), 24U);
  const auto packet = parse_packet(header);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->extension_profile, kOneByteProfile);
  EXPECT_EQ(packet->sequence, 65535);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->extension(3)->back(), 3);
  EXPECT_EQ(packet->extension(1)->front(), 42);
  EXPECT_TRUE(packet->payload.empty());
}

TEST(HeaderWriter, WidensWhenAnElementNeedsIt) {
  std::array<std::uint8_t, 128> buffer;
  HeaderWriter writer(buffer);
  writer.start({.payload_type = PayloadType(45), .ssrc = Ssrc(1)});
  const std::array<std::uint8_t, 3> small{1, 2, 3};
  std::vector<std::uint8_t> large(40);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i);
  writer.extension(2, small);
  writer.extension(4, small);
  const MutableBytes written = writer.extension(12, large);
  ASSERT_EQ(written.size(), 40U);
  written[0] = 99;
  writer.extension(5, small);
  const auto packet = parse_packet(writer.finish());
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->extension_profile, kTwoByteProfile);
  for (const std::uint8_t id : std::array<std::uint8_t, 3>{2, 4, 5})
    EXPECT_EQ(packet->extension(id)->size(), 3U) << int{id};
  EXPECT_EQ(packet->extension(12)->front(), 99);
  EXPECT_EQ(packet->extension(12)->back(), 39);
}

TEST(HeaderWriter, LeavesOutWhatDoesNotFit) {
  std::array<std::uint8_t, 20> buffer;
  HeaderWriter writer(buffer);
  writer.start(HeaderFields());
  const std::vector<std::uint8_t> large(30);
  EXPECT_TRUE(writer.extension(1, large).empty());
  EXPECT_EQ(writer.finish().size(), 12U);
  HeaderWriter tiny(MutableBytes(buffer).first(8));
  tiny.start(HeaderFields());
  EXPECT_TRUE(tiny.finish().empty());
}

}  // namespace
}  // namespace portico::codec::rtp
