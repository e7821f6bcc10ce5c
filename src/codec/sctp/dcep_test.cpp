#include "codec/sctp/dcep.h"

#include <gtest/gtest.h>

namespace portico::codec::sctp {
namespace {

TEST(Dcep, OpenAsBrowsersSendIt) {
  // Unordered, no retransmissions, label "_lossy".
  const ByteVector message{0x03, 0x81, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, '_', 'l', 'o', 's', 's', 'y'};
  auto open = parse_channel_open(message);
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_EQ(open->label, "_lossy");
  EXPECT_FALSE(open->ordered);
  EXPECT_EQ(open->max_retransmits, 0U);
  EXPECT_FALSE(open->max_lifetime_ms);
  EXPECT_EQ(open->priority, 0);
  EXPECT_EQ(write_channel_open(*open), message);
}

TEST(Dcep, RoundTrips) {
  ChannelOpen open{true, std::nullopt, std::nullopt, 512, "_reliable", "p"};
  EXPECT_EQ(parse_channel_open(write_channel_open(open)).value(), open);
  open.max_lifetime_ms = 1500;
  open.ordered = false;
  EXPECT_EQ(parse_channel_open(write_channel_open(open)).value(), open);
  EXPECT_EQ(write_channel_open(open)[1], 0x82);
}

TEST(Dcep, Ack) {
  EXPECT_EQ(write_channel_ack(), ByteVector{2});
  EXPECT_TRUE(is_channel_ack(ByteVector{2}));
  EXPECT_FALSE(is_channel_ack(ByteVector{3}));
  EXPECT_FALSE(is_channel_ack({}));
}

TEST(Dcep, RefusesNonsense) {
  ByteVector message = write_channel_open({true, 3, std::nullopt, 256, "label", "protocol"});
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(parse_channel_open(Bytes(message).first(size))) << size;
  }
  message[1] = 0x03;
  EXPECT_FALSE(parse_channel_open(message)) << "unknown channel type";
}

}  // namespace
}  // namespace portico::codec::sctp
