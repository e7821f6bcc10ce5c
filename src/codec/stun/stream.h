#pragma once
// STUN and TURN over TCP or TLS carry no framing of their own: the first four bytes say how long
// the message is (RFC 8489 6.2.2, RFC 8656 12.5). ICE-TCP's two-byte framing (RFC 4571) is
// something else and the door's business.

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace portico::codec::stun {

struct StreamFrame {
  enum class Kind : std::uint8_t { stun, channel_data };
  Kind kind = Kind::stun;
  std::size_t size = 0;    // bytes of the message itself, header included
  std::size_t stride = 0;  // where the next message starts: ChannelData is padded to 4 over streams
};

// Looks at the start of a stream. Errors: truncated (fewer than 4 bytes yet; a complete frame may
// still need more than are there), invalid (neither STUN nor ChannelData: close the connection).
// "GET " would pass for ChannelData: a stream's first message must be STUN, later ones may be
// either.
Result<StreamFrame> read_stream_frame(Bytes head);

}  // namespace portico::codec::stun
