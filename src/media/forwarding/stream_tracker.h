#pragma once
// Is a layer alive? Publishers stop upper layers when their uplink narrows; subscribers must then
// fall to a lower one. (livekit-protocol 6.1)

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace portico::media::forwarding {

class StreamTracker {
 public:
  struct Config {
    std::uint32_t samples_per_cycle = 1;  // fewer packets in a cycle stop the layer
    std::uint32_t good_cycles = 1;        // in a row, to come back after a stop
    Duration cycle = 500ms;
  };
  static Config camera(std::uint8_t layer) {
    return layer == 0 ? Config{1, 4, 500ms} : Config{5, 20, 500ms};
  }
  static Config screen() { return Config{1, 1, 2s}; }

  explicit StreamTracker(Config config) : config_(config) {}

  void on_packet(Instant now);  // the first ever makes the layer active at once
  // Closes cycles that ended; true when active() changed since the last poll().
  bool poll(Instant now);
  bool active() const { return active_; }
  std::optional<Instant> next_deadline() const;  // nullopt before the first packet

 private:
  void poll_cycles(Instant now);
  void close_cycle();

  Config config_;
  bool active_ = false;
  bool reported_ = false;
  std::optional<Instant> cycle_end_;
  std::uint32_t samples_ = 0;
  std::uint32_t good_ = 0;
};

}  // namespace portico::media::forwarding
