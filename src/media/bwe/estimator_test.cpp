#include "media/bwe/estimator.h"

#include <gtest/gtest.h>

namespace portico::media::bwe {
namespace {

Instant at(Duration since_start) { return Instant(Duration(10s) + since_start); }

TEST(RembEstimator, BelievesRembForTenSeconds) {
  RembEstimator estimator;
  EXPECT_FALSE(estimator.estimate(at(0s)));
  estimator.on_remb(Bitrate{800'000}, at(0s));
  EXPECT_EQ(estimator.estimate(at(10s)), Bitrate{800'000});
  EXPECT_FALSE(estimator.estimate(at(11s)));
}

TEST(RembEstimator, LossLimitsIt) {
  RembEstimator estimator;
  estimator.on_remb(Bitrate{5'000'000}, at(0s));
  estimator.on_loss(0.05, Bitrate{1'000'000}, at(0s));
  EXPECT_EQ(estimator.estimate(at(0s)), Bitrate{5'000'000});
  estimator.on_loss(0.20, Bitrate{1'000'000}, at(1s));
  EXPECT_EQ(estimator.estimate(at(1s)), Bitrate{900'000});
  estimator.on_loss(0.05, Bitrate{900'000}, at(2s));
  EXPECT_EQ(estimator.estimate(at(2s)), Bitrate{900'000}) << "between the limits it stays";
  estimator.on_loss(0.0, Bitrate{900'000}, at(3s));
  EXPECT_NEAR(static_cast<double>(estimator.estimate(at(3s))->bps), 972'000, 10);
  for (int i = 4; i < 120; ++i) {
    estimator.on_remb(Bitrate{5'000'000}, at(i * 1s));
    estimator.on_loss(0.0, Bitrate{900'000}, at(i * 1s));
  }
  EXPECT_EQ(estimator.estimate(at(119s)), Bitrate{5'000'000}) << "no longer binding";
}

TEST(Share, IsProportional) {
  EXPECT_EQ(share(Bitrate{900}, Bitrate{100}, Bitrate{300}), Bitrate{300});
  EXPECT_EQ(share(Bitrate{900}, Bitrate{0}, Bitrate{300}), Bitrate{900});
  EXPECT_EQ(share(Bitrate{900}, Bitrate{400}, Bitrate{300}), Bitrate{900});
}

}  // namespace
}  // namespace portico::media::bwe
