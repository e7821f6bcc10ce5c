#include "codec/rtp/vp9.h"

namespace portico::codec::rtp {

std::optional<Vp9Descriptor> parse_vp9(Bytes payload) {
  ByteReader reader(payload);
  Vp9Descriptor d;
  const std::uint8_t flags = reader.u8();
  d.inter_predicted = (flags & 0x40) != 0;
  d.flexible = (flags & 0x10) != 0;
  d.frame_start = (flags & 0x08) != 0;
  d.frame_end = (flags & 0x04) != 0;
  d.has_structure = (flags & 0x02) != 0;
  if ((flags & 0x80) != 0) {
    const std::uint8_t high = reader.u8();
    const bool wide = (high & 0x80) != 0;
    d.picture_id_bits = wide ? 15 : 7;
    d.picture_id = high & 0x7F;
    if (wide) d.picture_id = static_cast<std::uint16_t>(d.picture_id << 8 | reader.u8());
  }
  if ((flags & 0x20) != 0) {
    const std::uint8_t layers = reader.u8();
    d.has_layers = true;
    d.tid = static_cast<std::uint8_t>(layers >> 5);
    d.switching_up = (layers & 0x10) != 0;
    d.sid = (layers >> 1) & 0x07;
    d.inter_layer = (layers & 0x01) != 0;
    if (!d.flexible) {
      d.has_tl0_pic_idx = true;
      d.tl0_pic_idx = reader.u8();
    }
  }
  if (!reader.ok()) return std::nullopt;
  return d;
}

}  // namespace portico::codec::rtp
