#include "media/speakers/connection_quality.h"

#include <gtest/gtest.h>

namespace portico::media::speakers {
namespace {

Instant at(Duration since_start) { return Instant(Duration(10s) + since_start); }

QualityWindow window(MediaKind kind, std::uint32_t lost) {
  QualityWindow w;
  w.kind = kind;
  w.packets_expected = 1000;
  w.packets_lost = lost;
  return w;
}

TEST(WindowScore, LossWeighsByCodec) {
  EXPECT_DOUBLE_EQ(window_score(window(MediaKind::video, 0)), 100);
  EXPECT_DOUBLE_EQ(window_score(window(MediaKind::video, 20)), 80) << "2 % x 10";
  EXPECT_DOUBLE_EQ(window_score(window(MediaKind::opus, 20)), 84);
  EXPECT_NEAR(window_score(window(MediaKind::opus_fec, 20)), 100 - 16 / 1.5, 1e-9);
  EXPECT_DOUBLE_EQ(window_score(window(MediaKind::red, 20)), 92);
  EXPECT_DOUBLE_EQ(window_score(window(MediaKind::video, 500)), 30) << "floor";
  EXPECT_DOUBLE_EQ(window_score(window(MediaKind::video, 1000)), 0) << "nothing arrived";
}

TEST(WindowScore, DelayAndJitter) {
  QualityWindow w = window(MediaKind::video, 0);
  w.round_trip = 160ms;
  w.jitter = 20ms;  // 80 + 40 = 120 ms
  EXPECT_DOUBLE_EQ(window_score(w), 97);
  w.round_trip = 400ms;  // 200 + 40: (240 - 120) / 10
  EXPECT_DOUBLE_EQ(window_score(w), 88);
}

TEST(WindowScore, MissingLayersAndThinStreams) {
  QualityWindow w = window(MediaKind::video, 0);
  w.missing_layers = 1;
  EXPECT_DOUBLE_EQ(window_score(w), 65);
  w.missing_layers = 2;
  EXPECT_DOUBLE_EQ(window_score(w), 30);
  QualityWindow dtx = window(MediaKind::opus, 50);
  dtx.rate_ratio = 0.25;  // weight halves
  EXPECT_DOUBLE_EQ(window_score(dtx), 80);
}

TEST(ConnectionQuality, FallsFastAndRisesSlowly) {
  ConnectionQuality quality;
  EXPECT_EQ(quality.quality(), Quality::excellent);
  quality.close_window(window(MediaKind::video, 60), at(5s));  // 40: 100 - 0.8 x 60
  EXPECT_DOUBLE_EQ(quality.score(), 52);
  EXPECT_EQ(quality.quality(), Quality::good);
  quality.close_window(window(MediaKind::video, 0), at(10s));  // 52 + 0.4 x 48
  EXPECT_DOUBLE_EQ(quality.score(), 71.2);
  quality.close_window(window(MediaKind::video, 0), at(15s));
  EXPECT_EQ(quality.quality(), Quality::excellent);
}

TEST(ConnectionQuality, LostOnlyWhenNothingArrives) {
  ConnectionQuality bad;
  for (int i = 0; i < 10; ++i) bad.close_window(window(MediaKind::video, 900), at(i * 5s));
  EXPECT_EQ(bad.quality(), Quality::poor);
  ConnectionQuality gone;
  for (int i = 0; i < 2; ++i) gone.close_window(window(MediaKind::video, 1000), at(i * 5s));
  EXPECT_EQ(gone.quality(), Quality::lost);
}

TEST(ConnectionQuality, MutePauseAndVerdict) {
  ConnectionQuality quality;
  QualityWindow silent;
  silent.muted = true;
  quality.close_window(silent, at(5s));
  EXPECT_EQ(quality.quality(), Quality::excellent);
  QualityWindow paused = window(MediaKind::video, 0);
  paused.paused = true;
  quality.close_window(paused, at(10s));
  EXPECT_EQ(quality.quality(), Quality::poor);
  EXPECT_TRUE(quality.has_verdict(at(10s)));
  quality.on_report(at(10s));
  EXPECT_TRUE(quality.has_verdict(at(40s)));
  EXPECT_FALSE(quality.has_verdict(at(41s)));
}

TEST(Mos, SpansOneToFourAndAHalf) {
  EXPECT_FLOAT_EQ(mos_of(0), 1.0F);
  EXPECT_FLOAT_EQ(mos_of(100), 4.5F);
  EXPECT_NEAR(mos_of(80), 4.024, 0.01);
  for (int score = 10; score < 100; ++score) EXPECT_LE(mos_of(score), mos_of(score + 1));
}

}  // namespace
}  // namespace portico::media::speakers
