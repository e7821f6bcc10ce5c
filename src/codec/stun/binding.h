#pragma once
// The public STUN service: tells anybody the address their packet came from (RFC 8489 6.3, 12), and
// nothing more. It answers strangers, so it must not be worth abusing: the answer to a 20-byte
// request is 32 bytes over IPv4 (1.6 times) and 44 over IPv6 (2.2 times), never a larger ratio, and
// whatever else arrives is met with silence.

#include <optional>

#include "base/bytes.h"
#include "base/socket_address.h"

namespace portico::codec::stun {

// The answer to send back to `source`, or nullopt for: not STUN, not a Binding request, a wrong
// FINGERPRINT, or a request with USERNAME or MESSAGE-INTEGRITY (an ICE check for somebody we don't
// know). FINGERPRINT is added if the request had one. Unknown comprehension-required attributes are
// answered with 420 and their list, as far as the size bound allows it.
std::optional<ByteVector> answer_binding(Bytes request, const SocketAddress& source);

}  // namespace portico::codec::stun
