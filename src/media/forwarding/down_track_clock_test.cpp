// Timestamps over layer switches by sender reports, our own sender reports, receiver reports,
// audio, and descriptors other than VP8's.

#include <gtest/gtest.h>

#include "base/random.h"
#include "codec/rtp/dependency_descriptor.h"
#include "media/forwarding/down_track.h"
#include "media/forwarding/test_support.h"

namespace portico::media::forwarding {
namespace {

using codec::rtp::Codec;
using test::at;
using test::Publisher;
using test::Subscriber;

constexpr std::uint64_t kSecond = 1ULL << 32;  // NTP

UpTrack::Config up_config(std::uint8_t layer) {
  UpTrack::Config config;
  config.ssrc = Ssrc(0x1000U + layer);
  config.video = true;
  config.layer = layer;
  config.payloads = {{PayloadType(96), Codec::vp8, 90000, PayloadType(97)},
                     {PayloadType(45), Codec::av1, 90000, std::nullopt}};
  config.extensions.dependency_descriptor = 12;
  return config;
}

DownTrack::Config down_config() {
  DownTrack::Config config;
  config.ssrc = Ssrc(0xAAAA);
  config.rtx_ssrc = Ssrc(0xBBBB);
  config.video = true;
  config.payloads = {{Codec::vp8, PayloadType(100), PayloadType(101)},
                     {Codec::av1, PayloadType(45), PayloadType(46)}};
  config.extensions.dependency_descriptor = 9;
  return config;
}

struct Two {
  CellPool pool;
  UpTrack low{up_config(0), pool};
  UpTrack high{up_config(1), pool};
  SeededRandom random{3};
  DownTrack down{down_config(), random};
  Subscriber subscriber;
  Publisher p0, p1;

