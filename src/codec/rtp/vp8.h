#pragma once
// VP8 payload descriptor (RFC 7741 section 4.2).
//
//        0 1 2 3 4 5 6 7
//       |X|R|N|S|R| PID | required
//   X:  |I|L|T|K| RSV   |
//   I:  |M| PictureID   |  M=1: 15 bits, one byte more
//   L:  |   TL0PICIDX   |
//   T/K:|TID|Y| KEYIDX  |

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace portico::codec::rtp {

struct Vp8Descriptor {
  bool start_of_partition = false;  // S
  std::uint8_t partition = 0;       // PID
  bool non_reference = false;       // N
  bool key_frame =
      false;  // only meaningful on the first packet of a frame (P bit of the VP8 payload header)
  bool layer_sync = false;  // Y

  std::uint8_t picture_id_bits = 0;  // 0 absent, 7 or 15
  bool has_tl0_pic_idx = false;
  bool has_tid = false;
  bool has_key_idx = false;
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_pic_idx = 0;
  std::uint8_t tid = 0;      // 0..3
  std::uint8_t key_idx = 0;  // 0..31

  // Byte offsets of the rewritable fields within the payload; 0 absent.
  std::uint8_t picture_id_offset = 0;
  std::uint8_t tl0_pic_idx_offset = 0;
  std::uint8_t tid_key_idx_offset = 0;
  std::uint8_t size = 0;  // of the whole descriptor, 1..6

  bool frame_start() const { return start_of_partition && partition == 0; }
};

// nullopt: truncated, or a descriptor without payload.
std::optional<Vp8Descriptor> parse_vp8(Bytes payload);

// Writes picture id (modulo 2^7 or 2^15 as the payload has it), TL0PICIDX and KEYIDX in place:
// fields that the descriptor doesn't have are left out, so its size never changes. `descriptor`
// must come from parse_vp8() of this very payload.
struct Vp8Rewrite {
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_pic_idx = 0;
  std::uint8_t key_idx = 0;
};
void rewrite_vp8(MutableBytes payload, const Vp8Descriptor& descriptor, const Vp8Rewrite& values);

}  // namespace portico::codec::rtp
