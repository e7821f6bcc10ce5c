// First byte: framing. What parses must survive serialise and parse unchanged.
#include "base/check.h"
#include "codec/livekit/messages.h"

using namespace portico::codec::livekit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Framing framing = data[0] % 2 == 0 ? Framing::binary : Framing::json;
  const auto request = parse_signal_request({data + 1, size - 1}, framing);
  if (!request) return 0;
  const std::string once = serialise(*request, Framing::binary);
  const auto again = parse_signal_request(portico::as_bytes(once), Framing::binary);
  PORTICO_CHECK(again.has_value());
  PORTICO_CHECK(serialise(*again, Framing::binary).size() == once.size());
  return 0;
}
