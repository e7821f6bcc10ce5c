#pragma once
// What was sent under which sequence number: 16 bytes a packet, enough to build it again from the
// UpTrack's ring. Video keeps 1024, audio 256 packets; older NACKs find nothing.

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace portico::media::forwarding {

struct HistoryEntry {
  static constexpr std::uint8_t kMaxAnswers = 3;
  static constexpr std::int64_t kTickMs = 4;

  std::uint32_t timestamp = 0;        // outgoing
  std::uint16_t source_sequence = 0;  // incoming
  std::uint16_t sequence = 0;         // outgoing
  std::uint16_t picture = 0;          // outgoing VP8 picture id
  std::uint16_t frame_number = 0;     // outgoing, of the dependency descriptor
  std::uint8_t tl0 = 0;
  std::uint8_t key_idx : 5 = 0;
  std::uint8_t layer : 3 = 0;
  std::uint16_t answers : 2 = 0;
  std::uint16_t answered_at : 14 = 0;  // ticks of 4 ms, modulo 65 s

  // May this packet be answered now? At most three times, 100 ms apart. Counts the answer.
  bool take_answer(Instant now);
};
static_assert(sizeof(HistoryEntry) == 16);

class History {
 public:
  // `size` is a power of two.
  explicit History(std::size_t size) : entries_(size), used_(size, false) {}

  HistoryEntry& add(std::uint16_t sequence);
  HistoryEntry* find(std::uint16_t sequence);
  void forget_layer(std::uint8_t layer);

 private:
  std::size_t slot(std::uint16_t sequence) const { return sequence & (entries_.size() - 1); }
  std::vector<HistoryEntry> entries_;
  std::vector<bool> used_;
};

}  // namespace portico::media::forwarding
