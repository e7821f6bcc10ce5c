#include "media/pacing/pacer.h"

#include <gtest/gtest.h>

#include "media/pacing/rate_meter.h"

namespace portico::media::pacing {
namespace {

Instant at(Duration since_start) { return Instant(Duration(10s) + since_start); }

TEST(RateMeter, AveragesOverTheWindow) {
  RateMeter meter;
  EXPECT_EQ(meter.bitrate(at(0s)).bps, 0);
  for (Duration t = 0s; t < 3s; t += 10ms) meter.add(125, at(t));
  EXPECT_NEAR(static_cast<double>(meter.bitrate(at(2990ms)).bps), 100'000, 1'000);
  EXPECT_NEAR(meter.packet_rate(at(2990ms)), 100, 1);
  EXPECT_NEAR(static_cast<double>(meter.bitrate(at(3490ms)).bps), 50'000, 1'100)
      << "half of it aged out";
  EXPECT_EQ(meter.bitrate(at(10s)).bps, 0);
}

TEST(RateMeter, KnowsTheRateSoonAfterTheStart) {
  RateMeter meter;
  for (Duration t = 0s; t < 300ms; t += 10ms) meter.add(125, at(t));
  EXPECT_NEAR(static_cast<double>(meter.bitrate(at(290ms)).bps), 100'000, 3'000);
}

TEST(PassThroughPacer, DelaysNothingAndMeasures) {
  struct Sink : RtpOut {
    std::size_t bytes = 0;
    void send(Bytes header, Bytes payload) override { bytes += header.size() + payload.size(); }
  } sink;
  PassThroughPacer pacer(sink);
  const ByteVector header(12), payload(988);
  for (Duration t = 0s; t < 2s; t += 20ms) {
    pacer.timeout(at(t));
    pacer.send(header, payload);
  }
  EXPECT_EQ(sink.bytes, 100'000U);
  EXPECT_NEAR(static_cast<double>(pacer.sent(at(1990ms)).bps), 400'000, 9'000);
  EXPECT_FALSE(pacer.next_deadline());
}

}  // namespace
}  // namespace portico::media::pacing
