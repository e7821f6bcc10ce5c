// The four-way handshake, its collisions and restarts (RFC 9260 sections 5.1, 5.2).

#include <algorithm>
#include <utility>

#include "codec/sctp/parameter.h"
#include "protocol/sctp/connection.h"

namespace portico::protocol::sctp {

namespace wire = codec::sctp;
using wire::ChunkType;

namespace {

// The first INIT often comes before the peer's data channels are ready, so it is repeated quickly:
// after 1 s, 2 s, then every 3 s.
constexpr Duration kHandshakeTimeout = 1s;
constexpr Duration kMaxHandshakeTimeout = 3s;
// "The suggested value is 60 seconds" (RFC 9260 section 16, Valid.Cookie.Life).
constexpr Duration kCookieLife = 60s;

std::uint32_t random_tag(Random& random) {
  std::uint32_t tag = 0;
  while (tag == 0) tag = random.u32();
  return tag;
}

Duration handshake_delay(int expirations) {
  return std::min(kHandshakeTimeout * (1 << std::min(expirations, 4)), kMaxHandshakeTimeout);
}

}  // namespace

void Connection::choose_identity() {
  local_tag_ = random_tag(random_);
  local_initial_tsn_ = random_.u32();
}

void Connection::start(Instant now) {
  if (phase_ != Phase::closed) return;
  choose_identity();
  phase_ = Phase::cookie_wait;
  send_init_ = true;
  t1_.stop();
  t1_.start(now + handshake_delay(0));
}

wire::InitChunk Connection::describe_self(std::uint32_t tag, std::uint32_t initial_tsn) const {
  wire::InitChunk init;
  init.initiate_tag = tag;
  init.a_rwnd = static_cast<std::uint32_t>(config_.receive_buffer);
  init.outbound_streams = kStreams;
  init.inbound_streams = kStreams;
  init.initial_tsn = initial_tsn;
  init.forward_tsn = true;
  init.extensions = {static_cast<std::uint8_t>(ChunkType::re_config),
                     static_cast<std::uint8_t>(ChunkType::forward_tsn)};
  if (config_.zero_checksum) init.zero_checksum = wire::kZeroChecksumDtls;
  return init;
}

PeerInfo Connection::describe_peer(const wire::InitChunk& init) const {
  PeerInfo peer;
  peer.tag = init.initiate_tag;
  peer.initial_tsn = init.initial_tsn;
  peer.window = init.a_rwnd;
  peer.outbound_streams = init.outbound_streams;
  peer.inbound_streams = init.inbound_streams;
  peer.forward_tsn = init.forward_tsn;
  peer.re_config = init.supports(ChunkType::re_config);
  peer.zero_checksum = config_.zero_checksum && init.zero_checksum == wire::kZeroChecksumDtls;
  return peer;
}

void Connection::handle_init(const wire::Chunk& chunk, Instant now) {
  auto init = wire::parse_init(chunk);
  if (!init) {
    ++stats_.packets_dropped;
    return;
  }
  if (phase_ == Phase::shutdown_ack_sent) {
    send_shutdown_ack_ = true;  // 9.2
    return;
  }
  Cookie cookie;
  cookie.peer = describe_peer(*init);
  cookie.created = now;
  if (phase_ == Phase::cookie_wait || phase_ == Phase::cookie_echoed) {
    // Both sides sent INIT: the answer repeats the parameters of ours (5.2.1).
    cookie.local_tag = local_tag_;
    cookie.local_initial_tsn = local_initial_tsn_;
  } else {
    cookie.local_tag = random_tag(random_);
    cookie.local_initial_tsn = random_.u32();
  }
  if (transfer_) {
    cookie.tie_local = local_tag_;
    cookie.tie_peer = transfer_->peer.tag;
  }
  wire::InitChunk answer = describe_self(cookie.local_tag, cookie.local_initial_tsn);
  answer.cookie = jar_.seal(cookie);
  answer.unrecognized = std::move(init->unrecognized);
  wire::PacketWriter out(header(init->initiate_tag), config_.max_packet_size);
  wire::write_init(out, ChunkType::init_ack, answer);
  push_packet(out.finish());
}

void Connection::handle_init_ack(const wire::Chunk& chunk, Instant now) {
  if (phase_ != Phase::cookie_wait) return;
  auto init = wire::parse_init(chunk);
  std::size_t room = config_.max_packet_size - wire::kCommonHeaderSize - wire::kChunkHeaderSize;
  if (!init || init->cookie.size() > room) {
    ++stats_.packets_dropped;
    return;
  }
  transfer_ = std::make_unique<Transfer>(config_, describe_peer(*init), local_initial_tsn_,
                                         config_.max_packet_size);
  peer_cookie_ = std::move(init->cookie);
  phase_ = Phase::cookie_echoed;
  send_init_ = false;
  send_cookie_echo_ = true;
  t1_.stop();
  t1_.start(now + handshake_delay(0));
}

// The table of RFC 9260 section 5.2.4. False: the cookie was not accepted and the packet is
// dropped.
bool Connection::handle_cookie_echo(const wire::Packet& packet, const wire::Chunk& chunk,
                                    Instant now) {
  auto cookie = jar_.open(chunk.value);
  if (!cookie || cookie->local_tag != packet.header().verification_tag) {
    ++stats_.packets_dropped;
    return false;
  }
  bool same_local = transfer_ && cookie->local_tag == local_tag_;
  bool same_peer = transfer_ && cookie->peer.tag == transfer_->peer.tag;
  if (!(same_local && same_peer) && now - cookie->created > kCookieLife) {
    wire::PacketWriter out(header(cookie->peer.tag), config_.max_packet_size);
    const std::uint8_t staleness[4] = {};
    wire::write_error(out, ChunkType::error, 0, wire::error_cause::kStaleCookie, staleness);
    push_packet(out.finish());
    return false;
  }
  if (!transfer_) {
    if (phase_ == Phase::cookie_wait && cookie->local_tag != local_tag_) return false;
    adopt(*cookie);
    establish(now);
  } else if (same_local && same_peer) {  // D: a repetition, or the collision's normal end
    if (phase_ == Phase::cookie_echoed) establish(now);
  } else if (same_local && phase_ == Phase::cookie_echoed) {  // B: the peer began again meanwhile
    adopt(*cookie);
    establish(now);
  } else if (!same_local && !same_peer && cookie->tie_local == local_tag_ &&
             cookie->tie_peer == transfer_->peer.tag) {  // A: the peer restarted
    if (phase_ == Phase::shutdown_ack_sent) {
      send_shutdown_ack_ = true;
      return false;
    }
    queue_.clear();
    charge_ = 0;
    adopt(*cookie);
    phase_ = Phase::closed;
    establish(now);
  } else {  // C and the rest
    ++stats_.packets_dropped;
    return false;
  }
  send_cookie_ack_ = true;
  return true;
}

void Connection::adopt(const Cookie& cookie) {
  local_tag_ = cookie.local_tag;
  local_initial_tsn_ = cookie.local_initial_tsn;
  bool restarted =
      phase_ != Phase::closed && phase_ != Phase::cookie_wait && phase_ != Phase::cookie_echoed;
  transfer_ =
      std::make_unique<Transfer>(config_, cookie.peer, local_initial_tsn_, config_.max_packet_size);
  heartbeat_acks_.clear();
  error_.clear();
  send_shutdown_ = send_shutdown_ack_ = send_heartbeat_ = false;
  t2_.stop();
  if (restarted) listener_.on_restarted();
}

void Connection::establish(Instant now) {
  phase_ = Phase::established;
  send_init_ = false;
  send_cookie_echo_ = false;
  peer_cookie_.clear();
  t1_.stop();
  errors_ = 0;
  heartbeat_nonce_.reset();
  if (config_.heartbeat_interval > Duration{0}) heartbeat_at_ = now + config_.heartbeat_interval;
  listener_.on_connected();
}

void Connection::handshake_timeout(Instant now) {
  if (!t1_.expire(now)) return;
  if (t1_.expirations() >= config_.max_init_tries) {
    // Nobody there; the peer's INIT may still come. What was queued waits for it.
    transfer_.reset();
    phase_ = Phase::closed;
    t1_.stop();
    return;
  }
  (phase_ == Phase::cookie_wait ? send_init_ : send_cookie_echo_) = true;
  t1_.start(now + handshake_delay(t1_.expirations()));
}

}  // namespace portico::protocol::sctp
