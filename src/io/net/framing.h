#pragma once
// RFC 4571: packets in a TCP stream.
//
//    0                   1
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
//   +-------------------------------+----------------
//   |            LENGTH             |  packet ...
//   +-------------------------------+----------------
//
// LENGTH counts the packet only; zero is allowed and carries nothing.

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace portico::io::net {

inline constexpr std::size_t kFrameHeader = 2;

// Cuts a byte stream into packets. Feed bytes, then take packets until none is left. Buffers at
// most one packet of 65535 bytes plus what one feed() brought.
class Deframer {
 public:
  // Appends; invalidates packets taken before.
  void feed(Bytes data);
  // The next whole packet, never empty; valid until the next feed().
  std::optional<MutableBytes> next();
  std::size_t buffered() const { return buffer_.size() - start_; }

 private:
  ByteVector buffer_;
  std::size_t start_ = 0;
};

}  // namespace portico::io::net
