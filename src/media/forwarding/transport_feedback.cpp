#include "media/forwarding/transport_feedback.h"

#include <algorithm>

#include "codec/rtcp/transport_cc.h"

namespace portico::media::forwarding {
namespace {

constexpr std::size_t kFewPending = 20;
constexpr std::size_t kManyPending = 100;
constexpr Duration kInterval = 100ms;
constexpr Duration kFrameInterval = 50ms;
constexpr Duration kLongest = 200ms;
constexpr std::int64_t kTicksPerReference = 256;  // 64 ms of 250 us

std::int64_t ticks(Instant t) { return t.time_since_epoch() / 250us; }

}  // namespace

std::int64_t TransportFeedback::unwrap(std::uint16_t sequence) const {
  if (highest_ < 0) return 0x10000 + static_cast<std::int64_t>(sequence);
  return highest_ + static_cast<std::int16_t>(static_cast<std::uint16_t>(
                        sequence - static_cast<std::uint16_t>(highest_)));
}

void TransportFeedback::advance(std::int64_t sequence) {
  const std::int64_t first =
      std::max(highest_ + 1, sequence - static_cast<std::int64_t>(kWindow) + 1);
  for (std::int64_t i = first; i <= sequence; ++i) {
    std::int64_t& arrival = arrivals_[slot(i)];
    // What falls out of the window unreported is no longer pending.
    const std::int64_t previous = i - static_cast<std::int64_t>(kWindow);
    if (arrival != 0 && previous >= next_base_ && pending_ > 0) --pending_;
    arrival = 0;
  }
  highest_ = sequence;
  next_base_ = std::max(next_base_, sequence - static_cast<std::int64_t>(kWindow) + 1);
}

void TransportFeedback::record(std::uint16_t number, bool marker, Instant arrival) {
  const std::int64_t sequence = unwrap(number);
  if (highest_ < 0) {
    next_base_ = sequence;
    highest_ = sequence - 1;
    last_sent_ = arrival;
  }
  if (sequence > highest_) advance(sequence);
  if (sequence <= highest_ - static_cast<std::int64_t>(kWindow)) return;
  std::int64_t& slot_value = arrivals_[slot(sequence)];
  if (slot_value != 0) return;
  slot_value = ticks(arrival) + 1;
  // Overtaken by packets that were reported already: the report starts again here.
  next_base_ = std::min(next_base_, sequence);
  ++pending_;
  marker_ = marker_ || marker;
  if (!first_pending_) first_pending_ = arrival;
}

bool TransportFeedback::due(Instant now) const {
  if (pending_ == 0) return false;
  if (first_pending_ && now - *first_pending_ >= kLongest) return true;
  if (pending_ <= kFewPending) return false;
  const Duration since = now - last_sent_;
  return since >= kInterval || pending_ > kManyPending || (marker_ && since >= kFrameInterval);
}

std::optional<Instant> TransportFeedback::next_deadline() const {
  if (pending_ == 0 || !first_pending_) return std::nullopt;
  if (pending_ > kManyPending) return last_sent_;
  const Instant slow = *first_pending_ + kLongest;
  if (pending_ <= kFewPending) return slow;
  return std::min(slow, last_sent_ + (marker_ ? kFrameInterval : kInterval));
}

ByteVector TransportFeedback::take(Instant now) {
  ByteVector packet;
  if (pending_ == 0) return packet;
  codec::rtcp::TransportFeedback feedback;
  feedback.sender = sender_;
  feedback.media = media_;

  std::int64_t first = next_base_;
  while (first <= highest_ && arrivals_[slot(first)] == 0) ++first;
  // A hole so long that it would fill the packet is told only in its last part.
  const std::int64_t base =
      std::max(next_base_, first - static_cast<std::int64_t>(kMaxStatusesPerPacket) / 2);
  std::int64_t previous = (arrivals_[slot(first)] - 1) / kTicksPerReference * kTicksPerReference;
  feedback.base_sequence = static_cast<std::uint16_t>(base);
  feedback.reference_time = static_cast<std::uint32_t>(previous / kTicksPerReference) & 0xFFFFFF;
  feedback.feedback_count = feedback_count_++;

  std::int64_t next = base;
  for (; next <= highest_ && feedback.deltas.size() < kMaxStatusesPerPacket; ++next) {
    const std::int64_t arrival = arrivals_[slot(next)];
    if (arrival == 0) {
      feedback.deltas.push_back(codec::rtcp::TransportFeedback::kNotReceived);
      continue;
    }
    const std::int64_t delta = arrival - 1 - previous;
    if (delta < -32768 || delta > 32767)
      break;  // eight seconds: the next packet starts with its own reference time
    feedback.deltas.push_back(static_cast<std::int32_t>(delta));
    previous = arrival - 1;
    if (pending_ > 0) --pending_;
  }
  next_base_ = next;
  if (next > highest_) pending_ = 0;
  last_sent_ = now;
  marker_ = false;
  first_pending_ = pending_ > 0 ? first_pending_ : std::nullopt;
  codec::rtcp::write_transport_feedback(feedback, packet);
  return packet;
}

}  // namespace portico::media::forwarding
