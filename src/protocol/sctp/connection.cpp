#include "protocol/sctp/connection.h"

#include <algorithm>
#include <utility>

#include "codec/sctp/parameter.h"

namespace portico::protocol::sctp {

namespace wire = codec::sctp;
using wire::ChunkType;

namespace {

// In ABORT and SHUTDOWN COMPLETE (T bit): the tag is the one of the packet that it answers (RFC
// 9260 section 8.5.1).
constexpr std::uint8_t kReflectedTagFlag = 1;
constexpr std::size_t kMaxReportedChunk = 128;
constexpr std::size_t kSmallestMaxPacket = 512;

std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

Connection::Transfer::Transfer(const Config& config, const PeerInfo& info,
                               std::uint32_t local_initial_tsn, std::size_t mtu)
    : peer(info),
      received(info.initial_tsn),
      reassembly(config.max_message_size),
      in_flight(local_initial_tsn, info.forward_tsn),
      congestion(mtu),
      reset(local_initial_tsn, info.initial_tsn),
      rto(config.rto_initial, config.rto_min, config.rto_max),
      peer_window(info.window),
      advertised_window(config.receive_buffer) {}

Connection::Connection(const Config& config, Random& random, ConnectionListener& listener)
    : config_(config), random_(random), listener_(listener), jar_(random) {
  config_.max_packet_size = std::max(config_.max_packet_size, kSmallestMaxPacket) & ~std::size_t{3};
}

State Connection::state() const {
  switch (phase_) {
    case Phase::closed:
      return State::closed;
    case Phase::cookie_wait:
    case Phase::cookie_echoed:
      return State::connecting;
    case Phase::established:
      return State::connected;
    default:
      return State::shutting_down;
  }
}

void Connection::receive(Bytes data, Instant now) {
  ++stats_.packets_received;
  auto packet = wire::parse_packet(data, config_.zero_checksum);
  if (!packet || packet->header().source_port != config_.remote_port ||
      packet->header().destination_port != config_.local_port) {
    ++stats_.packets_dropped;
    return;
  }
  wire::Packet::Cursor cursor = packet->chunks();
  auto chunk = cursor.next();
  if (!chunk || !admit(*packet, *chunk)) {
    ++stats_.packets_dropped;
    return;
  }
  if (phase_ == Phase::established && heartbeat_at_)
    heartbeat_at_ = now + config_.heartbeat_interval;
  bool data_seen = false;
  bool immediately = false;
  for (; chunk; chunk = cursor.next()) {
    if (chunk->is(ChunkType::data)) {
      data_seen = true;
      constexpr std::uint8_t kImmediateFlag = 8;
      if ((chunk->flags & kImmediateFlag) != 0) immediately = true;
    }
    if (!handle(*packet, *chunk, now)) break;
  }
  if (!transfer_) return;
  if (data_seen) transfer_->received.packet_received(now, immediately);
  advance_shutdown(now);
}

// The verification tag (RFC 9260 section 8.5).
bool Connection::admit(const wire::Packet& packet, const wire::Chunk& first) {
  std::uint32_t tag = packet.header().verification_tag;
  if (first.is(ChunkType::init)) return tag == 0 && packet.chunk_count() == 1;
  if (first.is(ChunkType::cookie_echo)) return tag != 0;  // compared with the cookie's
  if (phase_ == Phase::closed) return false;
  if (first.is(ChunkType::abort) || first.is(ChunkType::shutdown_complete)) {
    bool reflected = (first.flags & kReflectedTagFlag) != 0;
    return reflected ? transfer_ && tag == transfer_->peer.tag : tag == local_tag_;
  }
  if (tag != local_tag_) return false;
  return transfer_ || first.is(ChunkType::init_ack);
}

// False: nothing that follows in this packet is to be looked at.
bool Connection::handle(const wire::Packet& packet, const wire::Chunk& chunk, Instant now) {
  auto type = static_cast<ChunkType>(chunk.type);
  switch (type) {
    case ChunkType::init:
      if (packet.chunk_count() == 1) handle_init(chunk, now);
      return false;
    case ChunkType::init_ack:
      handle_init_ack(chunk, now);
      return false;
    case ChunkType::cookie_echo:
      return handle_cookie_echo(packet, chunk, now);
    case ChunkType::abort:
      close("aborted by the peer");
      return false;
    default:
      break;
  }
  if (!transfer_) return false;
  switch (type) {
    case ChunkType::data:
      handle_data(chunk);
      return transfer_ != nullptr;
    case ChunkType::sack:
      handle_sack(chunk, now);
      return true;
    case ChunkType::heartbeat:
      if (heartbeat_acks_.size() < kMaxHeartbeatAcks) {
        heartbeat_acks_.emplace_back(chunk.value.begin(), chunk.value.end());
      }
      return true;
    case ChunkType::heartbeat_ack:
      handle_heartbeat_ack(chunk, now);
      return true;
    case ChunkType::cookie_ack:
      if (phase_ == Phase::cookie_echoed) establish(now);
      return true;
    case ChunkType::forward_tsn:
      handle_forward_tsn(chunk);
      return true;
    case ChunkType::re_config:
      handle_reconfig(chunk);
      return true;
    case ChunkType::shutdown:
      handle_shutdown(chunk, now);
      return true;
    case ChunkType::shutdown_ack:
      handle_shutdown_ack();
      return false;
    case ChunkType::shutdown_complete:
      if (phase_ == Phase::shutdown_ack_sent) close("shut down by the peer");
      return false;
    case ChunkType::error:
      return handle_error(chunk, now);
    default:
      return handle_unknown(chunk);
  }
}

// Of all errors only one calls for action: our cookie came back too old, so the handshake begins
// again (RFC 9260 section 5.2.6).
bool Connection::handle_error(const wire::Chunk& chunk, Instant now) {
  wire::ParameterCursor causes(chunk.value);
  while (auto cause = causes.next()) {
    if (cause->type != wire::error_cause::kStaleCookie || phase_ != Phase::cookie_echoed) continue;
    transfer_.reset();
    phase_ = Phase::closed;
    send_cookie_echo_ = false;
    start(now);
    return false;
  }
  return true;
}

bool Connection::handle_unknown(const wire::Chunk& chunk) {
  wire::UnknownAction action = wire::unknown_chunk_action(chunk.type);
  if (action == wire::UnknownAction::stop_and_report ||
      action == wire::UnknownAction::skip_and_report) {
    ByteWriter whole;
    whole.u8(chunk.type);
    whole.u8(chunk.flags);
    whole.u16(static_cast<std::uint16_t>(chunk.value.size() + wire::kChunkHeaderSize));
    whole.bytes(chunk.value.first(std::min(chunk.value.size(), kMaxReportedChunk)));
    ByteWriter cause;
    wire::write_parameter(cause, wire::error_cause::kUnrecognizedChunk, whole.view(), false);
    error_ = cause.take();
  }
  return action == wire::UnknownAction::skip || action == wire::UnknownAction::skip_and_report;
}

void Connection::handle_heartbeat_ack(const wire::Chunk& chunk, Instant now) {
  wire::ParameterCursor cursor(chunk.value);
  auto info = cursor.next();
  if (!info || info->type != wire::parameter_type::kHeartbeatInfo || info->value.size() != 8)
    return;
  if (!heartbeat_nonce_ || load64(info->value.data()) != *heartbeat_nonce_) return;
  heartbeat_nonce_.reset();
  errors_ = 0;
  transfer_->rto.sample(now - heartbeat_sent_);
}

void Connection::handle_reconfig(const wire::Chunk& chunk) {
  auto items = wire::parse_reconfig(chunk);
  if (!items) return;
  StreamReset::Outcome outcome = transfer_->reset.receive(*items, transfer_->received.cumulative());
  if (outcome.incoming_reset_all || !outcome.incoming_reset.empty()) {
    bool all = outcome.incoming_reset_all;
    if (all) outcome.incoming_reset.clear();
    transfer_->reassembly.reset(outcome.incoming_reset);
    listener_.on_incoming_reset(outcome.incoming_reset, all);
  }
  for (std::uint16_t stream : outcome.outgoing_done) queue_.reset(stream);
  if (!outcome.outgoing_done.empty()) listener_.on_outgoing_reset(outcome.outgoing_done);
  if (!outcome.asked_for.empty()) listener_.on_reset_asked(outcome.asked_for);
}

void Connection::shutdown(Instant now) {
  if (phase_ == Phase::established) {
    phase_ = Phase::shutdown_pending;
    advance_shutdown(now);
  } else if (phase_ == Phase::cookie_wait || phase_ == Phase::cookie_echoed) {
    abort("shut down before it was connected");
  }
}

void Connection::advance_shutdown(Instant now) {
  if (phase_ != Phase::shutdown_pending && phase_ != Phase::shutdown_received) return;
  if (!queue_.empty() || !transfer_->in_flight.empty()) return;
  if (phase_ == Phase::shutdown_pending) {
    phase_ = Phase::shutdown_sent;
    send_shutdown_ = true;
  } else {
    phase_ = Phase::shutdown_ack_sent;
    send_shutdown_ack_ = true;
  }
  heartbeat_at_.reset();
  t2_.start(now + transfer_->rto.current());
}

void Connection::handle_shutdown(const wire::Chunk& chunk, Instant now) {
  auto cumulative = wire::parse_shutdown(chunk);
  if (!cumulative) return;
  if (phase_ == Phase::shutdown_sent) {
    phase_ = Phase::shutdown_ack_sent;
    send_shutdown_ = false;
    send_shutdown_ack_ = true;
    return;
  }
  if (phase_ == Phase::shutdown_ack_sent) send_shutdown_ack_ = true;
  if (phase_ != Phase::established && phase_ != Phase::shutdown_pending &&
      phase_ != Phase::shutdown_received) {
    return;
  }
  phase_ = Phase::shutdown_received;
  wire::SackChunk sack;
  sack.cumulative_tsn = *cumulative;
  sack.a_rwnd =
      static_cast<std::uint32_t>(std::min<std::size_t>(transfer_->peer_window, 0xFFFFFFFF));
  acknowledged(sack, now);
}

void Connection::handle_shutdown_ack() {
  if (phase_ != Phase::shutdown_sent && phase_ != Phase::shutdown_ack_sent) return;
  wire::PacketWriter out(header(transfer_->peer.tag), config_.max_packet_size);
  out.chunk(ChunkType::shutdown_complete, 0, {});
  push_packet(out.finish());
  close("shut down");
}

void Connection::abort(std::string_view reason) {
  if (transfer_) {
    wire::PacketWriter out(header(transfer_->peer.tag), config_.max_packet_size);
    wire::write_error(out, ChunkType::abort, 0, wire::error_cause::kUserAbort,
                      as_bytes(reason.substr(0, 256)));
    push_packet(out.finish());
  }
  close(reason);
}

void Connection::close(std::string_view reason) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  transfer_.reset();
  queue_.clear();
  charge_ = 0;
  send_init_ = send_cookie_echo_ = send_cookie_ack_ = false;
  send_heartbeat_ = send_shutdown_ = send_shutdown_ack_ = false;
  heartbeat_acks_.clear();
  error_.clear();
  t1_.stop();
  t2_.stop();
  heartbeat_at_.reset();
  heartbeat_nonce_.reset();
  errors_ = 0;
  listener_.on_closed(reason);
}

bool Connection::count_error() {
  if (++errors_ <= config_.max_retransmissions) return false;
  abort("the peer does not answer");
  return true;
}

void Connection::timeout(Instant now) {
  handshake_timeout(now);
  if (!transfer_) return;
  if (transfer_->t3.expire(now)) retransmission_timeout(now);
  if (transfer_ && t2_.expire(now) && !count_error()) {
    (phase_ == Phase::shutdown_sent ? send_shutdown_ : send_shutdown_ack_) = true;
    transfer_->rto.back_off();
    t2_.start(now + transfer_->rto.current());
  }
  if (transfer_ && transfer_->reset.timeout(now) && !count_error()) transfer_->rto.back_off();
  if (transfer_ && heartbeat_at_ && now >= *heartbeat_at_) {
    if (heartbeat_nonce_) {
      if (count_error()) return;
      transfer_->rto.back_off();
    }
    send_heartbeat_ = true;
    heartbeat_at_ = now + transfer_->rto.current();
  }
}

std::optional<Instant> Connection::next_deadline() const {
  std::optional<Instant> next = earlier(t1_.deadline(), t2_.deadline());
  next = earlier(next, heartbeat_at_);
  if (!transfer_) return next;
  next = earlier(next, transfer_->t3.deadline());
  next = earlier(next, transfer_->received.deadline());
  return earlier(next, transfer_->reset.deadline());
}

bool Connection::send(MessagePtr message, bool beyond_limit) {
  if (!beyond_limit && charge_ + message->charge() > config_.send_buffer) return false;
  charge_ += message->charge();
  queue_.add(std::move(message));
  return true;
}

bool Connection::reset_stream(std::uint16_t stream) {
  if (!may_send_data() || !transfer_->peer.re_config) return false;
  transfer_->reset.want(stream);
  return true;
}

void Connection::discard_stream(std::uint16_t stream) {
  queue_.discard(stream);
  charge_ -= queue_.take_released();
}

Stats Connection::stats() const {
  Stats stats = stats_;
  stats.messages_abandoned += queue_.dropped_messages();
  if (!transfer_) return stats;
  stats.chunks_retransmitted += transfer_->in_flight.retransmitted();
  stats.messages_abandoned += transfer_->in_flight.abandoned_messages();
  stats.cwnd = transfer_->congestion.window();
  stats.bytes_in_flight = transfer_->in_flight.bytes();
  stats.peer_window = transfer_->peer_window;
  stats.receive_buffered = transfer_->reassembly.buffered() + listener_.undelivered();
  stats.rtt = transfer_->rto.smoothed();
  return stats;
}

}  // namespace portico::protocol::sctp
