#pragma once
// Session keys out of a master key and salt with the AES-CM pseudo-random function (RFC 3711 4.3;
// RFC 6188 and RFC 7714 section 11 for 256-bit keys). The key derivation rate is always 0, as
// DTLS-SRTP has it.

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/srtp/profile.h"

namespace portico::protocol::srtp {

// RFC 3711 4.3.2.
enum class KeyLabel : std::uint8_t {
  rtp_encryption = 0,
  rtp_authentication = 1,
  rtp_salt = 2,
  rtcp_encryption = 3,
  rtcp_authentication = 4,
  rtcp_salt = 5,
};

// Fills `out` (at most 16 * 65536 bytes). The salt is 14 bytes or, for GCM, 12 (padded with zeros
// on the right, RFC 7714 section 11).
Result<void> derive_key(const KeyMaterial& master, KeyLabel label, MutableBytes out);

}  // namespace portico::protocol::srtp
