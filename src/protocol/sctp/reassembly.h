#pragma once
// Turns DATA chunks back into messages, in order per stream where the sender asked for it (RFC 9260
// sections 6.5, 6.6, 6.9).
//
// The fragments of one message have consecutive TSNs, so fragments are kept as runs: a map from
// first TSN to a run that grows at both ends and merges with its neighbours in constant time. A run
// with a beginning and an end is a message.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/bytes.h"
#include "codec/sctp/chunks.h"

namespace portico::protocol::sctp {

struct IncomingMessage {
  std::uint16_t stream = 0;
  std::uint32_t ppid = 0;
  bool oversize = false;  // longer than allowed; `data` is empty
  ByteVector data;
};

class Reassembly {
 public:
  // What one fragment or message costs besides its payload, so that tiny ones are bounded too.
  static constexpr std::size_t kOverhead = 128;

  explicit Reassembly(std::size_t max_message) : max_message_(max_message) {}

  // `tsn` was not added before and is above the cumulative TSN.
  void add(std::int64_t tsn, const codec::sctp::DataChunk& chunk);
  // The cumulative TSN is now `cumulative`: runs that can never become a message are dropped.
  void advance(std::int64_t cumulative);
  // FORWARD TSN: the sender gave up everything incomplete up to `cumulative`.
  void forward(std::int64_t cumulative, std::span<const codec::sctp::SkippedStream> skipped);
  // The peer's streams start at sequence number 0 again; an empty span means all.
  void reset(std::span<const std::uint16_t> streams);

  // Messages in delivery order.
  std::optional<IncomingMessage> next();
  // Bytes held, overheads included.
  std::size_t buffered() const { return buffered_; }

 private:
  struct Run {
    std::int64_t last = 0;
    bool begins = false;
    bool ends = false;
    bool unordered = false;
    bool oversize = false;
    std::uint16_t stream = 0;
    std::uint16_t ssn = 0;
    std::uint32_t ppid = 0;
    std::size_t bytes = 0;
    std::size_t charge = 0;
    std::list<ByteVector> pieces;
  };
  using Runs = std::map<std::int64_t, Run>;
  struct Waiting {
    IncomingMessage message;
    std::size_t charge = 0;
  };
  struct Stream {
    std::int64_t next_ssn = 0;
    std::map<std::int64_t, Waiting> waiting;
  };

  static bool same_message(const Run& run, const codec::sctp::DataChunk& chunk);
  void append(Run& left, Run&& right);
  void limit(Run& run);
  void finish(Run&& run);
  void deliver_in_order(Stream& stream);
  void deliver(Waiting&& waiting);
  Runs::iterator drop(Runs::iterator run);

  std::size_t max_message_;
  std::size_t buffered_ = 0;
  Runs runs_;
  std::unordered_map<std::uint16_t, Stream> streams_;  // at most as many as there are stream ids
  std::deque<Waiting> ready_;
};

}  // namespace portico::protocol::sctp
