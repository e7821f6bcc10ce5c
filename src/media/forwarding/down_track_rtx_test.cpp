// Answers to NACKs, and key-frame requests.

#include <gtest/gtest.h>

#include <vector>

#include "media/forwarding/down_track.h"
#include "media/forwarding/down_track_fixture.h"

namespace portico::media::forwarding {
namespace {

using codec::rtp::Codec;
using test::at;
using test::down_config;
using DownTrackRtxTest = test::DownTrackTest;

TEST_F(DownTrackRtxTest, AnswersNacksOverRtx) {
  down.set_target(1, at(0ms));
  Duration t = run(0ms, 3, 1);
  const auto& lost = subscriber.all[4];
  const std::uint16_t number = lost.packet.sequence;
  const ByteVector payload(lost.packet.payload.begin(), lost.packet.payload.end());
  const std::uint32_t timestamp = lost.packet.timestamp;
  down.set_target(2, at(t));
  t = run(t, 3, 2);  // a switch doesn't hurt the history
  subscriber.all.clear();
  down.on_nack(std::vector<std::uint16_t>{number}, at(t), subscriber);
  ASSERT_EQ(subscriber.all.size(), 1U);
  const auto& rtx = subscriber.all[0].packet;
  EXPECT_EQ(rtx.ssrc, Ssrc(0xBBBB));
  EXPECT_EQ(rtx.payload_type, PayloadType(101));
  EXPECT_EQ(rtx.timestamp, timestamp);
  ASSERT_EQ(rtx.payload.size(), payload.size() + 2);
  EXPECT_EQ(load16(rtx.payload.data()), number);
  EXPECT_TRUE(std::equal(payload.begin(), payload.end(), rtx.payload.begin() + 2))
      << "with the rewritten descriptor";
  const std::uint16_t rtx_number = rtx.sequence;

  down.on_nack(std::vector<std::uint16_t>{number}, at(t + 50ms), subscriber);
  EXPECT_EQ(subscriber.all.size(), 1U) << "repeats within 100 ms are ignored";
  for (int i = 1; i < 6; ++i)
    down.on_nack(std::vector<std::uint16_t>{number}, at(t + i * 110ms), subscriber);
  EXPECT_EQ(subscriber.all.size(), 3U) << "three answers a packet";
  EXPECT_EQ(subscriber.all[1].packet.sequence, static_cast<std::uint16_t>(rtx_number + 1));
  EXPECT_EQ(down.statistics().retransmitted, 3U);
  down.on_nack(std::vector<std::uint16_t>{static_cast<std::uint16_t>(number - 500)}, at(t),
               subscriber);
  EXPECT_EQ(subscriber.all.size(), 3U) << "never sent";
}

TEST_F(DownTrackRtxTest, StaleFramesAreNotResentWhileAKeyFrameIsDue) {
  down.set_target(0, at(0ms));
  Duration t = run(0ms, 3, 0);
  const std::uint16_t number = subscriber.all.back().packet.sequence;
  upstream(0, 0ms);
  down.on_key_frame_request(at(t));
  EXPECT_TRUE(
      std::holds_alternative<codec::rtcp::PictureLossIndication>(upstream(0, t + 1s).at(0)));
  subscriber.all.clear();
  down.on_nack(std::vector<std::uint16_t>{number}, at(t), subscriber);
  EXPECT_TRUE(subscriber.all.empty());
  run(t, 1, 0);
  subscriber.all.clear();
  down.on_nack(std::vector<std::uint16_t>{number}, at(t + 1s), subscriber);
  EXPECT_EQ(subscriber.all.size(), 1U);
}

TEST_F(DownTrackRtxTest, WithoutRtxAnswersAreExactDuplicates) {
  auto config = down_config();
  config.rtx_ssrc.reset();
  DownTrack plain(config, random);
  plain.set_source(0, &low);
  plain.set_target(0, at(0ms));
  for (const ByteVector& data : publishers[0].frame({.key = true}, 2)) {
    plain.forward(*low.receive(*codec::rtp::parse_packet(data), at(0ms)), 0, at(0ms), subscriber);
  }
  const ByteVector original = subscriber.all[1].bytes;
  plain.on_nack(std::vector<std::uint16_t>{subscriber.all[1].packet.sequence}, at(300ms),
                subscriber);
  ASSERT_EQ(subscriber.all.size(), 3U);
  EXPECT_EQ(subscriber.all[2].bytes, original);
  plain.set_payloads({{Codec::vp8, PayloadType(98), std::nullopt}}, {});
  plain.on_nack(std::vector<std::uint16_t>{subscriber.all[1].packet.sequence}, at(600ms),
                subscriber);
  EXPECT_EQ(subscriber.all.size(), 3U) << "an inexact duplicate would break AES-GCM";
}

TEST_F(DownTrackRtxTest, KeepsAskingUntilTheKeyFrameComes) {
  down.set_target(0, at(0ms));
  int requests = 0;
  for (Duration t = 0ms; t < 3s; t += 10ms) {
    down.timeout(at(t));
    requests += static_cast<int>(upstream(0, t).size());
  }
  EXPECT_EQ(requests, 6) << "every 200 ms, let through every 500 ms";
  EXPECT_TRUE(down.next_deadline());
  frame(0, {.key = true}, 3s);
  EXPECT_FALSE(down.next_deadline());
}

}  // namespace
}  // namespace portico::media::forwarding
