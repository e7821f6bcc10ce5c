#include "media/peer/peer_impl.h"

#include <algorithm>
#include <utility>

namespace portico::media::peer {

namespace dtls = protocol::dtls;
namespace ice = protocol::ice;
namespace sctp = protocol::sctp;
namespace srtp = protocol::srtp;

namespace {

sctp::Config sctp_config(const PeerConfig& config) {
  sctp::Config result;
  result.role = config.dtls_server ? sctp::Role::server : sctp::Role::client;
  result.max_message_size = config.max_message_size;
  return result;
}

// RFC 7983 section 7.
enum class Protocol : std::uint8_t { stun, dtls, rtp, rtcp, unknown };

Protocol classify(Bytes datagram) {
  if (datagram.size() < 2) return Protocol::unknown;
  std::uint8_t first = datagram[0];
  if (first <= 3) return Protocol::stun;
  if (first >= 20 && first <= 63) return Protocol::dtls;
  if (first < 128 || first > 191) return Protocol::unknown;
  // RFC 5761 section 4: RTCP packet types 192..223 where RTP has marker and payload type.
  std::uint8_t type = datagram[1];
  return type >= 192 && type <= 223 ? Protocol::rtcp : Protocol::rtp;
}

std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

PeerTransport::Impl::Impl(const PeerConfig& config, ice::Agent agent,
                          std::unique_ptr<dtls::Transport> session, Observer& observer,
                          Random& random)
    : observer_(observer),
      agent_(std::move(agent)),
      dtls_(std::move(session)),
      dtls_server_(config.dtls_server),
      max_send_streams_(config.max_send_streams) {
  if (config.sctp) sctp_.emplace(sctp_config(config), random);
}

Result<void> PeerTransport::Impl::set_remote(ice::Credentials remote, std::string_view hash,
                                             std::string_view fingerprint, Instant now) {
  if (over()) return fail(ErrorCode::conflict, "the transport is closed");
  if (!ice::valid(remote)) return fail(ErrorCode::invalid, "remote ICE credentials");
  auto accepted = dtls_->set_remote_fingerprint(hash, fingerprint);
  if (!accepted) return accepted;
  auto credentials = agent_.set_remote_credentials(std::move(remote.ufrag), std::move(remote.pwd));
  if (!credentials) return credentials;
  if (state_ == PeerState::new_) state_ = PeerState::connecting;
  pump(now);
  return {};
}

Result<void> PeerTransport::Impl::restart_ice(ice::Credentials local) {
  if (over()) return fail(ErrorCode::conflict, "the transport is closed");
  if (!ice::valid(local)) return fail(ErrorCode::invalid, "local ICE credentials");
  agent_.restart(std::move(local));
  if (state_ == PeerState::failed && evaluate() != PeerState::failed)
    state_ = PeerState::connecting;
  return {};
}

void PeerTransport::Impl::receive(const Path& path, MutableBytes datagram, Instant now) {
  if (over()) return;
  stats_.bytes_received += datagram.size();
  switch (classify(datagram)) {
    case Protocol::rtp:
      return receive_rtp(datagram, now);
    case Protocol::rtcp:
      return receive_rtcp(datagram, now);
    case Protocol::stun:
      agent_.receive(path, datagram, now);
      return pump(now);
    case Protocol::dtls:
      return receive_dtls(path, datagram, now);
    case Protocol::unknown:
      ++stats_.early_or_unknown;
  }
}

void PeerTransport::Impl::receive_dtls(const Path& path, Bytes datagram, Instant now) {
  if (!agent_.validated(path)) {
    ++stats_.early_or_unknown;
    return;
  }
  dtls_path_ = path;
  dtls_->receive(datagram, now);
  pump(now);
}

void PeerTransport::Impl::receive_rtp(MutableBytes packet, Instant now) {
  if (!receiver_) {
    ++stats_.early_or_unknown;
    return;
  }
  auto plain = receiver_->open_rtp(packet);
  if (!plain) return count_refusal(plain.error().code);
  ++stats_.rtp_received;
  observer_.on_rtp(*plain, now);
}

void PeerTransport::Impl::receive_rtcp(MutableBytes packet, Instant now) {
  if (!receiver_) {
    ++stats_.early_or_unknown;
    return;
  }
  auto plain = receiver_->open_rtcp(packet);
  if (!plain) return count_refusal(plain.error().code);
  ++stats_.rtcp_received;
  observer_.on_rtcp(*plain, now);
}

void PeerTransport::Impl::count_refusal(ErrorCode code) {
  if (code == ErrorCode::conflict) {
    ++stats_.replayed;
  } else {
    ++stats_.unauthenticated;
  }
}

void PeerTransport::Impl::timeout(Instant now) {
  if (over()) return;
  agent_.timeout(now);
  dtls_->timeout(now);
  if (sctp_) {
    auto deadline = sctp_->next_deadline();
    if (deadline && *deadline <= now) sctp_->timeout(now);
  }
  pump(now);
}

void PeerTransport::Impl::flow_closed(std::uint64_t flow, Instant now) {
  if (over()) return;
  if (dtls_path_ && dtls_path_->transport == Transport::tcp && dtls_path_->flow == flow)
    dtls_path_.reset();
  agent_.flow_closed(flow, now);
  pump(now);
}

std::optional<Instant> PeerTransport::Impl::next_deadline() const {
  if (over()) return std::nullopt;
  auto deadline = earlier(agent_.next_deadline(), dtls_->next_deadline());
  if (sctp_ && dtls_->state() == dtls::State::connected)
    deadline = earlier(deadline, sctp_->next_deadline());
  return deadline;
}

// Events of ICE carry nothing that its state doesn't say, so they are only drained.
void PeerTransport::Impl::pump(Instant now) {
  while (agent_.poll_event()) {
  }
  if (dtls_->state() == dtls::State::new_ && agent_.selected()) dtls_->start(now);
  if (dtls_->state() == dtls::State::connected && !sender_) begin_media(now);
  // What the peer said before it closed is still delivered.
  while (sctp_) {
    auto packet = dtls_->poll_received();
    if (!packet) break;
    sctp_->receive(*packet, now);
  }
  if (evaluate() == PeerState::connected) change_state(now);
  deliver_channel_events(now);
  change_state(now);
}

void PeerTransport::Impl::begin_media(Instant now) {
  const dtls::SrtpKeys& keys = *dtls_->srtp_keys();
  auto sender = srtp::Sender::create(keys.profile, dtls_server_ ? keys.server : keys.client,
                                     {.max_streams = max_send_streams_});
  auto receiver = srtp::Receiver::create(keys.profile, dtls_server_ ? keys.client : keys.server);
  if (!sender || !receiver) {
    failure_ = sender ? receiver.error().message : sender.error().message;
    dtls_->close();
    return;
  }
  sender_.emplace(std::move(*sender));
  receiver_.emplace(std::move(*receiver));
  if (sctp_) sctp_->start(now);
}

PeerState PeerTransport::Impl::evaluate() const {
  if (state_ == PeerState::closed) return state_;
  if (!failure_.empty() || dtls_->state() == dtls::State::failed) return PeerState::failed;
  if (dtls_->state() == dtls::State::closed) return PeerState::closed;
  bool secured = dtls_->state() == dtls::State::connected;
  switch (agent_.state()) {
    case ice::State::failed:
      return PeerState::failed;
    case ice::State::connected:
      return secured ? PeerState::connected : PeerState::connecting;
    case ice::State::disconnected:
      return secured && state_ != PeerState::connecting ? PeerState::disconnected : state_;
    case ice::State::checking:
      // A restart: media goes on over the old path.
      if (secured && agent_.selected() && state_ != PeerState::failed) return state_;
      return PeerState::connecting;
    case ice::State::new_:
      break;
  }
  return state_;
}

void PeerTransport::Impl::change_state(Instant now) {
  PeerState next = evaluate();
  if (next == state_) return;
  state_ = next;
  switch (next) {
    case PeerState::connected:
      return observer_.on_connected(now);
    case PeerState::disconnected:
      return observer_.on_disconnected(now);
    case PeerState::failed:
      return observer_.on_failed(failure_reason(), now);
    case PeerState::closed:
      return observer_.on_closed(now);
    case PeerState::new_:
    case PeerState::connecting:
      return;
  }
}

std::string PeerTransport::Impl::failure_reason() const {
  if (!failure_.empty()) return failure_;
  if (dtls_->state() == dtls::State::failed) return dtls_->failure();
  return "no ICE path to the peer is alive";
}

void PeerTransport::Impl::deliver_channel_events(Instant now) {
  while (sctp_ && !over()) {
    auto event = sctp_->poll_event();
    if (!event) return;
    deliver(*event, now);
  }
}

void PeerTransport::Impl::deliver(const sctp::Event& event, Instant now) {
  if (const auto* message = std::get_if<sctp::event::Message>(&event)) {
    observer_.on_message(message->id, message->binary, message->data, now);
  } else if (const auto* open = std::get_if<sctp::event::ChannelOpen>(&event)) {
    ChannelInfo channel{open->id, open->label, {}};
    channel.options.protocol = open->options.protocol;
    channel.options.ordered = open->options.ordered;
    channel.options.max_retransmits = open->options.max_retransmits;
    if (open->options.max_lifetime) {
      channel.options.max_lifetime_ms = static_cast<std::uint16_t>(
          std::clamp<std::int64_t>(to_ms(*open->options.max_lifetime), 0, 65'535));
    }
    observer_.on_channel_open(channel, now);
  } else if (const auto* closed = std::get_if<sctp::event::ChannelClosed>(&event)) {
    observer_.on_channel_closed(closed->id, now);
  } else if (const auto* low = std::get_if<sctp::event::BufferedLow>(&event)) {
    observer_.on_buffered_low(low->id, now);
  }
}

void PeerTransport::Impl::put(PacketSink& sink, const Path& path, Bytes datagram) {
  if (sink.send(path, datagram)) {
    stats_.bytes_sent += datagram.size();
  } else {
    ++stats_.sink_drops;
  }
}

// Without a path datagrams wait in DTLS's bounded queue.
void PeerTransport::Impl::drain_dtls(PacketSink& sink) {
  const std::optional<Path>& path = agent_.selected() ? agent_.selected() : dtls_path_;
  if (!path) return;
  while (auto datagram = dtls_->poll_transmit()) put(sink, *path, *datagram);
}

void PeerTransport::Impl::flush(PacketSink& sink, Instant now) {
  if (!over()) {
    while (auto transmit = agent_.poll_transmit()) put(sink, transmit->path, transmit->data);
  }
  drain_dtls(sink);
  if (over() || !sctp_) return;
  while (dtls_->state() == dtls::State::connected) {
    auto packet = sctp_->poll_transmit(now);
    if (!packet) return;
    // A refused packet is lost, as on the network; SCTP sends it again.
    static_cast<void>(dtls_->send(*packet, now));
    drain_dtls(sink);
  }
}

Result<void> PeerTransport::Impl::send_rtp(PacketSink& sink, Bytes header, Bytes first,
                                           Bytes rest) {
  if (!may_send()) return fail(ErrorCode::conflict, "not connected");
  std::size_t size =
      header.size() + first.size() + rest.size() + srtp::rtp_overhead(sender_->profile());
  MutableBytes room = sink.reserve(*agent_.selected(), size);
  if (room.size() < size) {
    if (!room.empty()) sink.commit(0);
    ++stats_.sink_drops;
    return fail(ErrorCode::limit, "send queue");
  }
  Bytes payload = first;
  if (!rest.empty()) {
    MutableBytes joined = room.subspan(header.size(), first.size() + rest.size());
    std::copy(first.begin(), first.end(), joined.begin());
    std::copy(rest.begin(), rest.end(), joined.begin() + static_cast<std::ptrdiff_t>(first.size()));
    payload = joined;
  }
  auto sealed = sender_->seal_rtp(header, payload, room);
  sink.commit(sealed ? *sealed : 0);
  if (!sealed) return tl::unexpected<Error>(std::move(sealed).error());
  ++stats_.rtp_sent;
  stats_.bytes_sent += *sealed;
  return {};
}

Result<void> PeerTransport::Impl::send_rtcp(PacketSink& sink, Bytes compound) {
  if (!may_send()) return fail(ErrorCode::conflict, "not connected");
  std::size_t size = compound.size() + srtp::rtcp_overhead(sender_->profile());
  MutableBytes room = sink.reserve(*agent_.selected(), size);
  if (room.size() < size) {
    if (!room.empty()) sink.commit(0);
    ++stats_.sink_drops;
    return fail(ErrorCode::limit, "send queue");
  }
  auto sealed = sender_->seal_rtcp(compound, room);
  sink.commit(sealed ? *sealed : 0);
  if (!sealed) return tl::unexpected<Error>(std::move(sealed).error());
  ++stats_.rtcp_sent;
  stats_.bytes_sent += *sealed;
  return {};
}

// Channels are aborted, then DTLS says close_notify; both leave with the next flush().
void PeerTransport::Impl::close(Instant now) {
  if (over()) return;
  if (sctp_ && dtls_->state() == dtls::State::connected) {
    sctp_->abort("closed", now);
    while (auto packet = sctp_->poll_transmit(now)) {
      if (!dtls_->send(*packet, now)) break;
    }
  }
  dtls_->close();
  state_ = PeerState::closed;
}

}  // namespace portico::media::peer
