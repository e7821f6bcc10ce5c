#include "io/net/framing.h"

namespace portico::io::net {

void Deframer::feed(Bytes data) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
  start_ = 0;
  buffer_.insert(buffer_.end(), data.begin(), data.end());
}

std::optional<MutableBytes> Deframer::next() {
  while (buffered() >= kFrameHeader) {
    std::size_t length = load16(buffer_.data() + start_);
    if (buffered() < kFrameHeader + length) return std::nullopt;
    MutableBytes packet(buffer_.data() + start_ + kFrameHeader, length);
    start_ += kFrameHeader + length;
    if (length > 0) return packet;
  }
  return std::nullopt;
}

}  // namespace portico::io::net
