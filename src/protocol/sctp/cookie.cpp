#include "protocol/sctp/cookie.h"

#include <bit>

namespace portico::protocol::sctp {
namespace {

constexpr std::size_t kBodySize = 44;
constexpr std::size_t kMacSize = 8;

std::uint64_t load64_little(const std::uint8_t* p) { return __builtin_bswap64(load64(p)); }

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t siphash24(const std::array<std::uint8_t, 16>& key, Bytes data) {
  std::uint64_t k0 = load64_little(key.data());
  std::uint64_t k1 = load64_little(key.data() + 8);
  SipState state{k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU, k0 ^ 0x6c7967656e657261U,
                 k1 ^ 0x7465646279746573U};
  std::uint64_t last = static_cast<std::uint64_t>(data.size()) << 56;
  for (; data.size() >= 8; data = data.subspan(8)) state.absorb(load64_little(data.data()));
  for (std::size_t i = 0; i < data.size(); ++i) {
    last |= static_cast<std::uint64_t>(data[i]) << (8 * i);
  }
  state.absorb(last);
  state.v2 ^= 0xFF;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

ByteVector CookieJar::seal(const Cookie& cookie) const {
  ByteWriter out;
  out.u32(cookie.local_tag);
  out.u32(cookie.local_initial_tsn);
  out.u32(cookie.peer.tag);
  out.u32(cookie.peer.initial_tsn);
  out.u32(cookie.peer.window);
  out.u16(cookie.peer.outbound_streams);
  out.u16(cookie.peer.inbound_streams);
  out.u8(static_cast<std::uint8_t>((cookie.peer.forward_tsn ? 1 : 0) |
                                   (cookie.peer.re_config ? 2 : 0) |
                                   (cookie.peer.zero_checksum ? 4 : 0)));
  out.u32(cookie.tie_local);
  out.u32(cookie.tie_peer);
  out.u64(static_cast<std::uint64_t>(cookie.created.time_since_epoch().count()));
  out.zeros(kBodySize - out.size());
  out.u64(siphash24(key_, out.view()));
  return out.take();
}

std::optional<Cookie> CookieJar::open(Bytes sealed) const {
  if (sealed.size() != kBodySize + kMacSize) return std::nullopt;
  if (load64(&sealed[kBodySize]) != siphash24(key_, sealed.first(kBodySize))) return std::nullopt;
  ByteReader reader(sealed);
  Cookie cookie;
  cookie.local_tag = reader.u32();
  cookie.local_initial_tsn = reader.u32();
  cookie.peer.tag = reader.u32();
  cookie.peer.initial_tsn = reader.u32();
  cookie.peer.window = reader.u32();
  cookie.peer.outbound_streams = reader.u16();
  cookie.peer.inbound_streams = reader.u16();
  std::uint8_t flags = reader.u8();
  cookie.peer.forward_tsn = (flags & 1) != 0;
  cookie.peer.re_config = (flags & 2) != 0;
  cookie.peer.zero_checksum = (flags & 4) != 0;
  cookie.tie_local = reader.u32();
  cookie.tie_peer = reader.u32();
  cookie.created = Instant(Duration(static_cast<std::int64_t>(reader.u64())));
  return cookie;
}

}  // namespace portico::protocol::sctp
