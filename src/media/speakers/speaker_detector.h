#pragma once
// Who is speaking? (livekit-protocol 6.7, 4.10) Works on the loudness that publishers attach to
// their audio packets (RFC 6464), so nothing is decoded. Per window of 400 ms: packets of -35 dBov
// or louder count as active for their duration; when 40 % of the window is active the level is the
// loudest one lowered by 20 log10 of the window's active part, as linear value smoothed by half;
// otherwise 0.
//
//   detector.on_packet(speaker, audio_level, 20ms, now);
//   for (const auto& change : detector.poll(now)) ...  // at next_deadline(), every 400 ms

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace portico::media::speakers {

using SpeakerId = std::uint64_t;  // the caller's number for a participant

struct SpeakerChange {
  SpeakerId speaker = 0;
  double level = 0;  // 0..1 in steps of 1/8, rounded up; 0 when no longer active
  bool active = false;
  bool operator==(const SpeakerChange&) const = default;
};

class SpeakerDetector {
 public:
  static constexpr Duration kWindow = 400ms;
  static constexpr std::uint8_t kThreshold = 35;  // -dBov
  static constexpr int kActivePercent = 40;       // of the window
  static constexpr std::size_t kMaxSpeakers =
      4096;  // more participants than that are not listened to

  // `level` in -dBov (0 loudest .. 127), `duration` of audio in the packet (20 ms for most Opus).
  void on_packet(SpeakerId speaker, std::uint8_t level, Duration duration, Instant now);
  // Muted: silent at once; the next poll says so.
  void mute(SpeakerId speaker);
  // Left: the next poll tells the end of its speech, then it is forgotten.
  void remove(SpeakerId speaker);

  // Closes windows and returns what changed since the last poll, loudest first.
  std::vector<SpeakerChange> poll(Instant now);
  std::optional<Instant> next_deadline() const;
  // All who are active now, loudest first; for participants who just came.
  std::vector<SpeakerChange> active() const;

 private:
  struct State {
    Duration active{0};          // in the open window
    std::uint8_t loudest = 127;  // of active packets in the open window
    Instant last_packet;
    double smoothed = 0;  // linear
    double told = 0;      // quantised level last reported
    bool told_active = false;
    bool leaving = false;
  };
  static void close_window(State& state, Instant now);

  std::unordered_map<SpeakerId, State> states_;
  std::optional<Instant> window_end_;
};

}  // namespace portico::media::speakers
