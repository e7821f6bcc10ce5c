#include "media/forwarding/transport_feedback.h"

#include <gtest/gtest.h>

#include "codec/rtcp/packet.h"
#include "media/forwarding/test_support.h"

namespace portico::media::forwarding {
namespace {

using test::at;
using Feedback = codec::rtcp::TransportFeedback;

Feedback take(TransportFeedback& feedback, Instant now) {
  const ByteVector data = feedback.take(now);
  EXPECT_LE(data.size(), 1100U);
  const auto packets = codec::rtcp::parse(data);
  EXPECT_TRUE(packets && packets->size() == 1);
  return packets && packets->size() == 1 ? std::get<Feedback>((*packets)[0]) : Feedback{};
}

// Arrival of each received packet in ticks, as a sender computes them.
std::vector<std::int64_t> arrivals(const Feedback& feedback) {
  std::int64_t t = static_cast<std::int64_t>(feedback.reference_time) * 256;
  std::vector<std::int64_t> out;
  for (const std::int32_t delta : feedback.deltas) {
    if (delta == Feedback::kNotReceived) continue;
    t += delta;
    out.push_back(t);
  }
  return out;
}

TEST(TransportFeedback, KeepsTheCadence) {
  TransportFeedback few(Ssrc(1), Ssrc(2));
  for (std::uint16_t i = 0; i < 20; ++i) few.record(i, false, at(i * 1ms));
  EXPECT_FALSE(few.due(at(199ms))) << "20 aren't more than 20";
  EXPECT_TRUE(few.due(at(200ms))) << "but nothing waits longer than 200 ms";
  few.record(20, false, at(30ms));
  EXPECT_FALSE(few.due(at(99ms)));
  EXPECT_TRUE(few.due(at(100ms)));
  EXPECT_EQ(few.next_deadline(), at(100ms));

  TransportFeedback marked(Ssrc(1), Ssrc(2));
  for (std::uint16_t i = 0; i < 21; ++i) marked.record(i, i == 20, at(0ms));
  EXPECT_FALSE(marked.due(at(49ms)));
  EXPECT_TRUE(marked.due(at(50ms)));

  TransportFeedback many(Ssrc(1), Ssrc(2));
  for (std::uint16_t i = 0; i < 101; ++i) many.record(i, false, at(0ms));
  EXPECT_TRUE(many.due(at(1ms)));
}

TEST(TransportFeedback, TellsArrivalsToAQuarterMillisecond) {
  TransportFeedback feedback(Ssrc(1), Ssrc(2));
  feedback.record(65534, false, at(1ms));
  feedback.record(65535, false, at(3250us));
  feedback.record(1, true, at(2500us));  // overtook; 0 is lost
  const Feedback packet = take(feedback, at(100ms));
  EXPECT_EQ(packet.base_sequence, 65534);
  ASSERT_EQ(packet.deltas.size(), 4U);
  EXPECT_EQ(packet.deltas[2], Feedback::kNotReceived);
  EXPECT_EQ(packet.deltas[1], 9) << "2.25 ms";
  EXPECT_EQ(packet.deltas[3], -3) << "0.75 ms earlier";
  EXPECT_EQ(arrivals(packet)[0], 100'000 * 4 + 4) << "100.001 s";
  EXPECT_EQ(feedback.pending(), 0U);
  EXPECT_TRUE(feedback.take(at(101ms)).empty());
}

TEST(TransportFeedback, CountsOnAndReportsLossBetweenPackets) {
  TransportFeedback feedback(Ssrc(1), Ssrc(2));
  feedback.record(10, false, at(0ms));
  EXPECT_EQ(take(feedback, at(200ms)).feedback_count, 0);
  feedback.record(13, false, at(210ms));
  const Feedback second = take(feedback, at(410ms));
  EXPECT_EQ(second.feedback_count, 1);
  EXPECT_EQ(second.base_sequence, 11);
  EXPECT_EQ(second.deltas.size(), 3U);
  EXPECT_EQ(arrivals(second).size(), 1U);
  feedback.record(12, false, at(420ms));  // late: the report goes back for it
  const Feedback third = take(feedback, at(620ms));
  EXPECT_EQ(third.base_sequence, 12);
  EXPECT_EQ(arrivals(third).size(), 2U);
}

TEST(TransportFeedback, SplitsWhatDoesNotFit) {
  TransportFeedback feedback(Ssrc(1), Ssrc(2));
  for (std::uint16_t i = 0; i < 1000; ++i) feedback.record(i, false, at(i * 100us));
  std::size_t told = 0;
  int packets = 0;
  while (feedback.due(at(300ms))) {
    told += arrivals(take(feedback, at(300ms))).size();
    ++packets;
  }
  EXPECT_EQ(told, 1000U);
  EXPECT_EQ(packets, 3);
}

TEST(TransportFeedback, SurvivesLongSilenceAndJumps) {
  TransportFeedback feedback(Ssrc(1), Ssrc(2));
  feedback.record(0, false, at(0ms));
  feedback.record(1, false, at(20s));  // delta too large for one packet
  EXPECT_EQ(arrivals(take(feedback, at(20s))).size(), 1U);
  EXPECT_TRUE(feedback.due(at(21s)));
  EXPECT_EQ(arrivals(take(feedback, at(21s))).size(), 1U);
  feedback.record(30000, false, at(22s));
  const Feedback jumped = take(feedback, at(23s));
  EXPECT_EQ(arrivals(jumped).size(), 1U);
  EXPECT_LE(jumped.deltas.size(), 400U);
  feedback.record(100, false, at(24s));  // far behind the window
  EXPECT_EQ(feedback.pending(), 0U);
}

}  // namespace
}  // namespace portico::media::forwarding
