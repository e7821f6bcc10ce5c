#include "media/forwarding/down_track.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/forwarding/down_track_fixture.h"

namespace portico::media::forwarding {
namespace {

using test::at;
using test::layer_config;
using test::Vp8Frame;
using DownTrackTest = test::DownTrackTest;

TEST_F(DownTrackTest, StartsWithAKeyFrameAndRewritesTheHeader) {
  down.set_target(1, at(0ms));
  EXPECT_EQ(upstream(1, 0ms).size(), 1U) << "asked for one";
  run(0ms, 3);
  EXPECT_TRUE(subscriber.all.empty());
  run(100ms, 3, 1);
  ASSERT_EQ(subscriber.all.size(), 9U);
  const auto& first = subscriber.all[0];
  EXPECT_EQ(first.packet.payload_type, PayloadType(100));
  EXPECT_TRUE(first.vp8->key_frame);
  EXPECT_EQ(first.packet.extension(2)->size(), 3U) << "abs-send-time";
  EXPECT_FALSE(first.packet.marker);
  EXPECT_TRUE(subscriber.all[2].packet.marker);
  EXPECT_EQ(down.current(), 1);
  expect_seamless();
}

TEST_F(DownTrackTest, SwitchesLayersSeamlessly) {
  down.set_target(0, at(0ms));
  Duration t = run(0ms, 10, 0);
  for (const std::uint8_t layer : std::array<std::uint8_t, 5>{2, 1, 0, 1, 2}) {
    down.set_target(layer, at(t));
    t = run(t, 5);  // the old layer goes on until the key frame
    t = run(t, 7, layer);
    EXPECT_EQ(down.current(), layer);
  }
  // At the three switches upwards the lower layer's picture of that moment had left already.
  EXPECT_EQ(subscriber.all.size(), 3U * (10 + 5 * 12 + 3));
  EXPECT_EQ(down.statistics().switches, 5U);
  expect_seamless();
  // No sender reports: elapsed time decides. 70 frames of 33.3 ms; a switch costs no time.
  const std::uint32_t span =
      subscriber.all.back().packet.timestamp - subscriber.all.front().packet.timestamp;
  EXPECT_NEAR(static_cast<double>(span), 69 * 3000, 200);
}

TEST_F(DownTrackTest, FromAStandingStartAnyLowerLayerWillDo) {
  down.set_target(2, at(0ms));
  Duration t = run(0ms, 4, 0);
  EXPECT_EQ(down.current(), 0);
  EXPECT_EQ(subscriber.all.size(), 12U);
  t = run(t, 4, 1);
  EXPECT_EQ(down.current(), 1) << "closer";
  t = run(t, 4, 0);
  EXPECT_EQ(down.current(), 1) << "not back";
  run(t, 4, 2);
  EXPECT_EQ(down.current(), 2);
  expect_seamless();
}

TEST_F(DownTrackTest, PacketsThatTheKeyFrameOvertookAreNotLost) {
  down.set_target(0, at(0ms));
  const Duration t = run(0ms, 2, 0);
  down.set_target(2, at(t));
  const auto key = publishers[2].frame({.key = true}, 4);
  for (const std::size_t i : std::array<std::size_t, 4>{2, 1, 0, 3}) give(2, key[i], t);
  EXPECT_EQ(down.current(), 2);
  EXPECT_EQ(subscriber.all.size(), 6U + 4);
  expect_seamless();
}

TEST_F(DownTrackTest, LatePacketsOfTheOldLayerKeepTheirPlace) {
  down.set_target(0, at(0ms));
  const Duration t = run(0ms, 2, 0);
  const auto last = publishers[0].frame({}, 3);
  give(0, last[0], t);
  give(0, last[2], t);
  down.set_target(2, at(t));
  frame(2, {.key = true}, t + 33ms);
  EXPECT_EQ(down.current(), 2);
  give(0, last[1], t + 40ms);  // late, its number was kept free
  expect_seamless();
  EXPECT_EQ(subscriber.all.size(), 6U + 3 + 3);
  const std::size_t before = subscriber.all.size();
  frame(0, {}, t + 66ms);  // newer packets of the old layer aren't wanted
  EXPECT_EQ(subscriber.all.size(), before);
}

TEST_F(DownTrackTest, ReorderingInsideALayer) {
  down.set_target(1, at(0ms));
  run(0ms, 1, 1);
  std::vector<ByteVector> packets;
  for (int i = 0; i < 20; ++i) {
    for (auto& data : publishers[1].frame({}, 3)) packets.push_back(std::move(data));
  }
  SeededRandom shuffle(5);
  for (std::size_t i = 0; i + 4 < packets.size(); ++i)
    std::swap(packets[i], packets[i + shuffle.below(4)]);
  for (const auto& data : packets) give(1, data, 40ms);
  EXPECT_EQ(subscriber.all.size(), 63U);
  expect_seamless();
}

TEST_F(DownTrackTest, PaddingIsClosedUpAndLatePaddingFilled) {
  down.set_target(0, at(0ms));
  frame(0, {.key = true}, 0ms);
  for (int i = 0; i < 2; ++i) give(0, publishers[0].padding(), 1ms);
  frame(0, {}, 33ms);
  EXPECT_EQ(subscriber.all.size(), 6U);
  expect_seamless();
  const ByteVector late = publishers[0].padding();
  frame(0, {}, 66ms);
  give(0, late, 70ms);
  ASSERT_EQ(subscriber.all.size(), 10U);
  EXPECT_TRUE(subscriber.all.back().packet.padding_only()) << "its number had been left open";
  EXPECT_EQ(subscriber.in_order().size(), 10U);
  EXPECT_EQ(subscriber.in_order().rbegin()->first - subscriber.in_order().begin()->first, 9);
}

TEST_F(DownTrackTest, DropsTemporalLayersAndRenumbersPictures) {
  down.set_target(0, at(0ms), 1);
  frame(0, {.key = true}, 0ms);
  const std::array<Vp8Frame, 4> pattern{
      {{.tid = 2}, {.tid = 1, .sync = true}, {.tid = 2}, {.tid = 0}}};
  Duration t = 33ms;
  for (int i = 0; i < 40; ++i, t += 33ms) frame(0, pattern[static_cast<std::size_t>(i % 4)], t);
  EXPECT_EQ(subscriber.all.size(), 3U * 21) << "every second frame";
  for (const auto& received : subscriber.all) EXPECT_LE(received.vp8->tid, 1);
  expect_seamless();

  down.set_target(0, at(t), 2);
  frame(0, {.tid = 2}, t);
  EXPECT_EQ(subscriber.all.size(), 3U * 21) << "upwards only at a sync point";
  frame(0, {.tid = 0}, t + 33ms);
  frame(0, {.tid = 2, .sync = true}, t + 66ms);
  EXPECT_EQ(subscriber.all.size(), 3U * 23);
  expect_seamless();
}

TEST_F(DownTrackTest, ALateRestOfADroppedFrameBecomesFiller) {
  down.set_target(0, at(0ms), 0);
  frame(0, {.key = true}, 0ms);
  const auto dropped = publishers[0].frame({.tid = 1}, 3);
  give(0, dropped[0], 33ms);
  give(0, dropped[2], 33ms);
  frame(0, {}, 66ms);
  give(0, dropped[1], 70ms);
  const auto ordered = subscriber.in_order();
  ASSERT_EQ(ordered.size(), 7U);
  EXPECT_EQ(ordered.rbegin()->first - ordered.begin()->first, 6) << "no hole is left";
  EXPECT_TRUE(subscriber.all.back().packet.padding_only());
}

TEST_F(DownTrackTest, PauseAndResume) {
  down.set_target(0, at(0ms));
  Duration t = run(0ms, 10, 0);
  const std::uint32_t before = subscriber.all.back().packet.timestamp;
  const Duration paused = t;
  down.set_target(std::nullopt, at(t));
  t = run(t, 60);
  EXPECT_EQ(subscriber.all.size(), 30U);
  down.set_target(0, at(t));
  t = run(t, 2);
  EXPECT_EQ(subscriber.all.size(), 30U) << "a key frame first";
  const Duration resumed = t;
  run(t, 5, 0);
  EXPECT_EQ(subscriber.all.size(), 45U);
  expect_seamless();
  const double gap = subscriber.all[30].packet.timestamp - before;
  EXPECT_NEAR(gap, std::chrono::duration<double>(resumed - paused + 33333us).count() * 90000, 10);
}

TEST_F(DownTrackTest, ANewSourceIsANewStreamOfTheSame) {
  down.set_target(0, at(0ms));
  Duration t = run(0ms, 5, 0);
  const std::uint16_t old_number = subscriber.all.back().packet.sequence;
  UpTrack again(layer_config(0), pool);
  down.set_source(0, &again);
  ups[0] = &again;
  publishers[0].sequence = 9;
  publishers[0].timestamp = 1;
  t = run(t, 2);
  EXPECT_EQ(subscriber.all.size(), 15U);
  run(t, 5, 0);
  EXPECT_EQ(subscriber.all.size(), 30U);
  expect_seamless();
  down.on_nack(std::vector<std::uint16_t>{old_number}, at(t), subscriber);
  EXPECT_EQ(subscriber.all.size(), 30U) << "its bytes are gone";
  down.set_source(0, nullptr);
}

TEST_F(DownTrackTest, ALongOutageNeedsAKeyFrame) {
  down.set_target(0, at(0ms));
  frame(0, {.key = true}, 0ms);
  publishers[0].sequence = static_cast<std::uint16_t>(publishers[0].sequence + 2500);
  frame(0, {}, 5s);
  EXPECT_EQ(subscriber.all.size(), 3U);
  frame(0, {.key = true}, 6s);
  EXPECT_EQ(subscriber.all.size(), 6U);
  expect_seamless();
}

TEST_F(DownTrackTest, SequenceNumbersWrap) {
  down.set_target(0, at(0ms));
  publishers[0].sequence = 65000;
  publishers[0].picture_id = 0x7F00;
  publishers[0].timestamp = 0xFFFF0000;
  Duration t = 0ms;
  frame(0, {.key = true}, t);
  for (int i = 0; i < 25000; ++i) frame(0, {}, t += 33333us);
  EXPECT_EQ(subscriber.all.size(), 75003U) << "more than one cycle";
  expect_seamless();
}

}  // namespace
}  // namespace portico::media::forwarding
