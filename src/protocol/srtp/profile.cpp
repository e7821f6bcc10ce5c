#include "protocol/srtp/profile.h"

#include <array>

#include "protocol/srtp/crypto.h"

namespace portico::protocol::srtp {

bool backend_available(Backend backend) {
  if (backend != Backend::ipsec_mb) return true;
  constexpr std::array<std::uint8_t, 16> kAnyKey{};
  return make_ipsec_mb_aead(kAnyKey) != nullptr;
}

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
// |                           timestamp                           |
// |           synchronization source (SSRC) identifier            |
// |            contributing source (CSRC) identifiers (CC)        |
// |   defined by profile (if X)   |   extension words             |
Result<std::size_t> rtp_header_size(Bytes packet) {
  if (packet.size() < 12) return fail(ErrorCode::truncated, "RTP header");
  if (packet[0] >> 6 != 2) return fail(ErrorCode::invalid, "RTP version");
  std::size_t size = 12 + 4 * static_cast<std::size_t>(packet[0] & 0x0f);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < size + 4) return fail(ErrorCode::truncated, "RTP header extension");
    size += 4 + 4 * static_cast<std::size_t>(load16(packet.data() + size + 2));
  }
  if (packet.size() < size) return fail(ErrorCode::truncated, "RTP header");
  return size;
}

}  // namespace portico::protocol::srtp
