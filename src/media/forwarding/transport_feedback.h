#pragma once
// Tells one publisher when its packets arrived (transport-wide congestion control), so that it can
// estimate its uplink. One recorder per publisher transport; it covers every SSRC that carries the
// transport-cc extension, RTX and padding included.
//
//   TransportFeedback feedback(our_ssrc, first_media_ssrc);
//   feedback.record(twcc_sequence, marker, now);        // every packet, before anything drops it
//   while (feedback.due(now)) send(feedback.take(now));  // after a batch and at next_deadline()
//
// Cadence (livekit-protocol 6.1): with more than 20 packets pending after 100 ms, or at once above
// 100 pending, or at a frame's end after 50 ms. A slow stream would wait for its twentieth packet,
// so anything pending leaves after 200 ms.

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"

namespace portico::media::forwarding {

class TransportFeedback {
 public:
  // Arrivals kept: enough for 200 ms at 10,000 packets/s. A number further ahead pushes the oldest
  // out unreported.
  static constexpr std::size_t kWindow = 2048;

  TransportFeedback(Ssrc sender, Ssrc media) : sender_(sender), media_(media) {}

  // libwebrtc ignores feedback whose media SSRC is none of its own sending streams: name one that
  // is alive.
  void set_media(Ssrc media) { media_ = media; }
  void record(std::uint16_t sequence, bool marker, Instant arrival);
  bool due(Instant now) const;
  std::optional<Instant> next_deadline() const;
  // One RTCP packet (not compound, RFC 5506) for what is pending, at most 1100 bytes; empty when
  // nothing is. When more is pending than fits, due() stays true: call again.
  ByteVector take(Instant now);

  std::size_t pending() const { return pending_; }

 private:
  static constexpr std::size_t kMaxStatusesPerPacket = 400;
  std::size_t slot(std::int64_t sequence) const {
    return static_cast<std::size_t>(sequence) % kWindow;
  }
  std::int64_t unwrap(std::uint16_t sequence) const;
  void advance(std::int64_t sequence);

  Ssrc sender_;
  Ssrc media_;
  std::array<std::int64_t, kWindow> arrivals_{};  // ticks of 250 us + 1; 0: not arrived
  std::int64_t next_base_ = -1;                   // first sequence number that wasn't reported
  std::int64_t highest_ = -1;
  std::size_t pending_ = 0;
  bool marker_ = false;
  Instant last_sent_;  // or the first arrival, before anything was sent
  std::optional<Instant> first_pending_;
  std::uint8_t feedback_count_ = 0;
};

}  // namespace portico::media::forwarding
