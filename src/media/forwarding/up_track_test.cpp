#include "media/forwarding/up_track.h"

#include <gtest/gtest.h>

#include "codec/rtcp/packet.h"
#include "media/forwarding/test_support.h"

namespace portico::media::forwarding {
namespace {

using codec::rtp::Codec;
using test::at;
using test::Publisher;

UpTrack::Config video_config() {
  UpTrack::Config config;
  config.ssrc = Ssrc(0x1111);
  config.rtx_ssrc = Ssrc(0x2222);
  config.video = true;
  config.payloads = {{PayloadType(96), Codec::vp8, 90000, PayloadType(97)}};
  return config;
}

UpTrack::Config audio_config() {
  UpTrack::Config config;
  config.ssrc = Ssrc(0x1111);
  config.payloads = {{PayloadType(111), Codec::opus, 48000, std::nullopt}};
  config.extensions.audio_level = 1;
  return config;
}

struct Fixture {
  CellPool pool;
  UpTrack up;
  Publisher publisher;
  explicit Fixture(UpTrack::Config config = video_config()) : up(std::move(config), pool) {}

  StoredPacket* give(const ByteVector& data, Instant now) {
    return up.receive(*codec::rtp::parse_packet(data), now);
  }
  // RTX packet that carries `original`.
  StoredPacket* give_rtx(const ByteVector& original, Instant now) {
    const auto parsed = *codec::rtp::parse_packet(original);
    ByteVector data(original.begin(), original.begin() + 12);
    data[1] = static_cast<std::uint8_t>((data[1] & 0x80) | 97);
    store16(data.data() + 2, 7777);
    store32(data.data() + 8, 0x2222);
    ByteVector number(2);
    store16(number.data(), parsed.sequence);
    data.insert(data.end(), number.begin(), number.end());
    data.insert(data.end(), parsed.payload.begin(), parsed.payload.end());
    return up.receive_rtx(*codec::rtp::parse_packet(data), now);
  }
  std::vector<codec::rtcp::Packet> feedback(Instant now) {
    codec::rtcp::Writer writer;
    up.write_feedback(Ssrc(1), writer, now);
    return *codec::rtcp::parse(writer.view());
  }
};

TEST(UpTrack, StoresAndParses) {
  Fixture f;
  const auto frame = f.publisher.frame({.key = true}, 2);
  StoredPacket* first = f.give(frame[0], at(0ms));
  ASSERT_NE(first, nullptr);
  EXPECT_TRUE(first->key_frame && first->frame_start && !first->marker);
  EXPECT_EQ(first->vp8.picture_id, 101);
  EXPECT_EQ(first->payload()[7], 0xAB);
  StoredPacket* second = f.give(frame[1], at(0ms));
  EXPECT_FALSE(second->key_frame);
  EXPECT_TRUE(second->marker);
  EXPECT_EQ(f.give(frame[1], at(1ms)), nullptr) << "duplicate";
  EXPECT_EQ(f.up.statistics().duplicates, 1U);
  EXPECT_EQ(f.up.statistics().key_frames, 1U);
  EXPECT_EQ(f.up.find(first->sequence), first);
  EXPECT_TRUE(f.up.active());
}

TEST(UpTrack, AsksForHolesAndTakesRtx) {
  Fixture f;
  const auto frame = f.publisher.frame({}, 5);
  f.give(frame[0], at(0ms));
  f.give(frame[3], at(5ms));
  EXPECT_TRUE(f.feedback(at(5ms)).empty()) << "reordering settles itself within 20 ms";
  EXPECT_EQ(f.up.next_deadline(), at(25ms));
  const auto first = f.feedback(at(25ms));
  ASSERT_EQ(first.size(), 1U);
  const std::uint16_t base = codec::rtp::parse_packet(frame[0])->sequence;
  EXPECT_EQ(std::get<codec::rtcp::Nack>(first[0]).lost,
            (std::vector<std::uint16_t>{static_cast<std::uint16_t>(base + 1),
                                        static_cast<std::uint16_t>(base + 2)}));
  StoredPacket* recovered = f.give_rtx(frame[1], at(50ms));
  ASSERT_NE(recovered, nullptr);
  EXPECT_TRUE(recovered->recovered);
  EXPECT_EQ(static_cast<std::uint16_t>(recovered->sequence), base + 1);
  EXPECT_EQ(recovered->payload()[7], 0xAB);
  EXPECT_EQ(f.give_rtx(frame[1], at(51ms)), nullptr);
  EXPECT_TRUE(f.feedback(at(90ms)).empty()) << "one round trip of 70 ms hasn't passed";
  EXPECT_EQ(std::get<codec::rtcp::Nack>(f.feedback(at(95ms))[0]).lost.size(), 1U);
  EXPECT_EQ(f.up.statistics().recovered, 1U);
}

TEST(UpTrack, GivesUpAfterFiveTries) {
  Fixture f;
  const auto frame = f.publisher.frame({}, 3);
  f.give(frame[0], at(0ms));
  f.give(frame[2], at(0ms));
  int tries = 0;
  std::vector<Duration> when;
  for (Duration t = 0ms; t < 5s; t += 1ms) {
    for (const auto& packet : f.feedback(at(t))) {
      if (std::holds_alternative<codec::rtcp::Nack>(packet)) ++tries, when.push_back(t);
    }
  }
  EXPECT_EQ(tries, 5);
  ASSERT_EQ(when.size(), 5U);
  EXPECT_EQ(when[0], 20ms);
  EXPECT_EQ(when[1] - when[0], 70ms);
  EXPECT_EQ(when[2] - when[1], 88ms) << "70 ms x 1.25, on the next millisecond";
}

TEST(UpTrack, ATooLargeHoleAsksForAKeyFrame) {
  Fixture f;
  f.give(f.publisher.frame({.key = true}, 1)[0], at(0ms));
  f.publisher.sequence = static_cast<std::uint16_t>(f.publisher.sequence + 150);
  f.give(f.publisher.frame({}, 1)[0], at(30ms));
  const auto packets = f.feedback(at(60ms));
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<codec::rtcp::PictureLossIndication>(packets[0]));
}

TEST(UpTrack, ThrottlesKeyFrameRequests) {
  Fixture f;
  f.give(f.publisher.frame({.key = true}, 1)[0], at(0ms));
  f.up.request_key_frame(at(0ms));
  EXPECT_EQ(f.up.next_deadline(), at(0ms));
  EXPECT_EQ(f.feedback(at(0ms)).size(), 1U);
  f.up.request_key_frame(at(100ms));
  EXPECT_TRUE(f.feedback(at(499ms)).empty());
  EXPECT_EQ(f.up.next_deadline(), at(500ms));
  EXPECT_EQ(f.feedback(at(500ms)).size(), 1U);
  f.up.request_key_frame(at(600ms));
  f.give(f.publisher.frame({.key = true}, 1)[0], at(700ms));
  EXPECT_TRUE(f.feedback(at(2s)).empty()) << "the key frame came meanwhile";

  auto upper = video_config();
  upper.layer = 2;
  Fixture g(upper);
  g.up.request_key_frame(at(0ms));
  EXPECT_EQ(g.feedback(at(0ms)).size(), 1U);
  g.up.request_key_frame(at(0ms));
  EXPECT_TRUE(g.feedback(at(999ms)).empty());
  EXPECT_EQ(g.feedback(at(1000ms)).size(), 1U);
}

TEST(UpTrack, ReportsLossJitterAndDelay) {
  Fixture f;
  f.publisher.sequence = 65530;  // wraps
  for (int i = 0; i < 20; ++i) {
    const auto frame = f.publisher.frame({}, 1);
    if (i % 4 != 1) f.give(frame[0], at(i * 33333us));
  }
  f.up.on_sender_report({Ssrc(0x1111), codec::rtcp::NtpTime{0x0000000112345678}, 5000, 0, 0, {}},
                        at(700ms));
  const auto block = f.up.report_block(at(1200ms));
  EXPECT_EQ(block.ssrc, Ssrc(0x1111));
  EXPECT_EQ(block.cumulative_lost, 5);
  EXPECT_EQ(block.fraction_lost, 64) << "5 of 20";
  EXPECT_EQ(block.highest_sequence, 0x10000U + (65530 + 19 - 65536)) << "one cycle";
  EXPECT_EQ(block.last_sr, 0x00011234U);
  EXPECT_EQ(block.delay_since_last_sr, 32768U);
  EXPECT_LT(block.jitter, 5U) << "packets came on time";
  EXPECT_EQ(f.up.report_block(at(2s)).fraction_lost, 0) << "nothing expected since";
}

TEST(UpTrack, JitterFollowsRfc3550) {
  Fixture f;
  // Arrivals alternate by 10 ms: every |D| is 10 ms or 900 ticks, so the estimate nears 900.
  for (int i = 0; i < 300; ++i) {
    const auto frame = f.publisher.frame({}, 1);
    f.give(frame[0], at(i * 33333us + (i % 2) * 10ms));
  }
  EXPECT_NEAR(static_cast<double>(f.up.report_block(at(11s)).jitter), 900, 15);
  EXPECT_NEAR(static_cast<double>(to_ms(f.up.jitter())), 10, 1);
}

TEST(UpTrack, RetransmissionsAreNotReception) {
  Fixture f;
  const auto frame = f.publisher.frame({}, 4);
  f.give(frame[0], at(0ms));
  f.give(frame[3], at(0ms));
  f.give_rtx(frame[1], at(60ms));
  EXPECT_EQ(f.up.report_block(at(1s)).cumulative_lost, 2)
      << "the path lost two, although one is here";
}

TEST(UpTrack, AudioTakesTheWorstSubscribersLoss) {
  Fixture f(audio_config());
  f.publisher.payload_type = PayloadType(111);
  f.give(f.publisher.packet(ByteVector{1, 2, 3}, false), at(0ms));
  EXPECT_EQ(f.up.report_block(at(1s), 0.25).fraction_lost, 64);
}

TEST(UpTrack, ReadsTheAudioLevel) {
  Fixture f(audio_config());
  std::array<std::uint8_t, 64> buffer;
  codec::rtp::HeaderWriter writer(buffer);
  writer.start({.payload_type = PayloadType(111), .sequence = 5, .ssrc = Ssrc(0x1111)});
  writer.extension(1, ByteVector{0x80 | 30});
  const Bytes header = writer.finish();
  ByteVector data(header.begin(), header.end());
  data.push_back(0xFC);
  StoredPacket* packet = f.give(data, at(0ms));
  ASSERT_NE(packet, nullptr);
  EXPECT_TRUE(packet->has_audio_level);
  EXPECT_EQ(packet->audio_level, 30);
  EXPECT_EQ(packet->payload().size(), 1U);
  EXPECT_EQ(packet->payload()[0], 0xFC);
}

TEST(UpTrack, ClosesUpWhatItCannotUse) {
  Fixture f;
  f.give(f.publisher.frame({}, 1)[0], at(0ms));
  f.publisher.payload_type = PayloadType(120);  // never negotiated
  StoredPacket* strange = f.give(f.publisher.packet(ByteVector{1, 2}, false), at(1ms));
  ASSERT_NE(strange, nullptr);
  EXPECT_EQ(strange->payload_size, 0);
  EXPECT_EQ(f.up.statistics().refused, 1U);
  f.publisher.payload_type = PayloadType(96);
  StoredPacket* padding = f.give(f.publisher.padding(), at(2ms));
  ASSERT_NE(padding, nullptr);
  EXPECT_EQ(padding->payload_size, 0);
  EXPECT_TRUE(f.feedback(at(100ms)).empty()) << "nothing is missing";
}

TEST(UpTrack, SenderRestartIsFollowed) {
  Fixture f;
  f.give(f.publisher.frame({}, 1)[0], at(0ms));
  const std::int64_t before = f.up.highest_sequence();
  f.publisher.sequence = 40000;
  EXPECT_EQ(f.give(f.publisher.frame({.key = true}, 1)[0], at(10ms)), nullptr)
      << "one stray packet proves nothing";
  StoredPacket* next = f.give(f.publisher.frame({.key = true}, 1)[0], at(20ms));
  ASSERT_NE(next, nullptr);
  EXPECT_GT(next->sequence, before);
  EXPECT_EQ(static_cast<std::uint16_t>(next->sequence), 40001);
  EXPECT_EQ(f.up.report_block(at(1s)).cumulative_lost, 0);
}

TEST(UpTrack, MeasuresRates) {
  Fixture f;
  for (int i = 0; i < 90; ++i) {
    for (const auto& data : f.publisher.frame({}, 4)) f.give(data, at(i * 33333us));
  }
  const Instant now = at(89 * 33333us);
  EXPECT_NEAR(f.up.frame_rate(now), 30, 3);
  EXPECT_NEAR(static_cast<double>(f.up.bitrate(now).bps), 30.0 * 4 * 9 * 8, 900);
}

TEST(UpTrack, MemoryBoundReusesTheOldest) {
  CellPool pool(64);
  UpTrack up(video_config(), pool);
  Publisher publisher;
  std::int64_t last = 0;
  for (int i = 0; i < 300; ++i) {
    const ByteVector data = publisher.frame({}, 1)[0];
    StoredPacket* packet = up.receive(*codec::rtp::parse_packet(data), at(i * 1ms));
    ASSERT_NE(packet, nullptr);
    last = packet->sequence;
  }
  EXPECT_EQ(pool.in_use(), 64U);
  EXPECT_NE(up.find(last - 63), nullptr);
  EXPECT_EQ(up.find(last - 64), nullptr);
  UpTrack starved(video_config(), pool);
  const ByteVector data = publisher.frame({}, 1)[0];
  EXPECT_EQ(starved.receive(*codec::rtp::parse_packet(data), at(0ms)), nullptr);
  EXPECT_EQ(starved.statistics().no_memory, 1U);
}

TEST(CellPool, TakesCellsBack) {
  CellPool pool;
  {
    UpTrack up(video_config(), pool);
    Publisher publisher;
    const ByteVector data = publisher.frame({}, 1)[0];
    up.receive(*codec::rtp::parse_packet(data), at(0ms));
    EXPECT_EQ(pool.in_use(), 1U);
  }
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(StreamTracker, StopsAndComesBack) {
  StreamTracker base(StreamTracker::camera(0));
  base.on_packet(at(0ms));
  EXPECT_TRUE(base.active());
  EXPECT_TRUE(base.poll(at(0ms)));
  EXPECT_FALSE(base.poll(at(500ms))) << "one packet in the cycle is enough for the base layer";
  EXPECT_TRUE(base.poll(at(1000ms))) << "an empty cycle";
  EXPECT_FALSE(base.active());
  Duration back{0};
  for (Duration t = 1s; t < 5s && back == Duration(0); t += 100ms) {
    base.on_packet(at(t));
    if (base.poll(at(t))) back = t;
  }
  EXPECT_TRUE(base.active());
  EXPECT_EQ(back, 3s) << "four good cycles of 500 ms";

  StreamTracker upper(StreamTracker::camera(1));
  for (Duration t = 0ms; t < 450ms; t += 150ms) upper.on_packet(at(t));
  upper.poll(at(499ms));
  EXPECT_TRUE(upper.poll(at(500ms))) << "three packets are less than five";
  StreamTracker screen(StreamTracker::screen());
  screen.on_packet(at(0ms));
  screen.poll(at(0ms));
  EXPECT_FALSE(screen.poll(at(2s)));
  EXPECT_TRUE(screen.poll(at(4s)));
}

}  // namespace
}  // namespace portico::media::forwarding
