#pragma once
// The SRTP protection profiles that DTLS-SRTP can negotiate with browsers, and what they cost on
// the wire. RFC 5764 section 4.1.2, RFC 7714 section 14.2.

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace portico::protocol::srtp {

// The values are the IANA numbers of the use_srtp extension.
enum class Profile : std::uint16_t {
  aes128_cm_sha1_80 = 1,
  aead_aes_128_gcm = 7,
  aead_aes_256_gcm = 8,
};

// A master key and salt for one direction, as the DTLS exporter yields them: key_size() and
// salt_size() bytes.
struct KeyMaterial {
  ByteVector key;
  ByteVector salt;
};

// Which crypto library works. `automatic` takes IPsec-MB when it was built in, the processor has
// AES-NI and CLMUL and its self-test passes; otherwise OpenSSL. Profile aes128_cm_sha1_80 always
// runs on OpenSSL.
enum class Backend : std::uint8_t { automatic, openssl, ipsec_mb };
bool backend_available(Backend backend);

constexpr bool is_aead(Profile p) { return p != Profile::aes128_cm_sha1_80; }
constexpr std::size_t key_size(Profile p) { return p == Profile::aead_aes_256_gcm ? 32 : 16; }
constexpr std::size_t salt_size(Profile p) { return is_aead(p) ? 12 : 14; }
// Tags at the end of a packet: HMAC-SHA1-80 truncates to 10 bytes, GCM always has 16.
constexpr std::size_t tag_size(Profile p) { return is_aead(p) ? 16 : 10; }
constexpr std::size_t rtp_overhead(Profile p) { return tag_size(p); }
// RTCP also carries the E flag and 31-bit index.
constexpr std::size_t rtcp_overhead(Profile p) { return tag_size(p) + 4; }
// No profile adds more than this to any packet.
constexpr std::size_t kMaxOverhead = 20;

// Bytes before the payload: fixed header, CSRCs and header extension (RFC 3550 5.1, 5.3.1). These
// stay readable and are authenticated. Errors: truncated, invalid (version is not 2).
Result<std::size_t> rtp_header_size(Bytes packet);

}  // namespace portico::protocol::srtp
