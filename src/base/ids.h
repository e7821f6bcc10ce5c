#pragma once
// Strong types for the numbers and names that must not be mixed up.

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace portico {

template <class Tag, class T>
struct Strong {
  T value{};
  constexpr Strong() = default;
  constexpr explicit Strong(T v) : value(std::move(v)) {}
  auto operator<=>(const Strong&) const = default;
};

using Ssrc = Strong<struct SsrcTag, std::uint32_t>;
using PayloadType = Strong<struct PayloadTypeTag, std::uint8_t>;  // 0..127

// Bits per second.
struct Bitrate {
  std::int64_t bps = 0;
  auto operator<=>(const Bitrate&) const = default;
};

// RFC 1982 serial arithmetic on 16 and 32 bits: is `a` newer than `b`?
constexpr bool newer16(std::uint16_t a, std::uint16_t b) {
  return a != b && static_cast<std::uint16_t>(a - b) < 0x8000;
}
constexpr bool newer32(std::uint32_t a, std::uint32_t b) {
  return a != b && static_cast<std::uint32_t>(a - b) < 0x8000'0000U;
}

// Extends 16-bit RTP sequence numbers to 64 bits; tolerates reordering by up to 32767 in either
// direction.
class SequenceUnwrapper {
 public:
  std::int64_t unwrap(std::uint16_t sequence) {
    if (!started_) {
      started_ = true;
      last_ = sequence;
      return last_;
    }
    auto delta = static_cast<std::int16_t>(
        static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(last_)));
    std::int64_t result = last_ + delta;
    if (delta > 0) last_ = result;
    return result;
  }

 private:
  std::int64_t last_ = 0;  // highest so far
  bool started_ = false;
};

}  // namespace portico

template <class Tag, class T>
struct std::hash<portico::Strong<Tag, T>> {
  std::size_t operator()(const portico::Strong<Tag, T>& s) const { return std::hash<T>{}(s.value); }
};
