#pragma once
// DATA chunks that were sent and not yet acknowledged cumulatively: what to retransmit, what to
// give up (RFC 9260 sections 6.2.1, 6.3.3, 7.2.4; RFC 3758 section 3.5).
//
// Losses are found by counting, for each chunk, acknowledgements of chunks that were *sent* later
// (not: that have a higher TSN), so that the loss of a retransmission is found without waiting for
// the timer too.
//
// Bounded by the send buffer: a chunk carries at least one byte of a message that is charged
// against it, and kMaxChunks.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "codec/sctp/chunks.h"
#include "protocol/sctp/send_queue.h"

namespace portico::protocol::sctp {

class InFlight {
 public:
  static constexpr std::size_t kMaxChunks = 8192;
  static constexpr std::size_t kMaxSkippedStreams = 200;  // in one FORWARD TSN
  static constexpr std::size_t kMaxForwards = 16;

  // `partial`: the peer understands FORWARD TSN; otherwise nothing is ever given up.
  InFlight(std::uint32_t initial_tsn, bool partial);

  struct Acknowledged {
    bool valid = false;     // false: an old or impossible SACK; nothing changed
    bool advanced = false;  // the cumulative TSN moved
    bool loss = false;      // chunks were found lost
    std::size_t bytes = 0;  // newly acknowledged
    std::optional<Duration> rtt;
  };
  Acknowledged sack(const codec::sctp::SackChunk& sack, Instant now);
  // T3-rtx expired: all that is in flight counts as lost.
  void timed_out(Instant now);

  // A new fragment goes out; returns the chunk to write (its payload belongs to the message).
  codec::sctp::DataChunk add(const Fragment& fragment, Instant now);
  // The next lost chunk whose whole size is at most `space`, marked as sent again. Chunks whose
  // message may not be repeated are given up on the way.
  std::optional<codec::sctp::DataChunk> retransmit(std::size_t space, Instant now);
  // Gives a message up, its unsent rest included (its last fragment gets a TSN that is never sent,
  // so that the peer sees a gap and not a broken message). Only for the message that is being cut,
  // whose chunks are the newest.
  void abandon(const MessagePtr& message);

  bool empty() const { return chunks_.empty(); }
  bool full() const { return chunks_.size() >= kMaxChunks; }
  bool has_lost() const { return lost_ > 0; }
  std::size_t bytes() const { return bytes_; }  // in flight, headers included
  std::int64_t cumulative() const { return cumulative_; }
  std::int64_t last_assigned() const {
    return cumulative_ + static_cast<std::int64_t>(chunks_.size());
  }
  // Is there something that the peer should skip? Then the chunks that say so, at least one and at
  // most kMaxForwards. The first is what RFC 3758 asks for; each further one is what would follow
  // when the peer acknowledged the one before, as far as its gap blocks foretell. Without them only
  // one loss could be skipped in a round trip.
  bool forward_needed() const;
  std::vector<codec::sctp::ForwardTsnChunk> forward() const;

  // Charges of messages that are done with, since the last call.
  std::size_t take_released();
  std::uint64_t retransmitted() const { return retransmitted_; }
  std::uint64_t abandoned_messages() const { return abandoned_messages_; }

 private:
  enum class State : std::uint8_t { in_flight, lost, acknowledged, abandoned };
  struct Chunk {
    MessagePtr message;
    std::size_t offset = 0;
    std::size_t size = 0;
    bool last = false;  // of its message
    State state = State::in_flight;
    std::uint8_t misses = 0;
    std::uint32_t transmissions = 0;
    std::uint64_t order = 0;  // of the latest transmission, among all transmissions
    Instant sent;
    std::size_t wire_size() const;
  };

  codec::sctp::DataChunk describe(std::int64_t tsn, const Chunk& chunk) const;
  void acknowledge(Chunk& chunk, Acknowledged& result, std::uint64_t& newest, Instant now);
  void pop_acknowledged(std::int64_t cumulative, Acknowledged& result, std::uint64_t& newest,
                        Instant now);
  bool find_losses(std::size_t count, std::uint64_t newest, Instant now);
  // Lost: to be sent again, or to be given up.
  void lose(std::size_t index, Instant now);
  void abandon_at(std::size_t index);
  void abandon_rest(const MessagePtr& message);
  bool may_repeat(const Chunk& chunk, Instant now) const;
  void set_state(Chunk& chunk, State state);

  std::int64_t cumulative_;
  bool partial_;
  std::deque<Chunk> chunks_;  // TSNs cumulative_ + 1, + 2, ...
  std::size_t bytes_ = 0;
  std::size_t lost_ = 0;
  std::int64_t lost_from_ = 0;  // no chunk before this TSN is lost
  std::uint64_t order_ = 0;
  std::size_t released_ = 0;
  std::uint64_t retransmitted_ = 0;
  std::uint64_t abandoned_messages_ = 0;
  int time_outs_ = 0;  // since the cumulative TSN moved
};

}  // namespace portico::protocol::sctp
