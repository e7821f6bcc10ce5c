#include "media/bwe/estimator.h"

#include <algorithm>

namespace portico::media::bwe {
namespace {

constexpr Duration kRembLifetime = 10s;
constexpr double kHighLoss = 0.10;
constexpr double kLowLoss = 0.02;
constexpr double kGrowthPerSecond = 0.08;
constexpr std::int64_t kFloorBps = 30'000;        // an audio stream must always fit
constexpr std::int64_t kUnbounded = 100'000'000;  // a limit above this binds nothing

}  // namespace

void RembEstimator::on_remb(Bitrate bitrate, Instant now) {
  remb_ = bitrate;
  remb_at_ = now;
}

void RembEstimator::on_loss(double fraction_lost, Bitrate sent, Instant now) {
  if (fraction_lost > kHighLoss) {
    const double kept = 1.0 - std::min(fraction_lost, 1.0) / 2.0;
    const auto limit = static_cast<std::int64_t>(static_cast<double>(sent.bps) * kept);
    const std::int64_t before = loss_limit_ ? loss_limit_->bps : limit;
    loss_limit_ = Bitrate{std::max(kFloorBps, std::min(before, limit))};
  } else if (fraction_lost < kLowLoss && loss_limit_) {
    const double seconds =
        std::clamp(std::chrono::duration<double>(now - loss_at_).count(), 0.0, 5.0);
    const double grown = static_cast<double>(loss_limit_->bps) * (1.0 + kGrowthPerSecond * seconds);
    if (grown > static_cast<double>(kUnbounded)) {
      loss_limit_.reset();
    } else {
      loss_limit_ = Bitrate{static_cast<std::int64_t>(grown)};
    }
  }
  loss_at_ = now;
}

std::optional<Bitrate> RembEstimator::estimate(Instant now) const {
  std::optional<Bitrate> remb;
  if (remb_ && now - remb_at_ <= kRembLifetime) remb = remb_;
  if (!loss_limit_) return remb;
  return remb ? std::min(*remb, *loss_limit_) : *loss_limit_;
}

Bitrate share(Bitrate estimate, Bitrate track, Bitrate all_tracks) {
  if (all_tracks.bps <= 0 || track.bps <= 0) return estimate;
  const double part =
      std::min(1.0, static_cast<double>(track.bps) / static_cast<double>(all_tracks.bps));
  return Bitrate{static_cast<std::int64_t>(static_cast<double>(estimate.bps) * part)};
}

}  // namespace portico::media::bwe
