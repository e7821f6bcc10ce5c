#include "protocol/sctp/received_tsns.h"

#include <algorithm>
#include <iterator>

#include "protocol/sctp/serial.h"

namespace portico::protocol::sctp {

ReceivedTsns::ReceivedTsns(std::uint32_t initial_tsn)
    : cumulative_(static_cast<std::int64_t>(initial_tsn) - 1) {}

std::int64_t ReceivedTsns::unwrap(std::uint32_t tsn) const { return unwrap32(tsn, cumulative_); }

ReceivedTsns::Verdict ReceivedTsns::judge(std::int64_t tsn) const {
  if (tsn <= cumulative_) return Verdict::duplicate;
  if (tsn > cumulative_ + kWindow) return Verdict::refused;
  auto after = islands_.upper_bound(tsn);
  if (after != islands_.begin() && std::prev(after)->second >= tsn) return Verdict::duplicate;
  if (tsn == cumulative_ + 1 || islands_.size() < kMaxIslands) return Verdict::fresh;
  bool extends = (after != islands_.end() && after->first == tsn + 1) ||
                 (after != islands_.begin() && std::prev(after)->second == tsn - 1);
  return extends ? Verdict::fresh : Verdict::refused;
}

void ReceivedTsns::add(std::int64_t tsn) {
  if (tsn == cumulative_ + 1) {
    cumulative_ = tsn;
    absorb();
    return;
  }
  auto after = islands_.upper_bound(tsn);
  std::int64_t last = tsn;
  if (after != islands_.end() && after->first == tsn + 1) {
    last = after->second;
    after = islands_.erase(after);
  }
  if (after != islands_.begin() && std::prev(after)->second == tsn - 1) {
    std::prev(after)->second = last;
  } else {
    islands_.emplace_hint(after, tsn, last);
  }
}

void ReceivedTsns::add_duplicate(std::int64_t tsn) {
  if (duplicates_.size() < kMaxReportedDuplicates) {
    duplicates_.push_back(static_cast<std::uint32_t>(tsn));
  }
  urgent_ = true;
}

bool ReceivedTsns::forward(std::int64_t tsn) {
  if (tsn <= cumulative_) return false;
  cumulative_ = tsn;
  absorb();
  return true;
}

void ReceivedTsns::absorb() {
  while (!islands_.empty() && islands_.begin()->first <= cumulative_ + 1) {
    cumulative_ = std::max(cumulative_, islands_.begin()->second);
    islands_.erase(islands_.begin());
  }
}

void ReceivedTsns::packet_received(Instant now, bool immediately) {
  ++unacknowledged_packets_;
  if (immediately || first_packet_ || has_gaps() || unacknowledged_packets_ >= 2) urgent_ = true;
  first_packet_ = false;
  if (!deadline_) deadline_ = now + kDelay;
}

codec::sctp::SackChunk ReceivedTsns::acknowledge(std::uint32_t window, std::size_t max_size) {
  codec::sctp::SackChunk sack;
  sack.cumulative_tsn = static_cast<std::uint32_t>(cumulative_);
  sack.a_rwnd = window;
  std::size_t room =
      max_size > codec::sctp::kSackHeaderSize ? max_size - codec::sctp::kSackHeaderSize : 0;
  std::size_t entries = room / 4;
  std::size_t gaps = std::min({islands_.size(), kMaxReportedGaps, entries});
  sack.gaps.reserve(gaps);
  for (auto island = islands_.begin(); sack.gaps.size() < gaps; ++island) {
    std::int64_t last = std::min<std::int64_t>(island->second - cumulative_, 0xFFFF);
    sack.gaps.push_back({static_cast<std::uint16_t>(island->first - cumulative_),
                         static_cast<std::uint16_t>(last)});
  }
  duplicates_.resize(std::min(duplicates_.size(), entries - gaps));
  sack.duplicates = std::move(duplicates_);
  duplicates_.clear();
  urgent_ = false;
  deadline_.reset();
  unacknowledged_packets_ = 0;
  return sack;
}

}  // namespace portico::protocol::sctp
