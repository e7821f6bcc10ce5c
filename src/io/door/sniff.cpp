#include "io/door/sniff.h"

namespace portico::io::door {

namespace {

constexpr std::uint32_t kStunCookie = 0x2112A442;  // RFC 8489 section 5
constexpr std::size_t kStunHeader = 20;
constexpr std::uint8_t kTlsHandshake = 0x16;  // RFC 8446 section 5.1, ContentType

// Type below 0x4000 and a length that is a multiple of four (RFC 8489 section 5).
bool stun_start(Bytes b) {
  return b[0] < 0x40 && (b[3] & 3) == 0 && load32(b.data() + 4) == kStunCookie;
}

}  // namespace

Sniffed sniff(Bytes first) {
  if (first.empty()) return Sniffed::need_more;
  std::uint8_t byte = first[0];
  if (byte == kTlsHandshake) return Sniffed::tls;
  if (byte >= 'A' && byte <= 'Z') return Sniffed::http;
  // A STUN request's type starts with 0x00 or 0x01, the length of a first frame with 0x00 to 0x08.
  if (byte > kMaxFirstFrame >> 8) return Sniffed::unrecognised;
  if (first.size() < 8) return Sniffed::need_more;
  if (stun_start(first)) return Sniffed::stun;
  if (first.size() < 10) return Sniffed::need_more;
  std::size_t length = load16(first.data());
  if (length < kStunHeader || length > kMaxFirstFrame || !stun_start(first.subspan(2)))
    return Sniffed::unrecognised;
  return first.size() >= length + 2 ? Sniffed::ice_tcp : Sniffed::need_more;
}

}  // namespace portico::io::door
