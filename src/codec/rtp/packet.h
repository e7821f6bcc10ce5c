#pragma once
// A read-only view of one RTP packet (RFC 3550 section 5.1, header extensions RFC 8285). Nothing is
// copied: every span points into the packet given to parse_packet(), which must outlive the view.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//   |                           timestamp                           |
//   |                             SSRC                              |
//   |                     CSRC (CC times 32 bits)                   |
//   |  0xBEDE or 0x100x profile     |   length in 32-bit words      |   if X
//   |                     header extension elements ...             |
//   |                     payload ... padding, last byte = its size |   if P

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace portico::codec::rtp {

inline constexpr std::size_t kMinHeaderSize = 12;
inline constexpr std::uint16_t kOneByteProfile = 0xBEDE;  // RFC 8285 4.2
inline constexpr std::uint16_t kTwoByteProfile =
    0x1000;  // RFC 8285 4.3, low four bits are "appbits"

// Finds the element `id` (1..14 one-byte, 1..255 two-byte form) in an extension block without its
// four-byte head. A malformed tail ends the search: elements before it are still found. Unknown
// profiles hold no elements.
std::optional<Bytes> find_extension(std::uint16_t profile, Bytes block, std::uint8_t id);

struct Packet {
  bool marker = false;
  PayloadType payload_type;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  Ssrc ssrc;
  Bytes csrcs;                          // four bytes each
  std::uint16_t extension_profile = 0;  // 0: the packet has no extension block
  Bytes extensions;                     // elements, without the four-byte head
  Bytes payload;                        // without padding
  std::uint8_t padding = 0;             // bytes of padding, its count byte included
  std::size_t header_size = 0;          // fixed part, CSRCs and extension block

  std::optional<Bytes> extension(std::uint8_t id) const {
    return find_extension(extension_profile, extensions, id);
  }
  // Probes and keep-alives carry nothing for a decoder (libwebrtc sends them on the media SSRC
  // between frames).
  bool padding_only() const { return payload.empty(); }
};

// Errors: truncated (shorter than its header says), invalid (version other than 2, padding larger
// than the payload).
Result<Packet> parse_packet(Bytes data);

// True when the first bytes are those of RTP or RTCP (RFC 7983: first byte 128..191); rtcp()
// separates the two (RFC 5761 4).
bool looks_like_rtp(Bytes data);
bool looks_like_rtcp(Bytes data);

// RFC 6464: loudness of the packet in -dBov (0 loudest, 127 silence) and the voice-activity bit.
struct AudioLevel {
  std::uint8_t level = 127;
  bool voice = false;
};
std::optional<AudioLevel> parse_audio_level(Bytes element);

// abs-send-time: 24 bits, 6.18 fixed-point seconds. The instant's zero doesn't matter to receivers.
std::uint32_t abs_send_time(std::int64_t nanoseconds);

}  // namespace portico::codec::rtp
