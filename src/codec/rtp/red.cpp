#include "codec/rtp/red.h"

namespace portico::codec::rtp {

Result<RedPayload> parse_red(Bytes payload) {
  RedPayload red;
  ByteReader reader(payload);
  std::array<std::size_t, RedPayload::kMaxRedundant> sizes{};
  while (true) {
    const std::uint8_t head = reader.u8();
    if (!reader.ok()) return fail(ErrorCode::truncated, "RED header");
    if ((head & 0x80) == 0) {
      red.primary.payload_type = PayloadType(head & 0x7F);
      break;
    }
    const std::uint32_t rest = reader.u24();
    if (red.redundant_count == RedPayload::kMaxRedundant)
      return fail(ErrorCode::limit, "RED blocks");
    RedBlock& block = red.redundant_storage[red.redundant_count];
    block.payload_type = PayloadType(head & 0x7F);
    block.timestamp_offset = static_cast<std::uint16_t>(rest >> 10);
    sizes[red.redundant_count++] = rest & 0x3FF;
  }
  for (std::size_t i = 0; i < red.redundant_count; ++i) {
    red.redundant_storage[i].data = reader.bytes(sizes[i]);
  }
  if (!reader.ok()) return fail(ErrorCode::truncated, "RED block");
  red.primary.data = reader.rest();
  return red;
}

Bytes red_primary(Bytes payload) {
  std::size_t headers = 0;
  std::size_t data = 0;
  for (std::size_t blocks = 0;; ++blocks) {
    if (headers >= payload.size() || blocks > RedPayload::kMaxRedundant) return {};
    if ((payload[headers] & 0x80) == 0) break;
    if (payload.size() - headers < 4) return {};
    data += load16(payload.data() + headers + 2) & 0x3FFU;
    headers += 4;
  }
  const std::size_t start = headers + 1 + data;
  return start < payload.size() ? payload.subspan(start) : Bytes();
}

}  // namespace portico::codec::rtp
