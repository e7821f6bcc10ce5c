#include "protocol/sctp/in_flight.h"

#include <algorithm>
#include <map>
#include <utility>

#include "protocol/sctp/serial.h"

namespace portico::protocol::sctp {
namespace {

// "When a TSN is reported as missing for the third time, it is marked for retransmission" (RFC 9260
// section 7.2.4).
constexpr std::uint8_t kMissesForLoss = 3;

}  // namespace

InFlight::InFlight(std::uint32_t initial_tsn, bool partial)
    : cumulative_(static_cast<std::int64_t>(initial_tsn) - 1), partial_(partial) {}

std::size_t InFlight::Chunk::wire_size() const { return size + codec::sctp::kDataHeaderSize; }

void InFlight::set_state(Chunk& chunk, State state) {
  if (chunk.state == State::in_flight) bytes_ -= chunk.wire_size();
  if (chunk.state == State::lost) --lost_;
  chunk.state = state;
  if (state == State::in_flight) bytes_ += chunk.wire_size();
  if (state == State::lost) ++lost_;
}

codec::sctp::DataChunk InFlight::describe(std::int64_t tsn, const Chunk& chunk) const {
  codec::sctp::DataChunk data;
  data.tsn = static_cast<std::uint32_t>(tsn);
  data.stream = chunk.message->stream;
  data.ssn = chunk.message->ssn;
  data.ppid = chunk.message->ppid;
  data.unordered = chunk.message->unordered;
  data.begin = chunk.offset == 0;
  data.end = chunk.last;
  data.payload = Bytes(chunk.message->payload).subspan(chunk.offset, chunk.size);
  return data;
}

codec::sctp::DataChunk InFlight::add(const Fragment& fragment, Instant now) {
  Chunk chunk;
  chunk.message = fragment.message;
  chunk.offset = fragment.offset;
  chunk.size = fragment.size;
  chunk.last = fragment.end();
  chunk.transmissions = 1;
  chunk.order = ++order_;
  chunk.sent = now;
  bytes_ += chunk.wire_size();
  chunks_.push_back(std::move(chunk));
  return describe(last_assigned(), chunks_.back());
}

void InFlight::acknowledge(Chunk& chunk, Acknowledged& result, std::uint64_t& newest, Instant now) {
  if (chunk.state == State::acknowledged) return;
  newest = std::max(newest, chunk.order);
  if (chunk.state == State::abandoned) return;  // the peer is to skip it all the same
  result.bytes += chunk.wire_size();
  if (chunk.transmissions == 1) result.rtt = now - chunk.sent;
  set_state(chunk, State::acknowledged);
}

void InFlight::pop_acknowledged(std::int64_t cumulative, Acknowledged& result,
                                std::uint64_t& newest, Instant now) {
  while (cumulative_ < cumulative) {
    Chunk& front = chunks_.front();
    acknowledge(front, result, newest, now);
    if (front.last) released_ += front.message->charge();
    chunks_.pop_front();
    ++cumulative_;
    result.advanced = true;
  }
}

InFlight::Acknowledged InFlight::sack(const codec::sctp::SackChunk& sack, Instant now) {
  Acknowledged result;
  std::int64_t cumulative = unwrap32(sack.cumulative_tsn, cumulative_);
  if (cumulative < cumulative_ || cumulative > last_assigned()) return result;
  result.valid = true;
  std::uint64_t newest = 0;
  pop_acknowledged(cumulative, result, newest, now);
  if (result.advanced) time_outs_ = 0;
  std::size_t reported = 0;
  for (const codec::sctp::GapBlock& block : sack.gaps) {
    if (block.end > chunks_.size()) break;
    for (std::size_t i = block.start; i <= block.end; ++i) {
      acknowledge(chunks_[i - 1], result, newest, now);
    }
    reported = block.end;
  }
  if (newest > 0) result.loss = find_losses(reported, newest, now);
  return result;
}

bool InFlight::find_losses(std::size_t count, std::uint64_t newest, Instant now) {
  bool found = false;
  for (std::size_t i = 0; i < std::min(count, chunks_.size()); ++i) {
    Chunk& chunk = chunks_[i];
    if (chunk.state != State::in_flight || chunk.order >= newest) continue;
    if (++chunk.misses < kMissesForLoss) continue;
    found = true;
    lose(i, now);
  }
  return found;
}

void InFlight::timed_out(Instant now) {
  // A peer may drop what it acknowledged in gap blocks (RFC 9260 section 6.2). If time-outs repeat
  // without progress, we send those chunks again too.
  bool reneged = ++time_outs_ >= 3;
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    State state = chunks_[i].state;
    if (state == State::in_flight || (reneged && state == State::acknowledged)) lose(i, now);
  }
}

