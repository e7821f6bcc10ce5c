#pragma once
// Which protocol a TCP client speaks, from its first bytes. Pure; see door.h for the table.

#include <cstdint>

#include "base/bytes.h"

namespace portico::io::door {

enum class Sniffed : std::uint8_t { need_more, tls, http, stun, ice_tcp, unrecognised };

// The first frame of an ICE-TCP connection is a connectivity check; anything longer is not one.
inline constexpr std::size_t kMaxFirstFrame = 2048;

// `first`: everything received so far. `ice_tcp` is only said once the first frame is whole;
// need_more never for more than kMaxFirstFrame + 2 bytes.
Sniffed sniff(Bytes first);

}  // namespace portico::io::door
