#pragma once
// How good is a participant's connection? (livekit-protocol 6.8) Each track closes a window every 5
// s and gets a score 0..100 from loss, delay, jitter and missing layers; a participant's quality is
// that of its worst track.

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace portico::media::speakers {

enum class Quality : std::uint8_t { lost, poor, good, excellent };  // ascending

enum class MediaKind : std::uint8_t { opus, opus_fec, red, red_fec, video };

// What one track saw in one window.
struct QualityWindow {
  MediaKind kind = MediaKind::opus;
  std::uint32_t packets_expected = 0;  // by sequence numbers
  std::uint32_t packets_lost = 0;      // before retransmission
  Duration round_trip{
      0};  // largest in the window; 0 for published tracks, whose delay term is jitter only
  Duration jitter{0};
  double rate_ratio =
      1;  // packet rate / usual rate, for DTX and screen share: thin streams weigh loss less. 0..1
  int missing_layers = 0;  // expected spatial layer - actual, video only
  bool muted = false;      // or disabled by the subscriber: nothing is expected, nothing is judged
  bool paused = false;     // by our allocator, for lack of bandwidth
};

// The score of one window on its own: 0 when packets were expected to flow and none came,
// else 30..100.
double window_score(const QualityWindow& window);

class ConnectionQuality {
 public:
  static constexpr Duration kWindow = 5s;

  void close_window(const QualityWindow& window, Instant now);
  // For subscribed tracks: the subscriber's reports are the only witness. Without one for 30 s
  // there is no verdict.
  void on_report(Instant now) { last_report_ = now; }

  double score() const { return score_; }  // smoothed: improvements count 0.4, declines 0.8
  Quality quality() const;
  // As MOS 1.0 .. 4.5, the `score` field of ConnectionQualityInfo.
  float mos() const;
  // False for a subscribed track whose reports stopped.
  bool has_verdict(Instant now) const { return !last_report_ || now - *last_report_ <= 30s; }

 private:
  double score_ = 100;
  bool paused_ = false;
  std::optional<Instant> last_report_;
};

Quality quality_of(double score);  // > 80 excellent, > 40 good, > 20 poor, else lost
float mos_of(double score);

}  // namespace portico::media::speakers
