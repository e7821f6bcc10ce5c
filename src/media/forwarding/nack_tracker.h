#pragma once
// Which packets of one stream are missing and when to ask for them (livekit-protocol 6.1): first
// after 20 ms (reordering settles itself), then every round trip (20..400 ms) stretched by 1.25
// each time, five times at most. At most 100 numbers are tracked; a hole that is larger or would
// overflow the table empties it, and for video a key frame is the answer.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"

namespace portico::media::forwarding {

class NackTracker {
 public:
  static constexpr std::size_t kMaxTracked = 100;
  static constexpr int kMaxTries = 5;

  void set_round_trip(Duration rtt) { round_trip_ = rtt; }

  // The numbers first..last (unwrapped, inclusive) were skipped. False: too many, everything was
  // given up.
  bool missing(std::int64_t first, std::int64_t last, Instant now);
  void arrived(std::int64_t sequence);
  void clear() { count_ = 0; }

  // Copies the numbers that are due now, ascending, and counts the try. Returns how many were
  // written (out may be smaller than what is due).
  std::size_t take_due(std::span<std::uint16_t> out, Instant now);
  std::optional<Instant> next_deadline() const;
  std::size_t size() const { return count_; }

 private:
  struct Entry {
    std::int64_t sequence = 0;
    Instant due;
    int tries = 0;
  };
  Duration interval(int tries) const;

  Duration round_trip_ = 70ms;
  std::array<Entry, kMaxTracked> entries_;  // ascending
  std::size_t count_ = 0;
};

}  // namespace portico::media::forwarding
