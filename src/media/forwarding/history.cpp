#include "media/forwarding/history.h"

namespace portico::media::forwarding {
namespace {

constexpr std::int64_t kRepeatMs = 100;
constexpr std::uint16_t kTickMask = 0x3FFF;

}  // namespace

bool HistoryEntry::take_answer(Instant now) {
  if (answers >= kMaxAnswers) return false;
  const auto ticks =
      static_cast<std::uint16_t>((to_ms(now.time_since_epoch()) / kTickMs) & kTickMask);
  if (answers > 0) {
    const auto since = static_cast<std::uint16_t>((ticks - answered_at) & kTickMask);
    if (since * kTickMs < kRepeatMs) return false;
  }
  ++answers;
  answered_at = ticks & kTickMask;
  return true;
}

HistoryEntry& History::add(std::uint16_t sequence) {
  HistoryEntry& entry = entries_[slot(sequence)];
  entry = HistoryEntry();
  entry.sequence = sequence;
  used_[slot(sequence)] = true;
  return entry;
}

HistoryEntry* History::find(std::uint16_t sequence) {
  HistoryEntry& entry = entries_[slot(sequence)];
  return used_[slot(sequence)] && entry.sequence == sequence ? &entry : nullptr;
}

void History::forget_layer(std::uint8_t layer) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].layer == layer) used_[i] = false;
  }
}

}  // namespace portico::media::forwarding
