#pragma once
// What a receiver report says about one stream: loss, highest number and jitter (RFC 3550 6.4.1,
// A.3, A.8). Retransmitted packets don't count: the report is about the path.

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "codec/rtcp/packet.h"

namespace portico::media::forwarding {

class Reception {
 public:
  void on_packet(std::int64_t sequence, std::uint32_t timestamp, std::uint32_t clock_rate,
                 Instant now);
  // The sender started over: what was lost before stays counted, the jump itself doesn't.
  void on_restart(std::int64_t sequence);
  void on_sender_report(codec::rtcp::NtpTime ntp, Instant now);

  // Closes the interval since the last call.
  codec::rtcp::ReportBlock take(Ssrc ssrc, Instant now);
  double last_fraction() const { return last_fraction_; }  // of the last closed interval, 0..1
  std::uint32_t jitter() const {
    return static_cast<std::uint32_t>(jitter_);
  }  // RTP timestamp units

 private:
  std::int64_t base_ = -1;
  std::int64_t highest_ = -1;
  std::int64_t received_ = 0;
  std::int64_t expected_at_report_ = 0;
  std::int64_t received_at_report_ = 0;
  double jitter_ = 0;
  std::optional<std::uint32_t> transit_;
  std::uint32_t last_timestamp_ = 0;
  double last_fraction_ = 0;
  std::optional<std::uint32_t> last_sr_;
  Instant last_sr_at_;
};

}  // namespace portico::media::forwarding
