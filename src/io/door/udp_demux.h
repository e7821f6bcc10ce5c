#pragma once
// What a datagram is, by its first byte: RFC 7983 as updated by RFC 9443.
//
//   0..3 STUN   16..19 ZRTP (dropped)   20..63 DTLS   64..79 TURN channel   80..127 QUIC short
//   128..191 RTP/RTCP   192..255 QUIC long
//
// RTP and RTCP share 128..191; the second byte tells them apart (RFC 5761 section 4: 192..223 is
// RTCP).

#include <cstdint>

#include "base/bytes.h"

namespace portico::io::door {

enum class PacketKind : std::uint8_t { stun, dtls, turn_channel, rtp, rtcp, quic, unknown };

// Too short for its kind is `unknown`: STUN 20 bytes with the magic cookie, DTLS 13, TURN channel
// 4, RTP 12, RTCP 8.
inline PacketKind classify(Bytes packet) {
  if (packet.empty()) return PacketKind::unknown;
  std::uint8_t first = packet[0];
  std::size_t size = packet.size();
  if (first < 4)
    return size >= 20 && load32(packet.data() + 4) == 0x2112A442U ? PacketKind::stun
                                                                  : PacketKind::unknown;
  if (first >= 20 && first < 64) return size >= 13 ? PacketKind::dtls : PacketKind::unknown;
  if (first >= 64 && first < 80) return size >= 4 ? PacketKind::turn_channel : PacketKind::unknown;
  if (first >= 128 && first < 192) {
    bool rtcp = size >= 2 && packet[1] >= 192 && packet[1] <= 223;
    if (size < (rtcp ? 8U : 12U)) return PacketKind::unknown;
    return rtcp ? PacketKind::rtcp : PacketKind::rtp;
  }
  if (first >= 80 && first < 128) return PacketKind::quic;
  if (first >= 192) return PacketKind::quic;
  return PacketKind::unknown;
}

}  // namespace portico::io::door
