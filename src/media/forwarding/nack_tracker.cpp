#include "media/forwarding/nack_tracker.h"

#include <algorithm>
#include <cmath>

namespace portico::media::forwarding {
namespace {

constexpr Duration kFirst = 20ms;
constexpr Duration kShortest = 20ms;
constexpr Duration kLongest = 400ms;
constexpr double kBackOff = 1.25;

}  // namespace

bool NackTracker::missing(std::int64_t first, std::int64_t last, Instant now) {
  if (last < first) return true;
  if (static_cast<std::uint64_t>(last - first) + 1 > kMaxTracked - count_) {
    clear();
    return false;
  }
  for (std::int64_t sequence = first; sequence <= last; ++sequence) {
    entries_[count_++] = Entry{sequence, now + kFirst, 0};
  }
  return true;
}

void NackTracker::arrived(std::int64_t sequence) {
  Entry* end = entries_.data() + count_;
  Entry* found = std::lower_bound(
      entries_.data(), end, sequence,
      [](const Entry& entry, std::int64_t value) { return entry.sequence < value; });
  if (found == end || found->sequence != sequence) return;
  std::move(found + 1, end, found);
  --count_;
}

Duration NackTracker::interval(int tries) const {
  const Duration base = std::clamp(round_trip_, kShortest, kLongest);
  return std::chrono::duration_cast<Duration>(base * std::pow(kBackOff, tries - 1));
}

std::size_t NackTracker::take_due(std::span<std::uint16_t> out, Instant now) {
  std::size_t written = 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    Entry entry = entries_[i];
    if (entry.due <= now) {
      if (entry.tries >= kMaxTries) continue;  // the last answer had its time
      if (written < out.size()) {
        out[written++] = static_cast<std::uint16_t>(entry.sequence);
        ++entry.tries;
        entry.due = now + interval(entry.tries);
      }
    }
    entries_[kept++] = entry;
  }
  count_ = kept;
  return written;
}

std::optional<Instant> NackTracker::next_deadline() const {
  std::optional<Instant> earliest;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!earliest || entries_[i].due < *earliest) earliest = entries_[i].due;
  }
  return earliest;
}

}  // namespace portico::media::forwarding
