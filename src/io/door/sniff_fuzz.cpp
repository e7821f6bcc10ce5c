#include <cstdlib>

#include "io/door/sniff.h"
#include "io/door/udp_demux.h"

// A verdict never changes when more bytes arrive, and one is reached within the bound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using portico::io::door::Sniffed;
  portico::Bytes all(data, size);
  Sniffed verdict = Sniffed::need_more;
  for (std::size_t n = 0; n <= size; ++n) {
    Sniffed now = portico::io::door::sniff(all.first(n));
    if (verdict != Sniffed::need_more && now != verdict) std::abort();
    if (now == Sniffed::need_more && n > portico::io::door::kMaxFirstFrame + 2) std::abort();
    verdict = now;
  }
  static_cast<void>(portico::io::door::classify(all));
  return 0;
}
