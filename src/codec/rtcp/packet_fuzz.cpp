// What parse() accepts can be written again and reads back equal.

#include <cstdlib>

#include "codec/rtcp/packet.h"
#include "codec/rtcp/writer.h"

using namespace portico;
using namespace portico::codec::rtcp;

namespace {

// Values that the wire can express in more than one way, or that the writer is documented to
// change.
bool canonical(const Packet& packet) {
  if (const auto* nack = std::get_if<Nack>(&packet)) {
    if (nack->lost.empty()) return false;
    for (std::size_t i = 1; i < nack->lost.size(); ++i) {
      if (!newer16(nack->lost[i], nack->lost[i - 1])) return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto packets = parse(Bytes(data, size));
  if (!packets) return 0;
  if (packets->size() > kMaxPackets) std::abort();
  for (const Packet& packet : *packets) {
    if (!canonical(packet)) continue;
    Writer writer(1 << 20);
    if (!writer.add(packet)) std::abort();
    const auto again = parse(writer.view());
    if (!again || again->size() != 1 || !(again->front() == packet)) std::abort();
  }
  return 0;
}
