#pragma once
// How much may be in flight: slow start, congestion avoidance, fast recovery (RFC 9260
// section 7.2). Sizes are bytes of DATA chunks with their headers.

#include <cstddef>
#include <cstdint>

namespace portico::protocol::sctp {

class Congestion {
 public:
  explicit Congestion(std::size_t mtu);

  std::size_t window() const { return window_; }
  bool in_recovery() const { return in_recovery_; }

  // A SACK acknowledged `bytes` anew; `flight_before` were in flight when it came. `advanced`: the
  // cumulative TSN moved.
  void acknowledged(std::size_t bytes, std::size_t flight_before, bool advanced,
                    std::int64_t cumulative);
  // Chunks were found lost by missing reports; `highest` is the highest TSN sent. Halves once per
  // window.
  void lost(std::int64_t highest);
  // T3-rtx expired (7.2.3): back to one packet.
  void timed_out();

 private:
  // 10 packets at the start, as RFC 6928 does for TCP and WebRTC's peers do.
  static constexpr std::size_t kInitialPackets = 10;
  static constexpr std::size_t kMinPackets = 4;               // floor of ssthresh, 7.2.3
  static constexpr std::size_t kMaxWindow = 8 * 1024 * 1024;  // a bound for arithmetic's sake

  std::size_t mtu_;
  std::size_t window_;
  std::size_t threshold_ = kMaxWindow;
  std::size_t partial_ = 0;  // partial_bytes_acked
  bool in_recovery_ = false;
  std::int64_t recovery_end_ = 0;
};

}  // namespace portico::protocol::sctp
