#pragma once
// The state cookie (RFC 9260 sections 5.1.3, 5.2.4): what we would have to remember after answering
// an INIT, given to the peer instead, with a keyed MAC so that it comes back unchanged.

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"

namespace portico::protocol::sctp {

// What we know of the other side after the handshake.
struct PeerInfo {
  std::uint32_t tag = 0;
  std::uint32_t initial_tsn = 0;
  std::uint32_t window = 0;  // bytes
  std::uint16_t outbound_streams = 0;
  std::uint16_t inbound_streams = 0;
  bool forward_tsn = false;
  bool re_config = false;
  bool zero_checksum = false;
  bool operator==(const PeerInfo&) const = default;
};

struct Cookie {
  std::uint32_t local_tag = 0;
  std::uint32_t local_initial_tsn = 0;
  PeerInfo peer;
  // The tags of the association that existed when the cookie was made; zero if none did.
  std::uint32_t tie_local = 0;
  std::uint32_t tie_peer = 0;
  Instant created{};
  bool operator==(const Cookie&) const = default;
};

class CookieJar {
 public:
  explicit CookieJar(Random& random) { random.fill(key_); }

  ByteVector seal(const Cookie& cookie) const;
  // Empty if it is not exactly what seal() gave away.
  std::optional<Cookie> open(Bytes sealed) const;

 private:
  std::array<std::uint8_t, 16> key_{};
};

// SipHash-2-4 (Aumasson and Bernstein, 2012): a 64-bit MAC for short messages.
std::uint64_t siphash24(const std::array<std::uint8_t, 16>& key, Bytes data);

}  // namespace portico::protocol::sctp
