#include "codec/stun/stream.h"

#include "codec/stun/message.h"

namespace portico::codec::stun {

Result<StreamFrame> read_stream_frame(Bytes head) {
  if (head.size() < 4) return fail(ErrorCode::truncated, "stun stream frame");
  std::size_t length = load16(head.data() + 2);
  if (head[0] <= 3) {
    if (length % 4 != 0) return fail(ErrorCode::invalid, "stun message length");
    if (head.size() >= 8 && load32(head.data() + 4) != kMagicCookie) {
      return fail(ErrorCode::invalid, "stun magic cookie");
    }
    std::size_t size = kHeaderSize + length;
    return StreamFrame{StreamFrame::Kind::stun, size, size};
  }
  // Channel numbers 0x4000..0x4FFF (RFC 8656 12).
  if (head[0] >= 0x40 && head[0] <= 0x4F) {
    std::size_t size = 4 + length;
    return StreamFrame{StreamFrame::Kind::channel_data, size, (size + 3) & ~std::size_t{3}};
  }
  return fail(ErrorCode::invalid, "neither stun nor channel data");
}

}  // namespace portico::codec::stun
