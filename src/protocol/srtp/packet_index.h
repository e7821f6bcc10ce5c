#pragma once
// Packet indices: estimating the rollover counter (RFC 3711 3.3.1) and the sliding replay window
// (3.3.2).

#include <array>
#include <cstdint>

namespace portico::protocol::srtp {

constexpr std::int64_t kMaxPacketIndex = (std::int64_t{1} << 48) - 1;

// The index of a packet with this sequence number when `highest` is the highest index so far: the
// one closest to it, in a tie the one with the same rollover counter. Negative: the packet lies
// before the first rollover.
constexpr std::int64_t estimate_index(std::int64_t highest, std::uint16_t sequence) {
  auto newest = static_cast<std::uint16_t>(highest);
  std::int64_t delta = static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - newest));
  if (delta == -32768 && sequence > newest) delta = 32768;
  return highest + delta;
}

// Remembers which of the last `Size` indices were seen. Size is a multiple of 64.
template <std::size_t Size>
class ReplayWindow {
 public:
  bool started() const { return highest_ >= 0; }
  std::int64_t highest() const { return highest_; }

  // May this index be accepted: neither seen nor too old?
  bool acceptable(std::int64_t index) const {
    if (index > highest_) return true;
    if (highest_ - index >= static_cast<std::int64_t>(Size)) return false;
    return (word(index) & bit(index)) == 0;
  }

  void accept(std::int64_t index) {
    if (index > highest_) {
      if (highest_ < 0 || index - highest_ >= static_cast<std::int64_t>(Size)) {
        bits_.fill(0);
      } else {
        for (std::int64_t i = highest_ + 1; i < index; ++i) word(i) &= ~bit(i);
      }
      highest_ = index;
    }
    word(index) |= bit(index);
  }

 private:
  static std::size_t position(std::int64_t index) { return static_cast<std::size_t>(index) % Size; }
  static std::uint64_t bit(std::int64_t index) {
    return std::uint64_t{1} << (position(index) % 64);
  }
  std::uint64_t& word(std::int64_t index) { return bits_[position(index) / 64]; }
  const std::uint64_t& word(std::int64_t index) const { return bits_[position(index) / 64]; }

  std::int64_t highest_ = -1;
  std::array<std::uint64_t, Size / 64> bits_{};
};

}  // namespace portico::protocol::srtp
