#include <algorithm>
#include <cstdlib>

#include "io/net/framing.h"

// However the stream is chopped, the packets are the same, and what is left is less than a packet.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  portico::Bytes stream(data + 1, size - 1);
  std::size_t step = data[0] + std::size_t{1};
  portico::io::net::Deframer whole;
  portico::io::net::Deframer pieces;
  whole.feed(stream);
  for (portico::Bytes rest = stream; !rest.empty();) {
    std::size_t take = std::min(step, rest.size());
    pieces.feed(rest.first(take));
    rest = rest.subspan(take);
    while (auto packet = pieces.next()) {
      auto same = whole.next();
      if (!same || !std::equal(packet->begin(), packet->end(), same->begin(), same->end()))
        std::abort();
    }
  }
  if (whole.next() || whole.buffered() != pieces.buffered()) std::abort();
  return 0;
}
