// What goes into the next packet: control chunks first, then what was lost, then what is new.

#include <algorithm>
#include <utility>

#include "codec/sctp/parameter.h"
#include "protocol/sctp/connection.h"

namespace portico::protocol::sctp {

namespace wire = codec::sctp;
using wire::ChunkType;

namespace {
constexpr std::size_t kHeartbeatSize = wire::kChunkHeaderSize + 4 + 8;
constexpr std::size_t kReconfigSize =
    wire::kChunkHeaderSize + 12 + 16 + 2 * StreamReset::kMaxStreamsPerRequest;
constexpr std::size_t kForwardSize = 8 + 4 * InFlight::kMaxSkippedStreams;
}  // namespace

wire::CommonHeader Connection::header(std::uint32_t tag) const {
  return {config_.local_port, config_.remote_port, tag};
}

void Connection::push_packet(ByteVector packet) {
  if (single_packets_.size() == kMaxSinglePackets) single_packets_.pop_front();
  single_packets_.push_back(std::move(packet));
}

std::optional<ByteVector> Connection::poll_transmit(Instant now) {
  if (!single_packets_.empty()) {
    ByteVector packet = std::move(single_packets_.front());
    single_packets_.pop_front();
    ++stats_.packets_sent;
    return packet;
  }
  if (std::exchange(send_init_, false)) {
    wire::PacketWriter out(header(0), config_.max_packet_size);
    wire::write_init(out, ChunkType::init, describe_self(local_tag_, local_initial_tsn_));
    ++stats_.packets_sent;
    return out.finish();
  }
  if (!transfer_) return std::nullopt;
  wire::PacketWriter out(header(transfer_->peer.tag), config_.max_packet_size);
  // A packet with COOKIE ECHO has its checksum in any case (RFC 9653 section 5.2).
  bool zero_checksum = transfer_->peer.zero_checksum && phase_ != Phase::cookie_echoed;
  write_handshake(out, now);
  write_control(out, now);
  write_data(out, now);
  advance_shutdown(now);
  if (out.empty()) return std::nullopt;
  ++stats_.packets_sent;
  return out.finish(zero_checksum);
}

void Connection::write_handshake(wire::PacketWriter& out, Instant) {
  if (std::exchange(send_cookie_echo_, false)) {
    out.chunk(ChunkType::cookie_echo, 0, peer_cookie_);
  }
  if (std::exchange(send_cookie_ack_, false)) out.chunk(ChunkType::cookie_ack, 0, {});
}

void Connection::write_control(wire::PacketWriter& out, Instant now) {
  ReceivedTsns& received = transfer_->received;
  if (received.acknowledgement_due(now) || (received.acknowledgement_pending() && data_waiting())) {
    write_sack(out);
  }
  while (!heartbeat_acks_.empty()) {
    std::size_t size = heartbeat_acks_.front().size() + wire::kChunkHeaderSize;
    if (size > out.space() && !out.empty()) break;
    if (size <= out.space()) out.chunk(ChunkType::heartbeat_ack, 0, heartbeat_acks_.front());
    heartbeat_acks_.pop_front();
  }
  if (send_heartbeat_ && out.space() >= kHeartbeatSize) {
    send_heartbeat_ = false;
    heartbeat_nonce_ = random_.u64();
    heartbeat_sent_ = now;
    std::uint8_t nonce[8];
    store64(nonce, *heartbeat_nonce_);
    out.begin(ChunkType::heartbeat, 0);
    wire::write_parameter(out.body(), wire::parameter_type::kHeartbeatInfo, nonce, false);
    out.end();
  }
  if (!error_.empty() && out.space() >= error_.size() + wire::kChunkHeaderSize) {
    out.chunk(ChunkType::error, 0, std::exchange(error_, {}));
  }
  write_reconfig(out, now);
  write_forward(out, now);
  if (send_shutdown_ && out.space() >= 8) {
    send_shutdown_ = false;
    wire::write_shutdown(out, static_cast<std::uint32_t>(received.cumulative()));
  }
  if (send_shutdown_ack_ && out.space() >= wire::kChunkHeaderSize) {
    send_shutdown_ack_ = false;
    out.chunk(ChunkType::shutdown_ack, 0, {});
  }
}

void Connection::write_sack(wire::PacketWriter& out) {
  if (out.space() < wire::kSackHeaderSize) return;
  std::size_t free = window();
  transfer_->advertised_window = free;
  wire::write_sack(out,
                   transfer_->received.acknowledge(static_cast<std::uint32_t>(free), out.space()));
}

void Connection::write_reconfig(wire::PacketWriter& out, Instant now) {
  StreamReset& reset = transfer_->reset;
  if (may_send_data()) {
    reset.prepare(static_cast<std::uint32_t>(transfer_->in_flight.last_assigned()),
                  [this](std::uint16_t stream) { return queue_.empty(stream); });
  }
  if (!reset.has_items() || (out.space() < kReconfigSize && !out.empty())) return;
  auto items = reset.take_items(now, transfer_->rto.current());
  if (!items.empty()) wire::write_reconfig(out, items);
}

void Connection::write_forward(wire::PacketWriter& out, Instant now) {
  Transfer& transfer = *transfer_;
  if (!transfer.forward_due || !transfer.in_flight.forward_needed()) return;
  if (out.space() < kForwardSize && !out.empty()) return;
  std::vector<wire::ForwardTsnChunk> forwards = transfer.in_flight.forward();
  for (const wire::ForwardTsnChunk& forward : forwards) {
    if (out.space() < 8 + 4 * forward.skipped.size()) break;
    wire::write_forward_tsn(out, forward);
  }
  transfer.forward_due = false;
  transfer.last_forward = forwards.back().new_cumulative_tsn;
  transfer.last_forward_time = now;
  if (!transfer.t3.running()) transfer.t3.start(now + transfer.rto.current());
}

bool Connection::may_send_data() const {
  return phase_ == Phase::established || phase_ == Phase::shutdown_pending ||
         phase_ == Phase::shutdown_received;
}

bool Connection::data_waiting() const {
  if (!may_send_data()) return false;
  bool room = transfer_->in_flight.bytes() < transfer_->congestion.window();
  return room && (transfer_->in_flight.has_lost() || !queue_.empty());
}

void Connection::write_data(wire::PacketWriter& out, Instant now) {
  if (!may_send_data()) return;
  while (write_lost(out, now)) {
  }
  transfer_->fast_retransmit = false;
  while (write_new(out, now)) {
  }
}

bool Connection::write_lost(wire::PacketWriter& out, Instant now) {
  Transfer& transfer = *transfer_;
  if (!transfer.in_flight.has_lost()) return false;
  bool room = transfer.in_flight.bytes() < transfer.congestion.window();
  if (!room && !transfer.fast_retransmit) return false;
  std::uint64_t abandoned_before = transfer.in_flight.abandoned_messages();
  auto chunk = transfer.in_flight.retransmit(out.space(), now);
  if (transfer.in_flight.abandoned_messages() != abandoned_before) settle(now);
  if (!chunk) return false;
  wire::write_data(out, *chunk);
  if (!transfer.t3.running()) transfer.t3.start(now + transfer.rto.current());
  return true;
}

bool Connection::write_new(wire::PacketWriter& out, Instant now) {
  Transfer& transfer = *transfer_;
  // The front of the queue may be too old by now.
  const MessagePtr& current = queue_.current();
  if (current && transfer.peer.forward_tsn && current->expires && *current->expires <= now) {
    transfer.in_flight.abandon(MessagePtr(current));
    settle(now);
  }
  queue_.expire(now);
  account();
  std::size_t flight = transfer.in_flight.bytes();
  std::size_t space = out.space();
  if (transfer.in_flight.has_lost() || transfer.in_flight.full() ||
      space <= wire::kDataHeaderSize || flight >= transfer.congestion.window()) {
    return false;
  }
  // With nothing in flight one chunk may go whatever the window says: that is the window probe (RFC
  // 9260 section 6.1, A).
  if (flight > 0 && flight + space > transfer.peer_window) return false;
  std::size_t full = config_.max_packet_size - wire::kCommonHeaderSize - wire::kDataHeaderSize;
  auto fragment = queue_.take(space - wire::kDataHeaderSize, full);
  if (!fragment) return false;
  wire::write_data(out, transfer.in_flight.add(*fragment, now));
  if (!transfer.t3.running()) transfer.t3.start(now + transfer.rto.current());
  return true;
}

}  // namespace portico::protocol::sctp
