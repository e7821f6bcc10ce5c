#pragma once
// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01):
// tells a sender when each of its packets arrived. Times are in ticks of 250 us; the reference time
// counts 64 ms and is 24 bits wide.
//
//   |V=2|P| FMT=15  |    PT=205     |            length             |
//   |            SSRC of sender     |        SSRC of media source   |  (32 bits each)
//   |      base sequence number     |      packet status count      |
//   |                 reference time                | fb pkt. count |
//   |          packet chunk         |         packet chunk          |
//   |   recv delta  |  recv delta (8 or 16 bits) ... padding

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace portico::codec::rtcp {

struct TransportFeedback {
  static constexpr std::size_t kMaxStatuses = 4096;  // more in one packet is refused
  static constexpr std::int32_t kNotReceived = INT32_MIN;

  Ssrc sender;
  Ssrc media;
  std::uint16_t base_sequence = 0;
  std::uint32_t reference_time = 0;  // 64 ms, 24 bits
  std::uint8_t feedback_count = 0;
  // One entry per sequence number from base_sequence on: kNotReceived, or ticks of 250 us after the
  // previous received packet (the first one: after the reference time). -32768..32767.
  std::vector<std::int32_t> deltas;

  bool operator==(const TransportFeedback&) const = default;
};

// Takes the body after the common RTCP header (sender SSRC first). Errors: truncated, invalid,
// limit.
Result<TransportFeedback> parse_transport_feedback(Bytes body);

// Appends a whole RTCP packet to `out`, choosing run-length, one-bit or two-bit chunks, whichever
// covers more. Deltas out of range are a caller's error: such packets are encoded as not received.
// False, and nothing written: empty, more than kMaxStatuses.
bool write_transport_feedback(const TransportFeedback& feedback, ByteVector& out);

}  // namespace portico::codec::rtcp
