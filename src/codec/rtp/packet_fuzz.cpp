// Every RTP parser on the same input: views stay inside the packet, and a rewritten VP8 descriptor
// reads back as written.

#include <cstdlib>
#include <vector>

#include "codec/rtp/codec.h"
#include "codec/rtp/dependency_descriptor.h"
#include "codec/rtp/packet.h"
#include "codec/rtp/red.h"
#include "codec/rtp/vp8.h"
#include "codec/rtp/vp9.h"

using namespace portico;
using namespace portico::codec::rtp;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool inside(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_payload(Bytes payload) {
  for (Codec codec : {Codec::opus, Codec::vp8, Codec::vp9, Codec::h264, Codec::h265, Codec::av1}) {
    is_key_frame(codec, payload);
    is_frame_start(codec, payload);
  }
  parse_vp9(payload);
  parse_dependency_descriptor(payload);
  const Bytes primary = red_primary(payload);
  require(inside(primary, payload));
  if (const auto red = parse_red(payload)) {
    require(inside(red->primary.data, payload));
    require(red->primary.data.size() == primary.size());
    for (const RedBlock& block : red->redundant()) require(inside(block.data, payload));
  }
  if (const auto vp8 = parse_vp8(payload)) {
    std::vector<std::uint8_t> copy(payload.begin(), payload.end());
    rewrite_vp8(copy, *vp8, {0x1234, 0x56, 0x17});
    const auto again = parse_vp8(copy);
    require(again && again->size == vp8->size && again->key_frame == vp8->key_frame);
    if (again->picture_id_bits == 15) require(again->picture_id == 0x1234);
    if (again->picture_id_bits == 7) require(again->picture_id == 0x34);
    if (again->has_tl0_pic_idx) require(again->tl0_pic_idx == 0x56);
    if (again->has_key_idx) require(again->key_idx == 0x17);
    require(again->tid == vp8->tid && again->layer_sync == vp8->layer_sync);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  check_payload(input);
  looks_like_rtp(input);
  looks_like_rtcp(input);
  if (const auto packet = parse_packet(input)) {
    require(inside(packet->payload, input) && inside(packet->extensions, input) &&
            inside(packet->csrcs, input));
    require(packet->header_size + packet->payload.size() + packet->padding == size);
    for (unsigned id = 0; id < 256; ++id) {
      if (const auto element = packet->extension(static_cast<std::uint8_t>(id))) {
        require(inside(*element, packet->extensions));
      }
    }
    check_payload(packet->payload);
  }
  return 0;
}