  Two() {
    down.set_source(0, &low);
    down.set_source(1, &high);
    p1.timestamp = 3'000'000'000;
  }
  void give(UpTrack& up, const ByteVector& data, Duration t) {
    if (StoredPacket* packet = up.receive(*codec::rtp::parse_packet(data), at(t)))
      down.forward(*packet, up.layer(), at(t), subscriber);
  }
  // A sender report of the layer: at publisher time `seconds`, its clock shows `timestamp`.
  void report(UpTrack& up, double seconds, std::uint32_t timestamp, Duration t) {
    const auto ntp =
        1000 * kSecond + static_cast<std::uint64_t>(seconds * static_cast<double>(kSecond));
    up.on_sender_report({up.ssrc(), codec::rtcp::NtpTime{ntp}, timestamp, 0, 0, {}}, at(t));
  }
  std::uint32_t last() const { return subscriber.all.back().packet.timestamp; }
};

// Both layers start with one frame at publisher time 1 s and 1.1 s; what arrives is delayed by
// `late`. Returns the step of outgoing time.
std::uint32_t switch_step(double capture_step, Duration arrival_step, bool with_reports) {
  Two two;
  two.down.set_target(0, at(0ms));
  if (with_reports) {
    two.report(two.low, 1.0, 8000, 0ms);  // p0's first frame has 5000 + 3000
    two.report(two.high, 0.5,
               3'000'000'000 + 3000 - static_cast<std::uint32_t>((0.5 + capture_step) * 90000),
               0ms);
  }
  two.give(two.low, two.p0.frame({.key = true}, 1)[0], 0ms);
  const std::uint32_t first = two.last();
  two.down.set_target(1, at(10ms));
  two.give(two.high, two.p1.frame({.key = true}, 1)[0], arrival_step);
  EXPECT_EQ(two.down.current(), 1);
  return two.last() - first;
}

TEST(DownTrackClock, SenderReportsDecideAtASwitch) {
  EXPECT_EQ(switch_step(0.1, 100ms, false), 9000U) << "no reports: elapsed time";
  EXPECT_EQ(switch_step(0.1, 120ms, true), 9000U)
      << "20 ms behind the arrival: capture time counts";
  EXPECT_EQ(switch_step(0.1, 149ms, true), 9000U) << "up to 50 ms behind";
  EXPECT_EQ(switch_step(0.1, 160ms, true), 14400U) << "60 ms behind: elapsed time";
  EXPECT_EQ(switch_step(0.1, 80ms, true), 9000U) << "20 ms ahead";
  EXPECT_EQ(switch_step(0.1, 70ms, true), 6300U) << "30 ms ahead: elapsed time";
}

TEST(DownTrackClock, TimeNeverGoesBack) {
  EXPECT_EQ(switch_step(0.0, 0ms, true), 1U)
      << "the same picture in the other layer is a new frame";
  EXPECT_EQ(switch_step(-0.04, 5ms, true), 1U);
}

TEST(DownTrackClock, SenderReportsCarryThePublishersClock) {
  Two two;
  two.down.set_target(0, at(0ms));
  two.give(two.low, two.p0.frame({.key = true}, 1)[0], 0ms);
  codec::rtcp::Writer writer;
  EXPECT_FALSE(two.down.sender_report_due(at(0ms))) << "the publisher's clock isn't known";
  EXPECT_FALSE(two.down.write_sender_report(writer, at(0ms)));
  two.report(two.low, 10.0, 8000 + 9000, 100ms);  // 100 ms after the frame of 8000
  ASSERT_TRUE(two.down.sender_report_due(at(200ms)));
  ASSERT_TRUE(two.down.write_sender_report(writer, at(600ms)));
  const auto packets = *codec::rtcp::parse(writer.view());
  const auto& report = std::get<codec::rtcp::SenderReport>(packets.at(0));
  EXPECT_EQ(report.sender, Ssrc(0xAAAA));
  EXPECT_EQ(report.ntp.value, 1010 * kSecond + kSecond / 2);
  EXPECT_EQ(report.rtp_timestamp, two.last() + 9000 + 45000)
      << "half a second after the publisher's report";
  EXPECT_EQ(report.packet_count, 1U);
  EXPECT_EQ(report.octet_count, 9U);
  EXPECT_FALSE(two.down.sender_report_due(at(3599ms)));
  EXPECT_TRUE(two.down.sender_report_due(at(3600ms)));

  // The receiver answers 80 ms later, having held it for 30 ms.
  codec::rtcp::ReportBlock block;
  block.ssrc = Ssrc(0xAAAA);
  block.fraction_lost = 64;
  block.jitter = 900;
  block.last_sr = report.ntp.middle();
  block.delay_since_last_sr = 65536 * 30 / 1000;
  two.down.on_report(block, at(680ms));
  const auto& statistics = two.down.statistics();
  ASSERT_TRUE(statistics.round_trip);
  EXPECT_NEAR((std::chrono::duration<double, std::milli>(*statistics.round_trip).count()), 50, 0.1);
  EXPECT_DOUBLE_EQ(statistics.fraction_lost, 0.25);
  EXPECT_EQ(statistics.jitter, 10ms);
}

TEST(DownTrackClock, ReportsStayTrueOverASwitch) {
  Two two;
  two.down.set_target(0, at(0ms));
  two.report(two.low, 1.0, 8000, 0ms);
  two.report(two.high, 1.0, 500, 0ms);
  two.give(two.low, two.p0.frame({.key = true}, 1)[0], 0ms);
  const std::uint32_t base = two.last();
  two.down.set_target(1, at(0ms));
  two.p1.timestamp = 500 + 9000 - 3000;  // captured 100 ms later
  two.give(two.high, two.p1.frame({.key = true}, 1)[0], 110ms);
  EXPECT_EQ(two.last(), base + 9000);
  codec::rtcp::Writer writer;
  ASSERT_TRUE(two.down.write_sender_report(writer, at(1s)));
  const auto packets = *codec::rtcp::parse(writer.view());
  EXPECT_EQ(std::get<codec::rtcp::SenderReport>(packets.at(0)).rtp_timestamp, base + 90000)
      << "one second after the first frame on both clocks";
}

TEST(DownTrackClock, DependencyDescriptorFrameNumbersGoOn) {
  Two two;
  two.down.set_target(1, at(0ms));
  const auto av1 = [](Publisher& p, std::uint16_t frame_number, bool key) {
    std::array<std::uint8_t, 64> buffer;
    codec::rtp::HeaderWriter writer(buffer);
    writer.start({.marker = true,
                  .payload_type = PayloadType(45),
                  .sequence = p.sequence++,
                  .timestamp = p.timestamp += 3000,
                  .ssrc = p.ssrc});
    ByteVector element{0xC1, 0, 0};
    store16(element.data() + 1, frame_number);
    writer.extension(12, element);
    const Bytes header = writer.finish();
    ByteVector data(header.begin(), header.end());
    data.push_back(key ? 0x18 : 0x10);
    data.push_back(0x0A);
    return data;
  };
  two.give(two.low, av1(two.p0, 65534, true), 0ms);
  two.give(two.low, av1(two.p0, 65535, false), 33ms);
  two.give(two.high, av1(two.p1, 17, true), 66ms);
  two.give(two.high, av1(two.p1, 18, false), 99ms);
  ASSERT_EQ(two.subscriber.all.size(), 4U);
  std::vector<std::uint16_t> numbers;
  for (const auto& received : two.subscriber.all) {
    const auto element = received.packet.extension(9);
    ASSERT_TRUE(element) << "under the subscriber's id";
    numbers.push_back(codec::rtp::parse_dependency_descriptor(*element)->frame_number);
  }
  EXPECT_EQ(numbers, (std::vector<std::uint16_t>{65534, 65535, 0, 1}));
  two.subscriber.all.clear();
  two.down.on_nack(std::vector<std::uint16_t>{}, at(1s), two.subscriber);
  EXPECT_TRUE(two.subscriber.all.empty());
}

UpTrack::Config audio_up() {
  UpTrack::Config config;
  config.ssrc = Ssrc(0x1111);
  config.payloads = {{PayloadType(111), Codec::opus, 48000, std::nullopt},
                     {PayloadType(63), Codec::red, 48000, std::nullopt}};
  return config;
}

TEST(DownTrackAudio, FlowsAtOnceAndUnpacksRed) {
  CellPool pool;
  UpTrack up(audio_up(), pool);
  SeededRandom random(1);
  DownTrack::Config config;
  config.ssrc = Ssrc(0xAAAA);
  config.clock_rate = 48000;
  config.payloads = {{Codec::opus, PayloadType(109), std::nullopt}};
  DownTrack plain(config, random);
  config.payloads.push_back({Codec::red, PayloadType(63), std::nullopt});
  DownTrack redundant(config, random);
  Subscriber a, b;
  for (DownTrack* down : {&plain, &redundant}) {
    down->set_source(0, &up);
    down->set_target(0, at(0ms));
  }
  Publisher publisher;
  const auto give = [&](ByteVector payload, std::uint8_t type, Duration t) {
    publisher.payload_type = PayloadType(type);
    publisher.timestamp += 960;
    const ByteVector data = publisher.packet(payload, false);
    StoredPacket* packet = up.receive(*codec::rtp::parse_packet(data), at(t));
    ASSERT_NE(packet, nullptr);
    plain.forward(*packet, 0, at(t), a);
    redundant.forward(*packet, 0, at(t), b);
  };
  give({0xAA, 0xBB}, 111, 0ms);
  give({0xEF, 0x0F, 0x00, 0x02, 0x6F, 0xAA, 0xBB, 0xCC}, 63, 20ms);
  ASSERT_EQ(a.all.size(), 2U);
  EXPECT_EQ(a.all[1].packet.payload_type, PayloadType(109));
  ASSERT_EQ(a.all[1].packet.payload.size(), 1U);
  EXPECT_EQ(a.all[1].packet.payload[0], 0xCC);
  EXPECT_EQ(a.all[1].packet.timestamp - a.all[0].packet.timestamp, 960U);
  ASSERT_EQ(b.all.size(), 2U);
  EXPECT_EQ(b.all[1].packet.payload_type, PayloadType(63));
  EXPECT_EQ(b.all[1].packet.payload.size(), 8U);
  EXPECT_FALSE(plain.next_deadline()) << "audio waits for no key frame";

  plain.set_target(std::nullopt, at(30ms));
  give({1}, 111, 40ms);
  EXPECT_EQ(a.all.size(), 2U);
  plain.set_target(0, at(50ms));
  give({2}, 111, 60ms);
  ASSERT_EQ(a.all.size(), 3U);
  EXPECT_EQ(a.all[2].packet.sequence, static_cast<std::uint16_t>(a.all[1].packet.sequence + 1));
  EXPECT_EQ(a.all[2].packet.timestamp - a.all[1].packet.timestamp, 1920U);
}

}  // namespace
}  // namespace portico::media::forwarding
