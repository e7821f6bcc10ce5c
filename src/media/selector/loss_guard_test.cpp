// The guard in virtual time: a receiver report and a REMB every second, a decision every 100 ms.

#include "media/selector/loss_guard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace portico::media::selector {
namespace {

Instant at(Duration since_start) { return Instant(Duration(1000s) + since_start); }

constexpr std::uint8_t kTop = 2;
constexpr std::int64_t kRates[] = {150'000, 500'000, 1'700'000};

class Simulation {
 public:
  LossGuard guard;
  std::uint8_t layer = kTop;
  struct Change {
    Duration when;
    std::uint8_t layer;
  };
  std::vector<Change> changes;

  // loss and budget at a time for the layer that flows; budget < 0: no REMB.
  using Loss = std::function<double(Duration, std::uint8_t)>;
  using Budget = std::function<std::int64_t(Duration, std::uint8_t)>;
  void run(Duration until, const Loss& loss, const Budget& budget) {
    for (; now_ < until; now_ += 100ms) {
      if (now_.count() % 1'000'000'000 == 0) {
        guard.on_loss(loss(now_, layer), at(now_));
        const std::int64_t remb = budget(now_, layer);
        if (remb >= 0) guard.on_budget(Bitrate{remb}, Bitrate{kRates[layer]}, at(now_));
      }
      if (!guard.update(layer, kTop, at(now_))) continue;
      layer = std::min(kTop, guard.limit());
      changes.push_back({now_, layer});
    }
  }

 private:
  Duration now_{0};
};

double no_loss(Duration, std::uint8_t) { return 0; }
std::int64_t no_remb(Duration, std::uint8_t) { return -1; }

TEST(LossGuard, DropsALayerWithinThreeSecondsOfLoss) {
  // Whatever the phase between loss and reports.
  for (Duration start = 5s; start < 6s; start += 100ms) {
    Simulation s;
    s.run(8s, [&](Duration t, std::uint8_t) { return t >= start ? 0.12 : 0.0; }, no_remb);
    ASSERT_FALSE(s.changes.empty());
    EXPECT_EQ(s.changes[0].layer, 1);
    EXPECT_LE(s.changes[0].when - start, 3s);
  }
}

TEST(LossGuard, TenPercentAndASingleBadReportAreTolerated) {
  Simulation s;
  s.run(60s, [](Duration, std::uint8_t) { return 0.10; }, no_remb);
  EXPECT_TRUE(s.changes.empty());
  Simulation spike;
  spike.run(60s, [](Duration t, std::uint8_t) { return t == 10s ? 0.5 : 0.0; }, no_remb);
  EXPECT_TRUE(spike.changes.empty());
}

TEST(LossGuard, RaisesAfterTenCleanSeconds) {
  Simulation s;
  s.run(40s, [](Duration t, std::uint8_t) { return t >= 5s && t < 7s ? 0.2 : 0.0; }, no_remb);
  ASSERT_EQ(s.changes.size(), 2U);
  EXPECT_EQ(s.changes[0].layer, 1);
  EXPECT_EQ(s.changes[1].layer, 2);
  // Clean since the drop forgot the old layer's loss.
  EXPECT_GE(s.changes[1].when - s.changes[0].when, 10s);
  EXPECT_LE(s.changes[1].when - s.changes[0].when, 11s);
  EXPECT_EQ(s.guard.limit(), LossGuard::kUnlimited);
}

TEST(LossGuard, LossRestartsTheCleanTime) {
  Simulation s;
  s.run(
      30s,
      [](Duration t, std::uint8_t layer) { return (layer == 2 && t < 2s) || t == 8s ? 0.2 : 0.0; },
      no_remb);
  ASSERT_EQ(s.changes.size(), 2U);
  EXPECT_GE(s.changes[1].when, 19s) << "ten seconds after the report of 9 s took that of 8 s back";
  EXPECT_LE(s.changes[1].when, 20s);
}

TEST(LossGuard, GoesDownLayerByLayer) {
  Simulation s;
  s.run(20s, [](Duration, std::uint8_t layer) { return layer > 0 ? 0.3 : 0.0; }, no_remb);
  ASSERT_GE(s.changes.size(), 2U);
  EXPECT_EQ(s.changes[0].layer, 1);
  EXPECT_EQ(s.changes[1].layer, 0);
  EXPECT_LE(s.changes[1].when, 6s);
}

TEST(LossGuard, DropsALayerWithinThreeSecondsOfALowRemb) {
  Simulation s;
  s.run(8s, no_loss, [](Duration t, std::uint8_t) { return t >= 4s ? 1'000'000 : 4'000'000; });
  ASSERT_EQ(s.changes.size(), 1U);
  EXPECT_EQ(s.changes[0].layer, 1) << "500 kb/s fit into 1 Mb/s";
  EXPECT_LE(s.changes[0].when - Duration(4s), 3s);
}

TEST(LossGuard, AGrowingRembIsALagAndNoCongestion) {
  // A publisher that just started: REMB grows by 8 % a second from far below the layer's rate, as
  // the receiver's estimator does.
  Simulation s;
  s.run(60s, no_loss, [](Duration t, std::uint8_t) {
    return static_cast<std::int64_t>(300'000 *
                                     std::pow(1.08, std::chrono::duration<double>(t).count()));
  });
  EXPECT_TRUE(s.changes.empty());
}

TEST(LossGuard, FailedRaisesGetRarer) {
  // A path for layer 1 and no more: every trial of layer 2 loses.
  Simulation s;
  s.run(300s, [](Duration, std::uint8_t layer) { return layer == 2 ? 0.3 : 0.0; }, no_remb);
  int raises = 0;
  std::vector<Duration> waits;
  for (std::size_t i = 1; i < s.changes.size(); ++i) {
    if (s.changes[i].layer == 2) {
      ++raises;
      waits.push_back(s.changes[i].when - s.changes[i - 1].when);
    }
  }
  ASSERT_GE(waits.size(), 4U);
  EXPECT_NEAR(static_cast<double>(to_ms(waits[0])), 10'000, 200);
  EXPECT_NEAR(static_cast<double>(to_ms(waits[1])), 20'000, 200);
  EXPECT_NEAR(static_cast<double>(to_ms(waits[2])), 40'000, 200);
  EXPECT_LE(raises, 6) << "instead of more than twenty";
}

TEST(LossGuard, SilenceIsNotCongestion) {
  Simulation s;
  s.guard.on_loss(0.5, at(0ms));
  EXPECT_TRUE(s.guard.congested(at(1s)));
  EXPECT_FALSE(s.guard.congested(at(4s))) << "an old report says nothing";
}

}  // namespace
}  // namespace portico::media::selector
