#pragma once
// JSON Web Tokens in compact form (RFC 7519, RFC 7515 section 3.1), signed with HMAC-SHA-256 and
// nothing else. The algorithm is pinned here, not read from the token: a header that says anything
// but HS256 is refused before a key is looked at.
//
// The claims stay JSON text at this border: callers read the claims that are theirs; this folder
// judges the ones that every token shares (iss, exp, nbf, iat).

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace portico::protocol::jwt {

// 512 KiB of metadata and 64 KiB of attributes in base64, with room for the rest.
inline constexpr std::size_t kMaxTokenSize = 1024 * 1024;

// Clocks of other machines may be this far off.
inline constexpr Duration kDefaultLeeway = std::chrono::seconds(60);

// Secret of an API key (the token's `iss`), or nothing if the key is not known.
using KeyLookup = std::function<std::optional<std::string>(std::string_view issuer)>;

struct Verified {
  std::string issuer;           // `iss`; never empty
  std::string payload;          // the claims, a JSON object
  std::int64_t expires_at = 0;  // `exp`, seconds since 1970
};

// Checks form, algorithm, signature, `exp` (required), `nbf` and `iat`, in constant time with
// regard to the secret. Errors, each with a sentence for a person:
//   limit            larger than kMaxTokenSize
//   invalid          not three base64url parts, not JSON, claims of the wrong type, no `iss`, no
//   `exp` unsupported      `alg` is not HS256, or the header demands extensions (`crit`)
//   unauthenticated  unknown key, wrong signature, expired, not valid yet
Result<Verified> verify(std::string_view token, const KeyLookup& keys, WallTime now,
                        Duration leeway = kDefaultLeeway);

// The claims without any check of the signature: for messages and tests, never for a decision.
// Errors: invalid, limit.
Result<std::string> unverified_payload(std::string_view token);

// Signs a JSON object. The caller has put `iss` and `exp` into it.
std::string sign(std::string_view payload_json, std::string_view secret);

}  // namespace portico::protocol::jwt
