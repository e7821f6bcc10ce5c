#include <cstdlib>

#include "base/bytes.h"
#include "protocol/livekit/token.h"

// Claims of any shape: an answer or an error; what was read once is read the same after minting.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portico;
  using namespace portico::protocol::livekit;
  const KeyLookup keys = [](std::string_view) { return std::optional<std::string>("secret"); };
  const WallTime now{1'000'000'000'000};
  auto grants =
      verify_token(portico::protocol::jwt::sign(as_text(Bytes(data, size)), "secret"), keys, now);
  if (!grants) return 0;
  const std::string token = mint_token(*grants, "key", "secret", now);
  auto again = verify_token(token, keys, now);
  if (!again) std::abort();
  again->issuer = grants->issuer;
  again->expires_at = grants->expires_at;
  if (!(*again == *grants)) std::abort();
  return 0;
}
