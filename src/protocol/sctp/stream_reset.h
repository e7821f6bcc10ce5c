#pragma once
// Resetting streams (RFC 6525), both directions: our requests, one at a time and repeated until
// answered, and our answers to the peer's. Only outgoing resets (and the peer's wish for one) are
// supported; other requests are refused.

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/time.h"
#include "codec/sctp/reconfig.h"
#include "protocol/sctp/rto.h"

namespace portico::protocol::sctp {

class StreamReset {
 public:
  static constexpr std::size_t kMaxStreamsPerRequest = 200;

  // Request numbers start at the initial TSNs (RFC 6525 section 4.1).
  StreamReset(std::uint32_t local_initial_tsn, std::uint32_t remote_initial_tsn);

  // Our side. The set of wanted streams is bounded by the number of streams.
  void want(std::uint16_t stream) { wanted_.insert(stream); }
  bool idle() const { return wanted_.empty() && !request_; }

  // Prepares a request for those wanted streams for which `ready` holds, if none is under way;
  // `last_tsn` is the last that we assigned.
  template <class Ready>
  void prepare(std::uint32_t last_tsn, Ready ready) {
    if (request_ || wanted_.empty()) return;
    std::vector<std::uint16_t> streams;
    for (std::uint16_t stream : wanted_) {
      if (streams.size() == kMaxStreamsPerRequest) break;
      if (ready(stream)) streams.push_back(stream);
    }
    if (!streams.empty()) begin(last_tsn, std::move(streams));
  }
  // The RE-CONFIG items that should go out now: an answer, a first request or its repetition.
  bool has_items() const { return response_ || send_request_; }
  std::vector<codec::sctp::ReconfigItem> take_items(Instant now, Duration rto);
  std::optional<Instant> deadline() const { return timer_.deadline(); }
  // True if the request's timer expired without any answer: counts as a time-out of the
  // association.
  bool timeout(Instant now);

  struct Outcome {
    std::vector<std::uint16_t> outgoing_done;   // our streams that restart at sequence number 0
    std::vector<std::uint16_t> incoming_reset;  // the peer's streams that do
    bool incoming_reset_all = false;
    std::vector<std::uint16_t> asked_for;  // the peer wants us to reset these
  };
  // `cumulative`: the highest TSN up to which everything of the peer arrived.
  Outcome receive(const std::vector<codec::sctp::ReconfigItem>& items, std::int64_t cumulative);

 private:
  void begin(std::uint32_t last_tsn, std::vector<std::uint16_t> streams);
  void on(const codec::sctp::OutgoingReset& reset, std::int64_t cumulative, Outcome& outcome);
  void on(const codec::sctp::IncomingReset& reset, std::int64_t cumulative, Outcome& outcome);
  void on(const codec::sctp::OtherRequest& request, std::int64_t cumulative, Outcome& outcome);
  void on(const codec::sctp::ReconfigResponse& response, std::int64_t cumulative, Outcome& outcome);
  // Is this the peer's next request? Repetitions and strange numbers are answered here.
  bool accept(std::uint32_t request);
  void answer(std::uint32_t request, codec::sctp::ReconfigResult result);

  std::uint32_t next_request_;
  std::uint32_t expected_request_;
  std::set<std::uint16_t> wanted_;
  std::optional<codec::sctp::OutgoingReset> request_;
  bool send_request_ = false;
  bool answered_ = false;  // the peer said "in progress"
  RetryTimer timer_;
  std::optional<codec::sctp::ReconfigResponse> response_;       // to be sent
  std::optional<codec::sctp::ReconfigResponse> last_response_;  // to be repeated if the request is
};

}  // namespace portico::protocol::sctp
