// Odd first byte: the rest is the query parameter itself; even: it is the WrappedJoinRequest inside
// the base64 text, which gets the fuzzer past the outer layer.
#include "base/check.h"
#include "codec/base64/base64.h"
#include "codec/livekit/messages.h"

using namespace portico::codec;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const portico::Bytes rest(data + 1, size - 1);
  const auto request = livekit::parse_join_request(
      data[0] % 2 == 1 ? std::string(portico::as_text(rest)) : base64::encode_url(rest));
  if (!request) return 0;
  const auto again = livekit::parse_join_request(livekit::encode_join_request(*request));
  PORTICO_CHECK(again.has_value());
  PORTICO_CHECK(*again == *request);
  return 0;
}
