#include "protocol/sctp/congestion.h"

#include <algorithm>

namespace portico::protocol::sctp {

Congestion::Congestion(std::size_t mtu) : mtu_(mtu), window_(kInitialPackets * mtu) {}

void Congestion::acknowledged(std::size_t bytes, std::size_t flight_before, bool advanced,
                              std::int64_t cumulative) {
  if (in_recovery_ && cumulative >= recovery_end_) in_recovery_ = false;
  if (in_recovery_ || !advanced) return;
  bool used = flight_before + mtu_ >= window_;
  if (window_ <= threshold_) {
    if (used) window_ = std::min(window_ + std::min(bytes, mtu_), kMaxWindow);
    partial_ = 0;
    return;
  }
  partial_ += bytes;
  if (partial_ >= window_) {
    partial_ = used ? partial_ - window_ : window_;
    if (used) window_ = std::min(window_ + mtu_, kMaxWindow);
  }
}

void Congestion::lost(std::int64_t highest) {
  if (in_recovery_) return;
  in_recovery_ = true;
  recovery_end_ = highest;
  threshold_ = std::max(window_ / 2, kMinPackets * mtu_);
  window_ = threshold_;
  partial_ = 0;
}

void Congestion::timed_out() {
  threshold_ = std::max(window_ / 2, kMinPackets * mtu_);
  window_ = mtu_;
  partial_ = 0;
  in_recovery_ = false;
}

}  // namespace portico::protocol::sctp
