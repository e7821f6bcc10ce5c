#pragma once
// TSNs and stream sequence numbers wrap; inside we count in 64 bits, where ordinary comparison
// works.

#include <cstdint>

namespace portico::protocol::sctp {

// The 64-bit number nearest to `reference` whose lowest 32 bits are `value` (RFC 1982 serial
// arithmetic).
constexpr std::int64_t unwrap32(std::uint32_t value, std::int64_t reference) {
  return reference + static_cast<std::int32_t>(value - static_cast<std::uint32_t>(reference));
}
constexpr std::int64_t unwrap16(std::uint16_t value, std::int64_t reference) {
  auto delta = static_cast<std::uint16_t>(value - static_cast<std::uint16_t>(reference));
  return reference + static_cast<std::int16_t>(delta);
}

}  // namespace portico::protocol::sctp
