#pragma once
// Keeps a subscriber's layer within what its path carries, before there is a send-side estimator.
// Congested means: more than 10 % loss in receiver reports, or a budget (REMB share) below the
// layer's rate that doesn't grow.
//   * Congestion that lasts 1.5 s drops one layer; with reports every second or faster that is
//     within 3 s of its start. After a drop the new layer gets 2 s to show its effect.
//   * Ten clean seconds in a row raise one layer. If a raise fails within 5 s, the next needs twice
//     as long (up to 80 s), so a narrow path isn't flooded every ten seconds; a raise that holds
//     resets this.
// REMB follows traffic upwards only by about 8 % a second, so right after a raise, or while a
// publisher ramps up, it is below the rate although nothing is wrong: a budget that rose by 2 % or
// more since the last second's is a lag and not congestion.

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace portico::media::selector {

class LossGuard {
 public:
  static constexpr double kLossLimit = 0.10;
  static constexpr Duration kSustained =
      1500ms;  // longer than reports are apart, so one alone decides nothing
  static constexpr Duration kSettle = 2s;
  static constexpr Duration kClean = 10s;
  static constexpr Duration kMaxClean = 80s;
  static constexpr std::uint8_t kUnlimited = 255;

  // From each receiver report of this track. `fraction` 0..1.
  void on_loss(double fraction, Instant now);
  // From each REMB: this track's share of it (media/bwe share()) and what the track's current layer
  // sends.
  void on_budget(Bitrate budget, Bitrate layer_rate, Instant now);

  // Judges; call it about every 100..500 ms and after reports. `current` is the layer that flows
  // now, `top` the one that would flow without the guard. True when limit() changed.
  bool update(std::uint8_t current, std::uint8_t top, Instant now);

  // Highest layer allowed; kUnlimited while the guard has nothing to say.
  std::uint8_t limit() const { return limit_; }
  bool congested(Instant now) const;

 private:
  static constexpr Duration kSignalLifetime = 3s;  // a report older than this says nothing any more

  struct Signal {
    bool bad = false;
    Instant since;  // of the uninterrupted bad state
    Instant at;     // of the last report
  };
  static void note(Signal& signal, bool bad, Instant now);
  static bool alive(const Signal& signal, Instant now) {
    return signal.bad && now - signal.at <= kSignalLifetime;
  }
  std::optional<Instant> bad_since(Instant now) const;

  Signal loss_;
  Signal budget_;
  std::optional<Bitrate> reference_;  // a budget about a second old, to see growth
  Instant reference_at_;
  std::uint8_t limit_ = kUnlimited;
  std::optional<Instant> clean_since_;
  std::optional<Instant> settled_at_;
  std::optional<Instant> raised_at_;
  Duration clean_needed_ = kClean;
};

}  // namespace portico::media::selector
