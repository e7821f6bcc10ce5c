#include "media/speakers/connection_quality.h"

#include <algorithm>
#include <cmath>

namespace portico::media::speakers {
namespace {

constexpr double kFloor = 30;
constexpr double kRise = 0.4;
constexpr double kFall = 0.8;
constexpr double kPausedScore = 30;
constexpr double kPerLayer = 35;

double loss_weight(MediaKind kind) {
  switch (kind) {
    case MediaKind::opus:
      return 8;
    case MediaKind::opus_fec:
      return 8 / 1.5;
    case MediaKind::red:
      return 4;
    case MediaKind::red_fec:
      return 4 / 1.5;
    case MediaKind::video:
      return 10;
  }
  return 10;
}

double delay_term(double milliseconds) {
  return milliseconds <= 160 ? milliseconds / 40 : (milliseconds - 120) / 10;
}

double in_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

double window_score(const QualityWindow& window) {
  if (window.muted) return 100;
  if (window.packets_expected > 0 && window.packets_lost >= window.packets_expected) return 0;
  if (window.packets_expected == 0) return 0;
  const double loss = 100.0 * window.packets_lost / window.packets_expected;
  const double weight =
      loss_weight(window.kind) * std::sqrt(std::clamp(window.rate_ratio, 0.0, 1.0));
  const double delay = in_ms(window.round_trip) / 2 + 2 * in_ms(window.jitter);
  double score = 100 - delay_term(delay) - loss * weight;
  if (window.kind == MediaKind::video && window.missing_layers > 0) {
    score = std::min(score, 100 - kPerLayer * window.missing_layers);
  }
  return std::clamp(score, kFloor, 100.0);
}

void ConnectionQuality::close_window(const QualityWindow& window, Instant) {
  paused_ = window.paused && !window.muted;
  if (paused_) {
    score_ = kPausedScore;
    return;
  }
  const double score = window_score(window);
  score_ += (score - score_) * (score > score_ ? kRise : kFall);
}

Quality quality_of(double score) {
  if (score > 80) return Quality::excellent;
  if (score > 40) return Quality::good;
  if (score > 20) return Quality::poor;
  return Quality::lost;
}

float mos_of(double score) {
  // ITU-T G.107 annex B maps its transmission rating, which has the same 0..100 range, to MOS.
  const double r = std::clamp(score, 0.0, 100.0);
  const double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return static_cast<float>(std::clamp(mos, 1.0, 4.5));
}

Quality ConnectionQuality::quality() const { return quality_of(score_); }
float ConnectionQuality::mos() const { return mos_of(score_); }

}  // namespace portico::media::speakers