bool InFlight::may_repeat(const Chunk& chunk, Instant now) const {
  if (!partial_) return true;
  if (chunk.message->abandoned) return false;
  if (chunk.message->expires && *chunk.message->expires <= now) return false;
  return !chunk.message->max_retransmits || chunk.transmissions <= *chunk.message->max_retransmits;
}

void InFlight::lose(std::size_t index, Instant now) {
  Chunk& chunk = chunks_[index];
  std::int64_t tsn = cumulative_ + 1 + static_cast<std::int64_t>(index);
  if (lost_ == 0 || tsn < lost_from_) lost_from_ = tsn;
  chunk.misses = 0;
  set_state(chunk, State::lost);
  if (!may_repeat(chunk, now)) abandon_at(index);
}

void InFlight::abandon(const MessagePtr& message) {
  if (!chunks_.empty() && chunks_.back().message == message) {
    abandon_at(chunks_.size() - 1);
  } else {
    abandon_rest(message);
  }
}

// The chunks of a message are neighbours.
void InFlight::abandon_at(std::size_t index) {
  MessagePtr message = chunks_[index].message;
  std::size_t first = index;
  while (first > 0 && chunks_[first - 1].message == message) --first;
  for (std::size_t i = first; i < chunks_.size() && chunks_[i].message == message; ++i) {
    set_state(chunks_[i], State::abandoned);
  }
  abandon_rest(message);
}

void InFlight::abandon_rest(const MessagePtr& message) {
  if (message->abandoned) return;
  message->abandoned = true;
  ++abandoned_messages_;
  if (message->sent == message->payload.size()) return;
  Chunk placeholder;
  placeholder.message = message;
  placeholder.offset = message->sent;
  placeholder.last = true;
  placeholder.state = State::abandoned;
  chunks_.push_back(std::move(placeholder));
}

std::optional<codec::sctp::DataChunk> InFlight::retransmit(std::size_t space, Instant now) {
  std::int64_t first = cumulative_ + 1;
  for (std::int64_t tsn = std::max(first, lost_from_); lost_ > 0 && tsn <= last_assigned(); ++tsn) {
    auto index = static_cast<std::size_t>(tsn - first);
    Chunk& chunk = chunks_[index];
    if (chunk.state != State::lost) continue;
    if (!may_repeat(chunk, now)) {
      abandon_at(index);
      continue;
    }
    if (chunk.wire_size() > space) return std::nullopt;
    set_state(chunk, State::in_flight);
    ++chunk.transmissions;
    ++retransmitted_;
    chunk.order = ++order_;
    chunk.sent = now;
    lost_from_ = tsn + 1;
    return describe(tsn, chunk);
  }
  return std::nullopt;
}

bool InFlight::forward_needed() const {
  return !chunks_.empty() && chunks_.front().state == State::abandoned;
}

std::vector<codec::sctp::ForwardTsnChunk> InFlight::forward() const {
  std::vector<codec::sctp::ForwardTsnChunk> forwards;
  std::size_t i = 0;
  while (i < chunks_.size() && chunks_[i].state == State::abandoned &&
         forwards.size() < kMaxForwards) {
    std::map<std::uint16_t, std::uint16_t> skipped;
    // Only what was given up: an acknowledged fragment may belong to a message that is still
    // wanted.
    for (; i < chunks_.size() && chunks_[i].state == State::abandoned; ++i) {
      const OutgoingMessage& message = *chunks_[i].message;
      if (message.unordered) continue;
      if (!skipped.contains(message.stream) && skipped.size() == kMaxSkippedStreams) break;
      skipped[message.stream] = message.ssn;
    }
    codec::sctp::ForwardTsnChunk forward;
    forward.new_cumulative_tsn =
        static_cast<std::uint32_t>(cumulative_ + static_cast<std::int64_t>(i));
    forward.skipped.reserve(skipped.size());
    for (auto [stream, ssn] : skipped) forward.skipped.push_back({stream, ssn});
    forwards.push_back(std::move(forward));
    // The peer's own cumulative TSN will move over what it has.
    while (i < chunks_.size() && chunks_[i].state == State::acknowledged) ++i;
  }
  return forwards;
}

std::size_t InFlight::take_released() { return std::exchange(released_, 0); }

}  // namespace portico::protocol::sctp
