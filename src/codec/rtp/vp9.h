#pragma once
// VP9 payload descriptor (RFC 9628 section 4.2), as far as forwarding needs it; the scalability
// structure is skipped over.
//
//        0 1 2 3 4 5 6 7
//       |I|P|L|F|B|E|V|Z|
//   I:  |M| PICTURE ID  |  M=1: 15 bits
//   L:  | TID |U| SID |D|
//       |   TL0PICIDX   |  only when F=0

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace portico::codec::rtp {

struct Vp9Descriptor {
  bool inter_predicted = false;  // P
  bool flexible = false;         // F
  bool frame_start = false;      // B: start of a layer frame
  bool frame_end = false;        // E
  bool has_structure = false;    // V
  std::uint8_t picture_id_bits = 0;
  std::uint16_t picture_id = 0;
  bool has_layers = false;
  std::uint8_t tid = 0;
  std::uint8_t sid = 0;
  bool switching_up = false;  // U
  bool inter_layer = false;   // D
  bool has_tl0_pic_idx = false;
  std::uint8_t tl0_pic_idx = 0;

  bool key_frame() const { return !inter_predicted && frame_start && sid == 0; }
};

// nullopt: truncated.
std::optional<Vp9Descriptor> parse_vp9(Bytes payload);

}  // namespace portico::codec::rtp
