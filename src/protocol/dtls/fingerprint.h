#pragma once
// Certificate fingerprints as SDP writes them: a hash name and "AA:BB:..." (RFC 8122 section 5).

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace portico::protocol::dtls {

enum class Hash : std::uint8_t { sha256, sha384, sha512 };

struct Fingerprint {
  Hash hash = Hash::sha256;
  ByteVector digest;
  bool operator==(const Fingerprint&) const = default;
};

// Both arguments in any case. Errors: unsupported (another hash; md5 and sha-1 are refused),
// invalid (not pairs of digits between colons, or the wrong number of them).
Result<Fingerprint> parse_fingerprint(std::string_view hash, std::string_view value);

// "AA:BB:..."
std::string fingerprint_text(Bytes digest);

}  // namespace portico::protocol::dtls
