#pragma once
// The mandatory part of the AV1 dependency descriptor (AV1 RTP specification, A.8.2), which also
// VP9 and H.264 senders may attach:
//
//   |S|E| template id (6) |  frame number (16)  |  optional part ...
//
// Frame numbers are relative references, so a forwarder that joins two streams only has to shift
// them.

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace portico::codec::rtp {

struct DependencyDescriptor {
  bool frame_start = false;
  bool frame_end = false;
  std::uint8_t template_id = 0;  // 0..63
  std::uint16_t frame_number = 0;
  bool has_structure = false;  // template structure attached: only with key frames
};

// nullopt: shorter than three bytes.
std::optional<DependencyDescriptor> parse_dependency_descriptor(Bytes element);
void rewrite_frame_number(MutableBytes element, std::uint16_t frame_number);

}  // namespace portico::codec::rtp
