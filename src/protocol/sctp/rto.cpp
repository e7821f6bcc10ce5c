#include "protocol/sctp/rto.h"

namespace portico::protocol::sctp {

void Rto::sample(Duration rtt) {
  rtt = std::max(rtt, Duration{0});
  if (smoothed_ == Duration{0}) {
    smoothed_ = rtt;
    variation_ = rtt / 2;
  } else {
    Duration error = smoothed_ > rtt ? smoothed_ - rtt : rtt - smoothed_;
    variation_ = variation_ * 3 / 4 + error / 4;
    smoothed_ = smoothed_ * 7 / 8 + rtt / 8;
  }
  base_ = std::clamp(smoothed_ + 4 * variation_, min_, max_);
  current_ = base_;
}

}  // namespace portico::protocol::sctp
