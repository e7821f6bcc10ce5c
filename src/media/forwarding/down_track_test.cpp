#include "media/forwarding/down_track.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "codec/rtp/dependency_descriptor.h"
#include "media/forwarding/test_support.h"

namespace portico::media::forwarding {
namespace {

using codec::rtp::Codec;
using test::at;
using test::Publisher;
using test::Subscriber;
using test::Vp8Frame;

DownTrack::Config down_config() {
  DownTrack::Config config;
  config.ssrc = Ssrc(0xAAAA);
  config.rtx_ssrc = Ssrc(0xBBBB);
  config.video = true;
  config.payloads = {{Codec::vp8, PayloadType(100), PayloadType(101)}};
  config.extensions.abs_send_time = 2;
  return config;
}

UpTrack::Config layer_config(std::uint8_t layer) {
  UpTrack::Config config;
  config.ssrc = Ssrc(0x1000U + layer);
  config.video = true;
  config.layer = layer;
  config.payloads = {{PayloadType(96), Codec::vp8, 90000, PayloadType(97)}};
  return config;
}

// Three simulcast layers with unrelated numbers and one subscriber.
class DownTrackTest : public ::testing::Test {
 protected:
  DownTrackTest()
      : low(layer_config(0), pool),
        middle(layer_config(1), pool),
        high(layer_config(2), pool),
        random(1),
        down(down_config(), random) {
    ups = {&low, &middle, &high};
    for (std::uint8_t i = 0; i < 3; ++i) down.set_source(i, ups[i]);
    publishers[0].sequence = 100;
    publishers[1].sequence = 65500;
    publishers[1].timestamp = 0xFFFFF000;
    publishers[1].picture_id = 0x7FF0;
    publishers[1].tl0 = 250;
    publishers[2].sequence = 30000;
    publishers[2].timestamp = 123456789;
    publishers[2].picture_id = 5;
  }

  void give(std::uint8_t layer, const ByteVector& data, Duration t) {
    StoredPacket* packet = ups[layer]->receive(*codec::rtp::parse_packet(data), at(t));
    if (packet != nullptr) down.forward(*packet, layer, at(t), subscriber);
  }
  void frame(std::uint8_t layer, const Vp8Frame& kind, Duration t, int count = 3) {
    for (const ByteVector& data : publishers[layer].frame(kind, count)) give(layer, data, t);
  }
  // All layers, `frames` frames of 33 ms from `from`; a key frame on `key_layer` first.
  Duration run(Duration from, int frames, int key_layer = -1) {
    for (int i = 0; i < frames; ++i) {
      for (std::uint8_t layer = 0; layer < 3; ++layer)
        frame(layer, {.key = i == 0 && layer == key_layer}, from + i * 33333us);
    }
    return from + frames * 33333us;
  }
  // What the subscriber got is one stream: no holes, time and pictures go forward by steps of one.
  void expect_seamless() const {
    const auto ordered = subscriber.in_order();
    ASSERT_EQ(ordered.size(), subscriber.all.size()) << "no number twice";
    const Subscriber::Received* before = nullptr;
    std::int64_t number = 0;
    for (const auto& [sequence, received] : ordered) {
      EXPECT_EQ(received->packet.ssrc, Ssrc(0xAAAA));
      if (before != nullptr) {
        EXPECT_EQ(sequence, number + 1) << "hole";
        if (received->packet.timestamp == before->packet.timestamp) {
          EXPECT_EQ(received->vp8->picture_id, before->vp8->picture_id);
        } else {
          EXPECT_TRUE(newer32(received->packet.timestamp, before->packet.timestamp));
          EXPECT_EQ(received->vp8->picture_id, (before->vp8->picture_id + 1) & 0x7FFF);
          if (received->vp8->tid == 0) {
            EXPECT_EQ(received->vp8->tl0_pic_idx,
                      static_cast<std::uint8_t>(before->vp8->tl0_pic_idx + 1));
          }
        }
        EXPECT_EQ(received->vp8->key_idx, received->vp8->key_frame
                                              ? (before->vp8->key_idx + 1) & 0x1F
                                              : before->vp8->key_idx);
      }
      before = received;
      number = sequence;
    }
  }
  std::vector<codec::rtcp::Packet> upstream(std::uint8_t layer, Duration t) {
    codec::rtcp::Writer writer;
    ups[layer]->write_feedback(Ssrc(1), writer, at(t));
    return *codec::rtcp::parse(writer.view());
  }

  CellPool pool;
  UpTrack low, middle, high;
  std::array<UpTrack*, 3> ups{};
  std::array<Publisher, 3> publishers;
  SeededRandom random;
  DownTrack down;
  Subscriber subscriber;
};

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

TEST_F(DownTrackTest, AnswersNacksOverRtx) {
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

TEST_F(DownTrackTest, StaleFramesAreNotResentWhileAKeyFrameIsDue) {
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

TEST_F(DownTrackTest, WithoutRtxAnswersAreExactDuplicates) {
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
}

TEST_F(DownTrackTest, KeepsAskingUntilTheKeyFrameComes) {
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
