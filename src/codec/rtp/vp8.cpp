#include "codec/rtp/vp8.h"

namespace portico::codec::rtp {

std::optional<Vp8Descriptor> parse_vp8(Bytes payload) {
  ByteReader reader(payload);
  Vp8Descriptor d;
  const std::uint8_t first = reader.u8();
  d.non_reference = (first & 0x20) != 0;
  d.start_of_partition = (first & 0x10) != 0;
  d.partition = first & 0x07;
  if ((first & 0x80) != 0) {
    const std::uint8_t flags = reader.u8();
    if ((flags & 0x80) != 0) {
      d.picture_id_offset = static_cast<std::uint8_t>(reader.position());
      const std::uint8_t high = reader.u8();
      const bool wide = (high & 0x80) != 0;
      d.picture_id_bits = wide ? 15 : 7;
      d.picture_id = high & 0x7F;
      if (wide) d.picture_id = static_cast<std::uint16_t>(d.picture_id << 8 | reader.u8());
    }
    if ((flags & 0x40) != 0) {
      d.has_tl0_pic_idx = true;
      d.tl0_pic_idx_offset = static_cast<std::uint8_t>(reader.position());
      d.tl0_pic_idx = reader.u8();
    }
    if ((flags & 0x30) != 0) {
      d.tid_key_idx_offset = static_cast<std::uint8_t>(reader.position());
      const std::uint8_t value = reader.u8();
      d.has_tid = (flags & 0x20) != 0;
      d.has_key_idx = (flags & 0x10) != 0;
      if (d.has_tid) {
        d.tid = static_cast<std::uint8_t>(value >> 6);
        d.layer_sync = (value & 0x20) != 0;
      }
      if (d.has_key_idx) d.key_idx = value & 0x1F;
    }
  }
  d.size = static_cast<std::uint8_t>(reader.position());
  const std::uint8_t frame_tag = reader.u8();  // RFC 7741 4.3: lowest bit P, 0 means key frame
  if (!reader.ok()) return std::nullopt;
  d.key_frame = d.frame_start() && (frame_tag & 0x01) == 0;
  return d;
}

void rewrite_vp8(MutableBytes payload, const Vp8Descriptor& d, const Vp8Rewrite& values) {
  if (payload.size() < d.size) return;
  if (d.picture_id_bits == 15) {
    store16(payload.data() + d.picture_id_offset,
            static_cast<std::uint16_t>(0x8000 | (values.picture_id & 0x7FFF)));
  } else if (d.picture_id_bits == 7) {
    payload[d.picture_id_offset] = static_cast<std::uint8_t>(values.picture_id & 0x7F);
  }
  if (d.has_tl0_pic_idx) payload[d.tl0_pic_idx_offset] = values.tl0_pic_idx;
  if (d.has_key_idx) {
    std::uint8_t& byte = payload[d.tid_key_idx_offset];
    byte = static_cast<std::uint8_t>((byte & 0xE0) | (values.key_idx & 0x1F));
  }
}

}  // namespace portico::codec::rtp
