#include "protocol/sctp/rto.h"

#include <gtest/gtest.h>

namespace portico::protocol::sctp {
namespace {

TEST(Rto, FollowsRoundTripsWithinItsLimits) {
  Rto rto(500ms, 400ms, 10s);
  EXPECT_EQ(rto.current(), 500ms);
  rto.sample(200ms);
  EXPECT_EQ(rto.smoothed(), 200ms);
  EXPECT_EQ(rto.current(), 600ms) << "SRTT + 4 * RTTVAR with RTTVAR = R / 2";
  for (int i = 0; i < 100; ++i) rto.sample(200ms);
  EXPECT_EQ(rto.current(), 400ms);
  for (int i = 0; i < 100; ++i) rto.sample(60s);
  EXPECT_EQ(rto.current(), 10s);
}

TEST(Rto, BacksOffUntilThereIsProgress) {
  Rto rto(500ms, 400ms, 3s);
  rto.back_off();
  EXPECT_EQ(rto.current(), 1s);
  rto.back_off();
  rto.back_off();
  EXPECT_EQ(rto.current(), 3s);
  rto.progress();
  EXPECT_EQ(rto.current(), 500ms);
}

TEST(RetryTimer, ExpiresOncePerStart) {
  RetryTimer timer;
  timer.start(Instant(1s));
  EXPECT_FALSE(timer.expire(Instant(999ms)));
  EXPECT_TRUE(timer.expire(Instant(1s)));
  EXPECT_FALSE(timer.expire(Instant(2s)));
  EXPECT_EQ(timer.expirations(), 1);
  timer.stop();
  EXPECT_EQ(timer.expirations(), 0);
}

}  // namespace
}  // namespace portico::protocol::sctp
