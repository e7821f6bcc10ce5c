#pragma once
// The Data Channel Establishment Protocol (RFC 8832): an OPEN message that names a channel on its
// stream, and an ACK. Both are user messages with payload protocol identifier 50, ordered and
// reliable.
//
//   |  type = 0x03  |  channel type |            priority           |
//   |                     reliability parameter                     |
//   |         label length          |        protocol length        |
//   |  label ... protocol ...                                       |

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace portico::codec::sctp {

// Payload protocol identifiers (RFC 8831 section 8). Empty messages travel as one zero byte,
// because SCTP can't send none.
namespace ppid {
inline constexpr std::uint32_t kDcep = 50;
inline constexpr std::uint32_t kString = 51;
inline constexpr std::uint32_t kBinary = 53;
inline constexpr std::uint32_t kStringEmpty = 56;
inline constexpr std::uint32_t kBinaryEmpty = 57;
}  // namespace ppid

struct ChannelOpen {
  bool ordered = true;
  // At most one of the two is set; neither means reliable.
  std::optional<std::uint32_t> max_retransmits;
  std::optional<std::uint32_t> max_lifetime_ms;
  std::uint16_t priority =
      256;  // RFC 8831 section 6.4: 128 below normal, 256 normal, 512 high, 1024 extra high
  std::string label;  // UTF-8, at most 65535 bytes
  std::string protocol;
  bool operator==(const ChannelOpen&) const = default;
};

bool is_channel_ack(Bytes message);
ByteVector write_channel_ack();

// Errors: truncated, invalid (message type, channel type).
Result<ChannelOpen> parse_channel_open(Bytes message);
// Labels and protocols beyond 65535 bytes are cut.
ByteVector write_channel_open(const ChannelOpen& open);

}  // namespace portico::codec::sctp
