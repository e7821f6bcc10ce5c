// Data, acknowledgements and losses (RFC 9260 section 6, RFC 3758 section 3).

#include <algorithm>
#include <utility>

#include "codec/sctp/parameter.h"
#include "protocol/sctp/connection.h"
#include "protocol/sctp/serial.h"

namespace portico::protocol::sctp {

namespace wire = codec::sctp;

namespace {
// FORWARD TSN is repeated with acknowledgements that do not honour it, but not faster than this.
constexpr Duration kMinForwardInterval = 50ms;
}  // namespace

std::size_t Connection::window() const {
  std::size_t used = transfer_->reassembly.buffered() + listener_.undelivered();
  return used < config_.receive_buffer ? config_.receive_buffer - used : 0;
}

void Connection::window_opened() {
  if (!transfer_) return;
  if (transfer_->advertised_window + config_.receive_buffer / 2 <= window()) {
    transfer_->received.acknowledge_now();
  }
}

void Connection::handle_data(const wire::Chunk& chunk) {
  auto data = wire::parse_data(chunk);
  if (!data) {
    abort("protocol violation: DATA without user data");
    return;
  }
  Transfer& transfer = *transfer_;
  std::int64_t tsn = transfer.received.unwrap(data->tsn);
  switch (transfer.received.judge(tsn)) {
    case ReceivedTsns::Verdict::duplicate:
      transfer.received.add_duplicate(tsn);
      return;
    case ReceivedTsns::Verdict::refused:
      transfer.received.acknowledge_now();
      return;
    case ReceivedTsns::Verdict::fresh:
      break;
  }
  // A full buffer takes only what fills the first hole, so that what waits behind it can go; and
  // that has a limit too.
  std::size_t used = transfer.reassembly.buffered() + listener_.undelivered();
  bool next = tsn == transfer.received.cumulative() + 1;
  std::size_t limit = config_.receive_buffer + (next ? 2 * config_.max_message_size : 0);
  if (used >= limit) {
    transfer.received.acknowledge_now();
    return;
  }
  transfer.received.add(tsn);
  if (data->stream >= kStreams) {
    ByteWriter info;
    info.u16(data->stream);
    info.u16(0);
    ByteWriter cause;
    wire::write_parameter(cause, wire::error_cause::kInvalidStream, info.view(), false);
    error_ = cause.take();
  } else {
    transfer.reassembly.add(tsn, *data);
  }
  transfer.reassembly.advance(transfer.received.cumulative());
  deliver();
}

void Connection::deliver() {
  while (transfer_) {
    auto message = transfer_->reassembly.next();
    if (!message) return;
    listener_.on_message(std::move(*message));
  }
}

void Connection::handle_forward_tsn(const wire::Chunk& chunk) {
  auto forward = wire::parse_forward_tsn(chunk);
  if (!forward) return;
  Transfer& transfer = *transfer_;
  std::int64_t tsn = transfer.received.unwrap(forward->new_cumulative_tsn);
  transfer.received.acknowledge_now();
  if (!transfer.received.forward(tsn)) return;
  std::erase_if(forward->skipped, [](const auto& skip) { return skip.stream >= kStreams; });
  transfer.reassembly.forward(tsn, forward->skipped);
  transfer.reassembly.advance(transfer.received.cumulative());
  deliver();
}

void Connection::handle_sack(const wire::Chunk& chunk, Instant now) {
  auto sack = wire::parse_sack(chunk);
  if (sack) acknowledged(*sack, now);
}

void Connection::acknowledged(const wire::SackChunk& sack, Instant now) {
  Transfer& transfer = *transfer_;
  std::size_t flight_before = transfer.in_flight.bytes();
  InFlight::Acknowledged result = transfer.in_flight.sack(sack, now);
  if (!result.valid) return;
  errors_ = 0;
  transfer.peer_window = sack.a_rwnd;
  if (result.advanced) transfer.rto.progress();
  if (result.rtt) transfer.rto.sample(*result.rtt);
  transfer.congestion.acknowledged(result.bytes, flight_before, result.advanced,
                                   transfer.in_flight.cumulative());
  if (result.loss) {
    if (!transfer.congestion.in_recovery()) transfer.fast_retransmit = true;
    transfer.congestion.lost(transfer.in_flight.last_assigned());
  }
  if (transfer.in_flight.empty()) {
    transfer.t3.stop();
  } else if (result.advanced || !transfer.t3.running()) {
    transfer.t3.start(now + transfer.rto.current());
  }
  settle(now);
}

void Connection::retransmission_timeout(Instant now) {
  if (count_error()) return;
  Transfer& transfer = *transfer_;
  transfer.rto.back_off();
  transfer.congestion.timed_out();
  transfer.in_flight.timed_out(now);
  transfer.last_forward_time.reset();
  settle(now);
  if (!transfer.in_flight.empty()) transfer.t3.start(now + transfer.rto.current());
}

// Messages that are finished with leave the send buffer; one that was given up is not cut any
// further.
void Connection::account() {
  if (queue_.current() && queue_.current()->abandoned) queue_.drop_current();
  charge_ -= std::min(charge_, transfer_->in_flight.take_released() + queue_.take_released());
}

// After acknowledgements and losses: should the peer be told to skip something (RFC 3758
// section 3.5, C1 to C5)?
void Connection::settle(Instant now) {
  account();
  Transfer& transfer = *transfer_;
  if (!transfer.in_flight.forward_needed()) {
    transfer.forward_due = false;
    return;
  }
  std::uint32_t target = transfer.in_flight.forward().back().new_cumulative_tsn;
  Duration interval = std::max(transfer.rto.smoothed(), kMinForwardInterval);
  if (!transfer.last_forward_time || target != transfer.last_forward ||
      now - *transfer.last_forward_time >= interval) {
    transfer.forward_due = true;
  }
}

}  // namespace portico::protocol::sctp
