#pragma once
// One decrypted packet in an UpTrack's ring and what parsing found out about it, once, for all
// subscribers.
//
//   cell:  [ header extension elements ][ 2 bytes of headroom ][ payload ]
//
// The headroom takes the original sequence number when the packet is answered over RTX (RFC 4588),
// and the VP8 descriptor is rewritten where it stands: both keep the payload in one piece, so that
// it is encrypted straight from the cell. Each sender writes them anew from the values below right
// before it sends; nobody may rely on them otherwise.

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/rtp/codec.h"
#include "codec/rtp/vp8.h"

namespace portico::media::forwarding {

// Header extensions that pass from publisher to subscriber unchanged (the dependency descriptor:
// but for its frame number).
enum class Passed : std::uint8_t {
  audio_level,
  dependency_descriptor,
  abs_capture_time,
  video_orientation,
  playout_delay
};
inline constexpr std::size_t kPassedCount = 5;

// Extension ids of one peer connection's section; 0: not negotiated.
struct ExtensionIds {
  std::uint8_t audio_level = 0;
  std::uint8_t dependency_descriptor = 0;
  std::uint8_t abs_capture_time = 0;
  std::uint8_t video_orientation = 0;
  std::uint8_t playout_delay = 0;
  std::uint8_t abs_send_time = 0;  // down only: written anew

  std::array<std::uint8_t, kPassedCount> passed() const {
    return {audio_level, dependency_descriptor, abs_capture_time, video_orientation, playout_delay};
  }
};

struct StoredPacket {
  static constexpr std::size_t kHeadroom = 2;

  struct Slice {
    std::uint16_t offset = 0;
    std::uint8_t size = 0;  // 0: the packet doesn't carry it
  };

  std::int64_t sequence =
      -1;  // unwrapped: never repeats, the low 16 bits are the publisher's number
  std::uint8_t* cell = nullptr;
  Instant arrival;
  std::uint32_t timestamp = 0;
  std::uint16_t payload_offset = 0;
  std::uint16_t payload_size = 0;  // 0: padding only, nothing for a decoder
  codec::rtp::Codec codec = codec::rtp::Codec::unknown;
  std::uint8_t audio_level = 127;  // -dBov, 127 when the packet doesn't tell
  bool has_audio_level = false;
  bool marker = false;
  bool frame_start = false;
  bool key_frame = false;  // first packet of a picture that a decoder can start with
  bool recovered = false;  // came over RTX
  bool has_vp8 = false;
  codec::rtp::Vp8Descriptor vp8;
  std::array<Slice, kPassedCount> extensions;

  MutableBytes payload() const { return {cell + payload_offset, payload_size}; }
  Bytes extension(Passed which) const {
    const Slice& slice = extensions[static_cast<std::size_t>(which)];
    return {cell + slice.offset, slice.size};
  }
};

}  // namespace portico::media::forwarding
