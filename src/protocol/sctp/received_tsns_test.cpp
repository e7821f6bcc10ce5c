#include "protocol/sctp/received_tsns.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace portico::protocol::sctp {
namespace {

using Verdict = ReceivedTsns::Verdict;
using codec::sctp::GapBlock;

TEST(ReceivedTsns, IslandsMergeAndAreAbsorbed) {
  ReceivedTsns tsns(11);
  EXPECT_EQ(tsns.cumulative(), 10);
  for (std::int64_t tsn : {13, 15, 14, 17}) tsns.add(tsn);
  EXPECT_EQ(tsns.acknowledge(1000, 1000).gaps, (std::vector<GapBlock>{{3, 5}, {7, 7}}));
  EXPECT_EQ(tsns.judge(14), Verdict::duplicate);
  EXPECT_EQ(tsns.judge(16), Verdict::fresh);
  EXPECT_EQ(tsns.judge(10), Verdict::duplicate);
  tsns.add(11);
  tsns.add(12);
  EXPECT_EQ(tsns.cumulative(), 15);
  EXPECT_TRUE(tsns.forward(16));
  EXPECT_EQ(tsns.cumulative(), 17);
  EXPECT_FALSE(tsns.forward(17));
  EXPECT_FALSE(tsns.has_gaps());
}

TEST(ReceivedTsns, AgreesWithASet) {
  SeededRandom random(5);
  for (int round = 0; round < 50; ++round) {
    ReceivedTsns tsns(1);
    std::set<std::int64_t> model;
    for (int i = 0; i < 300; ++i) {
      std::int64_t tsn = 1 + random.below(200);
      ASSERT_EQ(tsns.judge(tsn) == Verdict::fresh, !model.contains(tsn));
      if (model.insert(tsn).second) tsns.add(tsn);
      std::int64_t cumulative = 0;
      while (model.contains(cumulative + 1)) ++cumulative;
      ASSERT_EQ(tsns.cumulative(), cumulative);
    }
  }
}

TEST(ReceivedTsns, Bounds) {
  ReceivedTsns tsns(1);
  EXPECT_EQ(tsns.judge(ReceivedTsns::kWindow + 1), Verdict::refused);
  for (std::int64_t i = 1; i <= static_cast<std::int64_t>(ReceivedTsns::kMaxIslands); ++i)
    tsns.add(1 + 2 * i);
  EXPECT_EQ(tsns.judge(5001), Verdict::refused) << "one island too many";
  EXPECT_EQ(tsns.judge(2), Verdict::fresh) << "joins islands";
  EXPECT_EQ(tsns.judge(1), Verdict::fresh);
  auto sack = tsns.acknowledge(0, 100);
  EXPECT_EQ(sack.gaps.size(), (100U - 16U) / 4U) << "no more than fits";
}

TEST(ReceivedTsns, WhenToAcknowledge) {
  ReceivedTsns tsns(1);
  Instant now{};
  tsns.add(1);
  tsns.packet_received(now, false);
  EXPECT_TRUE(tsns.acknowledgement_due(now)) << "the first at once";
  tsns.acknowledge(0, 1000);
  tsns.add(2);
  tsns.packet_received(now, false);
  EXPECT_FALSE(tsns.acknowledgement_due(now));
  EXPECT_TRUE(tsns.acknowledgement_pending());
  EXPECT_EQ(tsns.deadline(), now + 100ms);
  EXPECT_TRUE(tsns.acknowledgement_due(now + 100ms));
  tsns.add(3);
  tsns.packet_received(now, false);
  EXPECT_TRUE(tsns.acknowledgement_due(now)) << "every second packet";
  tsns.acknowledge(0, 1000);
  EXPECT_FALSE(tsns.deadline());
  tsns.add(5);
  tsns.packet_received(now, false);
  EXPECT_TRUE(tsns.acknowledgement_due(now)) << "something is missing";
  tsns.acknowledge(0, 1000);
  tsns.add_duplicate(5);
  EXPECT_EQ(tsns.acknowledge(0, 1000).duplicates, std::vector<std::uint32_t>{5});
}

}  // namespace
}  // namespace portico::protocol::sctp
