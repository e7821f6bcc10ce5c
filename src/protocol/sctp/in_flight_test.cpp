#include "protocol/sctp/in_flight.h"

#include <gtest/gtest.h>

namespace portico::protocol::sctp {
namespace {

using codec::sctp::SackChunk;

class InFlightTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kFirst = 1000;
  static constexpr std::size_t kWire = 100 + codec::sctp::kDataHeaderSize;

  MessagePtr message(std::size_t size, std::optional<std::uint32_t> max_retransmits = {}) {
    auto made = std::make_shared<OutgoingMessage>();
    made->stream = 3;
    made->ssn = next_ssn++;
    made->max_retransmits = max_retransmits;
    made->payload.resize(size);
    return made;
  }
  // Sends the next `count` fragments of 100 bytes.
  void send(const MessagePtr& of, std::size_t count = 1) {
    for (std::size_t i = 0; i < count; ++i) {
      flight.add({of, of->sent, 100}, now);
      of->sent += 100;
    }
  }
  InFlight::Acknowledged sack(std::uint32_t count, std::vector<codec::sctp::GapBlock> gaps = {}) {
    now += 10ms;
    return flight.sack({kFirst - 1 + count, 100'000, std::move(gaps), {}}, now);
  }

  InFlight flight{kFirst, true};
  Instant now{};
  std::uint16_t next_ssn = 0;
};

TEST_F(InFlightTest, AcknowledgementsFreeAndMeasure) {
  MessagePtr whole = message(300);
  send(whole, 3);
  EXPECT_EQ(flight.bytes(), 3 * kWire);
  auto first = sack(2);
  EXPECT_TRUE(first.valid && first.advanced && !first.loss);
  EXPECT_EQ(first.bytes, 2 * kWire);
  EXPECT_EQ(first.rtt, 10ms);
  EXPECT_EQ(flight.take_released(), 0U) << "the message is not complete yet";
  EXPECT_FALSE(sack(1).valid) << "old";
  EXPECT_FALSE(sack(4).valid) << "never sent";
  sack(3);
  EXPECT_EQ(flight.take_released(), whole->charge());
  EXPECT_TRUE(flight.empty());
}

TEST_F(InFlightTest, ThreeMissesAreALoss) {
  MessagePtr whole = message(1000);
  send(whole, 5);
  EXPECT_FALSE(sack(0, {{2, 2}}).loss);
  EXPECT_FALSE(sack(0, {{2, 3}}).loss);
  EXPECT_TRUE(sack(0, {{2, 4}}).loss);
  EXPECT_TRUE(flight.has_lost());
  EXPECT_FALSE(flight.retransmit(kWire - 1, now)) << "does not fit";
  auto again = flight.retransmit(kWire, now);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->tsn, kFirst);
  EXPECT_TRUE(again->begin);
  EXPECT_FALSE(flight.has_lost());
  // The repetition is lost too: chunks that were sent after it tell.
  send(whole, 3);
  sack(0, {{2, 6}});
  sack(0, {{2, 7}});
  EXPECT_TRUE(sack(0, {{2, 8}}).loss);
  auto karn = sack(8);
  EXPECT_FALSE(karn.rtt && *karn.rtt > 60ms);
}

TEST_F(InFlightTest, UnreliableMessagesAreGivenUpWhole) {
  MessagePtr lossy = message(500, 0);
  MessagePtr sure = message(100);
  send(lossy, 3);
  flight.timed_out(now);
  EXPECT_TRUE(lossy->abandoned) << "SendQueue stops cutting it";
  EXPECT_EQ(flight.bytes(), 0U);
  EXPECT_EQ(flight.last_assigned(), kFirst + 3) << "a fourth TSN for the end that is never sent";
  send(sure);
  ASSERT_TRUE(flight.forward_needed());
  auto forwards = flight.forward();
  ASSERT_EQ(forwards.size(), 1U);
  EXPECT_EQ(forwards[0].new_cumulative_tsn, kFirst + 3);
  EXPECT_EQ(forwards[0].skipped, (std::vector<codec::sctp::SkippedStream>{{3, 0}}));
  EXPECT_FALSE(flight.retransmit(2000, now));
  sack(4);
  EXPECT_FALSE(flight.forward_needed());
  EXPECT_EQ(flight.take_released(), lossy->charge());
}

TEST_F(InFlightTest, ForwardStopsBeforeWhatIsStillWanted) {
  MessagePtr a = message(100, 0);
  MessagePtr b = message(200);
  MessagePtr c = message(100, 0);
  send(a);
  send(b, 2);
  send(c);
  sack(0, {{2, 2}});
  flight.timed_out(now);
  auto forwards = flight.forward();
  ASSERT_EQ(forwards.size(), 1U) << "b's second half is on its way again";
  EXPECT_EQ(forwards[0].new_cumulative_tsn, kFirst);
  sack(0, {{2, 3}});
  forwards = flight.forward();
  ASSERT_EQ(forwards.size(), 2U) << "b has arrived, so c can be skipped in the same packet";
  EXPECT_EQ(forwards[1].new_cumulative_tsn, kFirst + 3);
}

TEST_F(InFlightTest, WithoutForwardTsnNothingIsGivenUp) {
  flight = InFlight(kFirst, false);
  send(message(100, 0));
  flight.timed_out(now);
  EXPECT_FALSE(flight.forward_needed());
  EXPECT_TRUE(flight.retransmit(2000, now));
}

TEST_F(InFlightTest, APeerThatRenegesGetsItsChunksAgain) {
  MessagePtr whole = message(200);
  send(whole, 2);
  sack(0, {{2, 2}});
  for (int i = 0; i < 3; ++i) {
    flight.timed_out(now);
    EXPECT_TRUE(flight.retransmit(2000, now));
  }
  EXPECT_EQ(flight.retransmit(2000, now)->tsn, kFirst + 1);
}

}  // namespace
}  // namespace portico::protocol::sctp
