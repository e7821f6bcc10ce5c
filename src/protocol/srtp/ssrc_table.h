#pragma once
// A bounded map from SSRC to a small state. Entries lie densely in one vector; a power-of-two index
// of 16-bit positions with linear probing finds them. Grows on demand up to the bound; finding
// never allocates.

#include <algorithm>
#include <cstdint>
#include <vector>

namespace portico::protocol::srtp {

template <class State>
class SsrcTable {
 public:
  // 1 <= capacity <= 32767; values outside are brought to the nearest bound.
  explicit SsrcTable(std::size_t capacity)
      : capacity_(std::clamp<std::size_t>(capacity, 1, 32'767)), index_(16, kEmpty) {}

  std::size_t size() const { return entries_.size(); }
  bool full() const { return entries_.size() >= capacity_; }

  // Marks the entry as just used. The pointer is valid until the next insert or erase.
  State* find(std::uint32_t ssrc) {
    std::size_t slot = slot_of(ssrc);
    if (index_[slot] == kEmpty) return nullptr;
    Entry& entry = entries_[index_[slot]];
    entry.last_used = ++clock_;
    return &entry.state;
  }

  // The SSRC must not be in the table. Null when full.
  State* insert(std::uint32_t ssrc) {
    if (full()) return nullptr;
    if ((entries_.size() + 1) * 2 > index_.size()) rebuild(index_.size() * 2);
    index_[slot_of(ssrc)] = static_cast<std::uint16_t>(entries_.size());
    entries_.push_back({ssrc, ++clock_, State{}});
    return &entries_.back().state;
  }

  // As insert, but makes room by dropping the entry unused for longest.
  State& insert_evicting(std::uint32_t ssrc) {
    if (full()) {
      auto oldest = std::min_element(
          entries_.begin(), entries_.end(),
          [](const Entry& a, const Entry& b) { return a.last_used < b.last_used; });
      erase(oldest->ssrc);
    }
    return *insert(ssrc);
  }

  void erase(std::uint32_t ssrc) {
    std::size_t slot = slot_of(ssrc);
    if (index_[slot] == kEmpty) return;
    std::size_t position = index_[slot];
    entries_[position] = std::move(entries_.back());
    entries_.pop_back();
    rebuild(index_.size());
  }

 private:
  struct Entry {
    std::uint32_t ssrc;
    std::uint64_t last_used;
    State state;
  };
  static constexpr std::uint16_t kEmpty = 0xffff;

  // Where the SSRC is, or the free slot where it would go. At most half of the slots are taken, so
  // the search ends.
  std::size_t slot_of(std::uint32_t ssrc) const {
    std::size_t mask = index_.size() - 1;
    std::size_t slot = static_cast<std::size_t>((ssrc * 0x9e37'79b9'7f4a'7c15ULL) >> 32) & mask;
    while (index_[slot] != kEmpty && entries_[index_[slot]].ssrc != ssrc) slot = (slot + 1) & mask;
    return slot;
  }

  void rebuild(std::size_t size) {
    index_.assign(size, kEmpty);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      index_[slot_of(entries_[i].ssrc)] = static_cast<std::uint16_t>(i);
    }
  }

  std::size_t capacity_;
  std::uint64_t clock_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint16_t> index_;
};

}  // namespace portico::protocol::srtp
