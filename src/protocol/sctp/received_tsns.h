#pragma once
// What the peer has sent us: the cumulative TSN, the islands above it, duplicates, and when to
// acknowledge (RFC 9260 section 6.2: at least every second packet, within 100 ms, at once if
// something is missing).
//
// Bounds: TSNs more than kWindow above the cumulative one, and islands beyond kMaxIslands, are
// refused.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "codec/sctp/chunks.h"

namespace portico::protocol::sctp {

class ReceivedTsns {
 public:
  static constexpr std::int64_t kWindow = 16384;
  static constexpr std::size_t kMaxIslands = 512;
  static constexpr std::size_t kMaxReportedGaps = 128;
  static constexpr std::size_t kMaxReportedDuplicates = 16;
  static constexpr Duration kDelay = 100ms;

  explicit ReceivedTsns(std::uint32_t initial_tsn);

  enum class Verdict { fresh, duplicate, refused };
  Verdict judge(std::int64_t tsn) const;
  std::int64_t unwrap(std::uint32_t tsn) const;

  void add(std::int64_t tsn);  // judged fresh before
  void add_duplicate(std::int64_t tsn);
  // FORWARD TSN: everything up to `tsn` counts as received. False if that is not news.
  bool forward(std::int64_t tsn);

  std::int64_t cumulative() const { return cumulative_; }
  bool has_gaps() const { return !islands_.empty(); }

  // A packet with DATA was processed.
  void packet_received(Instant now, bool immediately);
  void acknowledge_now() { urgent_ = true; }
  bool acknowledgement_pending() const { return urgent_ || deadline_.has_value(); }
  bool acknowledgement_due(Instant now) const {
    return urgent_ || (deadline_ && now >= *deadline_);
  }
  std::optional<Instant> deadline() const { return deadline_; }

  // The SACK to send; takes note that it was sent.
  codec::sctp::SackChunk acknowledge(std::uint32_t window, std::size_t max_size);

 private:
  void absorb();

  std::int64_t cumulative_;
  std::map<std::int64_t, std::int64_t>
      islands_;  // first TSN -> last TSN; never adjacent to each other or to cumulative_
  std::vector<std::uint32_t> duplicates_;
  std::optional<Instant> deadline_;
  bool urgent_ = false;
  bool first_packet_ = true;
  int unacknowledged_packets_ = 0;
};

}  // namespace portico::protocol::sctp
