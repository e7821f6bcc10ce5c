#include "media/selector/loss_guard.h"

#include <algorithm>

namespace portico::media::selector {
namespace {

constexpr double kGrowth = 1.02;
constexpr Duration kGrowthSpan = 900ms;  // REMB comes about once a second
constexpr Duration kTrial = 5s;          // a drop so soon after a raise: the raise failed

}  // namespace

void LossGuard::note(Signal& signal, bool bad, Instant now) {
  if (bad && !alive(signal, now)) signal.since = now;
  signal.bad = bad;
  signal.at = now;
}

void LossGuard::on_loss(double fraction, Instant now) { note(loss_, fraction > kLossLimit, now); }

void LossGuard::on_budget(Bitrate budget, Bitrate layer_rate, Instant now) {
  const bool short_of = budget < layer_rate;
  bool growing = false;
  if (reference_) {
    growing = static_cast<double>(budget.bps) >= static_cast<double>(reference_->bps) * kGrowth;
  }
  if (!reference_ || now - reference_at_ >= kGrowthSpan || budget < *reference_) {
    reference_ = budget;
    reference_at_ = now;
  }
  note(budget_, short_of && !growing, now);
}

std::optional<Instant> LossGuard::bad_since(Instant now) const {
  std::optional<Instant> since;
  if (alive(loss_, now)) since = loss_.since;
  if (alive(budget_, now)) since = since ? std::min(*since, budget_.since) : budget_.since;
  return since;
}

bool LossGuard::congested(Instant now) const { return bad_since(now).has_value(); }

bool LossGuard::update(std::uint8_t current, std::uint8_t top, Instant now) {
  const std::uint8_t before = limit_;
  const auto since = bad_since(now);
  if (since) {
    clean_since_.reset();
    if (now - *since < kSustained || (settled_at_ && now < *settled_at_)) return false;
    const std::uint8_t base = std::min(current, limit_);
    if (base == 0) {
      limit_ = 0;
      return limit_ != before;
    }
    limit_ = static_cast<std::uint8_t>(base - 1);
    settled_at_ = now + kSettle;
    if (raised_at_ && now - *raised_at_ < kTrial)
      clean_needed_ = std::min(2 * clean_needed_, kMaxClean);
    raised_at_.reset();
    // The measurements so far are those of the layer that was left.
    loss_ = Signal();
    budget_ = Signal();
    reference_.reset();
    return limit_ != before;
  }
  if (limit_ == kUnlimited) return false;
  if (!clean_since_) clean_since_ = now;
  if (raised_at_ && now - *raised_at_ >= kTrial) {
    clean_needed_ = kClean;
    raised_at_.reset();
  }
  if (now - *clean_since_ < clean_needed_) return false;
  limit_ = static_cast<std::uint8_t>(limit_ + 1);
  if (limit_ >= top) limit_ = kUnlimited;
  raised_at_ = now;
  clean_since_ = now;
  return limit_ != before;
}

}  // namespace portico::media::selector
