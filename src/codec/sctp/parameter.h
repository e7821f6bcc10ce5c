#pragma once
// Type-length-value parameters (RFC 9260 section 3.2.1): inside INIT, INIT ACK and RE-CONFIG; error
// causes have the same form.
//
//   |          parameter type       |       parameter length        |   the length counts these
//   four bytes, not the padding |  parameter value ...                                          |

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "codec/sctp/packet.h"

namespace portico::codec::sctp {

namespace parameter_type {
inline constexpr std::uint16_t kHeartbeatInfo = 1;
inline constexpr std::uint16_t kStateCookie = 7;
inline constexpr std::uint16_t kUnrecognized = 8;
inline constexpr std::uint16_t kOutgoingReset = 13;            // RFC 6525 section 4.1
inline constexpr std::uint16_t kIncomingReset = 14;            // 4.2
inline constexpr std::uint16_t kTsnReset = 15;                 // 4.3
inline constexpr std::uint16_t kReconfigResponse = 16;         // 4.4
inline constexpr std::uint16_t kAddOutgoingStreams = 17;       // 4.5
inline constexpr std::uint16_t kAddIncomingStreams = 18;       // 4.6
inline constexpr std::uint16_t kZeroChecksum = 0x8001;         // RFC 9653 section 4
inline constexpr std::uint16_t kSupportedExtensions = 0x8008;  // RFC 5061 section 4.2.7
inline constexpr std::uint16_t kForwardTsn = 0xC000;           // RFC 3758 section 3.1
}  // namespace parameter_type

namespace error_cause {
inline constexpr std::uint16_t kInvalidStream = 1;
inline constexpr std::uint16_t kStaleCookie = 3;
inline constexpr std::uint16_t kOutOfResource = 4;
inline constexpr std::uint16_t kUnrecognizedChunk = 6;
inline constexpr std::uint16_t kNoUserData = 9;
inline constexpr std::uint16_t kUserAbort = 12;
inline constexpr std::uint16_t kProtocolViolation = 13;
}  // namespace error_cause

struct Parameter {
  std::uint16_t type = 0;
  Bytes value;  // without the header and padding
  UnknownAction unknown_action() const { return static_cast<UnknownAction>(type >> 14); }
};

// Walks parameters; after the end, or after the first malformed one, next() is empty and
// malformed() tells which.
class ParameterCursor {
 public:
  explicit ParameterCursor(Bytes data) : rest_(data) {}
  std::optional<Parameter> next();
  bool malformed() const { return malformed_; }

 private:
  Bytes rest_;
  bool malformed_ = false;
};

// Appends one parameter. Padding to four bytes is written only with `pad` (the last parameter of a
// chunk need not have it, since the chunk is padded itself and its length must not count that, RFC
// 9260 section 3.2).
void write_parameter(ByteWriter& out, std::uint16_t type, Bytes value, bool pad = true);

}  // namespace portico::codec::sctp
