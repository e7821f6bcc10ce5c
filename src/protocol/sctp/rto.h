#pragma once
// The retransmission time-out, estimated from round trips (RFC 9260 section 6.3.1), and a timer
// that counts its expirations.

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace portico::protocol::sctp {

class Rto {
 public:
  Rto(Duration initial, Duration min, Duration max)
      : min_(min), max_(max), base_(initial), current_(initial) {}

  // A round trip of something that was sent once (Karn's rule is the caller's duty). Ends the
  // back-off.
  void sample(Duration rtt);
  // Doubles, up to the maximum (E2).
  void back_off() { current_ = std::min(current_ * 2, max_); }
  // The peer acknowledged something: the path works, so the back-off ends even if nothing could be
  // measured (a FORWARD TSN that is honoured gives no sample).
  void progress() { current_ = base_; }
  Duration current() const { return current_; }
  Duration smoothed() const { return smoothed_; }  // zero before the first sample

 private:
  Duration min_;
  Duration max_;
  Duration base_;  // without back-off
  Duration current_;
  Duration smoothed_{0};
  Duration variation_{0};
};

class RetryTimer {
 public:
  void start(Instant deadline) { deadline_ = deadline; }
  void stop() {
    deadline_.reset();
    expirations_ = 0;
  }
  bool running() const { return deadline_.has_value(); }
  std::optional<Instant> deadline() const { return deadline_; }
  // True once per expiration; the timer then stands until it is started again.
  bool expire(Instant now) {
    if (!deadline_ || now < *deadline_) return false;
    deadline_.reset();
    ++expirations_;
    return true;
  }
  int expirations() const { return expirations_; }

 private:
  std::optional<Instant> deadline_;
  int expirations_ = 0;
};

}  // namespace portico::protocol::sctp
