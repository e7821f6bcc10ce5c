#include <cstdlib>

#include "base/bytes.h"
#include "protocol/jwt/jwt.h"

// Nothing that was not signed with the secret is ever accepted; whatever is a payload survives
// signing.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portico;
  using namespace portico::protocol::jwt;
  const std::string_view text = as_text(Bytes(data, size));
  const KeyLookup keys = [](std::string_view) { return std::optional<std::string>("right"); };
  const KeyLookup others = [](std::string_view) { return std::optional<std::string>("wrong"); };
  if (verify(text, keys, WallTime{})) std::abort();
  const std::string token = sign(text, "right");
  if (verify(token, others, WallTime{})) std::abort();
  const auto verified = verify(token, keys, WallTime{});
  if (verified && verified->payload != text) std::abort();
  if (*unverified_payload(token) != text) std::abort();
  return 0;
}
