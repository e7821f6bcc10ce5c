#include "protocol/srtp/packet_index.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "protocol/srtp/ssrc_table.h"

namespace portico::protocol::srtp {
namespace {

TEST(PacketIndex, EstimatesLikeRfc3711) {
  EXPECT_EQ(estimate_index(100, 101), 101);
  EXPECT_EQ(estimate_index(100, 90), 90);
  EXPECT_EQ(estimate_index(65535, 0), 65536);
  EXPECT_EQ(estimate_index(65536, 65535), 65535);
  EXPECT_EQ(estimate_index(0x1'0005, 0xfff0), 0xfff0);
  EXPECT_EQ(estimate_index(0x5'fff0, 5), 0x6'0005);
  EXPECT_LT(estimate_index(5, 0xfff0), 0);
  // Ties stay in the same rollover (RFC 3711 3.3.1 compares with >).
  EXPECT_EQ(estimate_index(0x1'0000, 0x8000), 0x1'8000);
  EXPECT_EQ(estimate_index(0x1'8000, 0), 0x1'0000);
}

TEST(ReplayWindow, AcceptsEachIndexOnce) {
  ReplayWindow<128> window;
  EXPECT_FALSE(window.started());
  window.accept(1000);
  EXPECT_FALSE(window.acceptable(1000));
  EXPECT_TRUE(window.acceptable(999));
  EXPECT_TRUE(window.acceptable(873));
  EXPECT_FALSE(window.acceptable(872));
  window.accept(999);
  EXPECT_FALSE(window.acceptable(999));
  window.accept(1200);
  EXPECT_FALSE(window.acceptable(1000));
  EXPECT_TRUE(window.acceptable(1100));
}

TEST(ReplayWindow, AgreesWithASet) {
  SeededRandom random(7);
  ReplayWindow<128> window;
  std::set<std::int64_t> seen;
  std::int64_t base = 0;
  for (int i = 0; i < 200'000; ++i) {
    if (random.below(1000) == 0) base += random.below(400);
    std::int64_t index = base + random.below(200);
    base += random.below(3);
    bool expected = seen.empty() || index > *seen.rbegin() ||
                    (*seen.rbegin() - index < 128 && !seen.contains(index));
    ASSERT_EQ(window.acceptable(index), expected) << i;
    if (expected) {
      window.accept(index);
      seen.insert(index);
      if (seen.size() > 1000) seen.erase(seen.begin());
    }
  }
}

TEST(SsrcTable, AgreesWithAMap) {
  SeededRandom random(3);
  SsrcTable<int> table(50);
  std::map<std::uint32_t, int> model;
  for (int i = 0; i < 50'000; ++i) {
    std::uint32_t ssrc = random.below(80) * 0x0101'0101U;
    int* found = table.find(ssrc);
    ASSERT_EQ(found != nullptr, model.contains(ssrc));
    if (found != nullptr) {
      ASSERT_EQ(*found, model[ssrc]);
      if (random.below(2) == 0) {
        table.erase(ssrc);
        model.erase(ssrc);
      }
    } else if (int* added = table.insert(ssrc)) {
      *added = i;
      model[ssrc] = i;
    } else {
      ASSERT_EQ(model.size(), 50U);
    }
    ASSERT_EQ(table.size(), model.size());
  }
}

TEST(SsrcTable, EvictsTheLeastRecentlyUsed) {
  SsrcTable<int> table(3);
  for (std::uint32_t ssrc : {1U, 2U, 3U}) table.insert_evicting(ssrc) = static_cast<int>(ssrc);
  EXPECT_EQ(table.insert(4), nullptr);
  table.find(1);
  table.insert_evicting(4) = 4;
  EXPECT_EQ(table.find(2), nullptr);
  ASSERT_NE(table.find(1), nullptr);
  EXPECT_EQ(*table.find(1), 1);
  EXPECT_EQ(*table.find(4), 4);
  EXPECT_EQ(table.size(), 3U);
}

}  // namespace
}  // namespace portico::protocol::srtp
