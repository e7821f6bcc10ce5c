#include "media/forwarding/stream_tracker.h"

namespace portico::media::forwarding {

void StreamTracker::on_packet(Instant now) {
  if (!cycle_end_) {
    active_ = true;
    cycle_end_ = now + config_.cycle;
  }
  poll_cycles(now);
  ++samples_;
}

void StreamTracker::poll_cycles(Instant now) {
  // After a long silence one empty cycle says all that many would.
  if (cycle_end_ && now - *cycle_end_ > 4 * config_.cycle) {
    close_cycle();
    close_cycle();
    cycle_end_ = now + config_.cycle;
  }
  while (cycle_end_ && now >= *cycle_end_) {
    close_cycle();
    *cycle_end_ += config_.cycle;
  }
}

void StreamTracker::close_cycle() {
  if (samples_ < config_.samples_per_cycle) {
    active_ = false;
    good_ = 0;
  } else if (!active_ && ++good_ >= config_.good_cycles) {
    active_ = true;
    good_ = 0;
  }
  samples_ = 0;
}

bool StreamTracker::poll(Instant now) {
  poll_cycles(now);
  const bool changed = active_ != reported_;
  reported_ = active_;
  return changed;
}

std::optional<Instant> StreamTracker::next_deadline() const { return cycle_end_; }

}  // namespace portico::media::forwarding
