#include "media/room/peer.h"

#include <algorithm>

namespace portico::media::room {
namespace {

// RFC 8445 5.3: ice-char is ALPHA / DIGIT / "+" / "/".
constexpr std::string_view kIceCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kUfragLength = 8;
constexpr std::size_t kPwdLength = 24;
// Lossy data beyond this waits too long to be of use.
constexpr std::size_t kMaxLossyBuffered = 256 * 1024;

}  // namespace

Result<std::unique_ptr<Peer>> Peer::create(Context& context, PeerOwner& owner, PeerRole role,
                                           bool ice_lite) {
  std::unique_ptr<Peer> peer(new Peer(context, owner, role, ice_lite));
  peer->credentials_ = peer->new_credentials();
  peer->session_id = context.host.random().u64() >> 1;
  peer::PeerConfig config;
  config.ice = peer->credentials_;
  config.ice_lite = ice_lite;
  // A full agent that makes the offer is the controlling one (RFC 8445 6.1.1); a lite one never is.
  config.ice_controlling = !ice_lite && role == PeerRole::subscriber;
  config.local_candidates = context.config.candidates;
  config.dtls = &context.host.dtls();
  PORTICO_TRY(transport, peer::PeerTransport::create(config, *peer, context.host.random()));
  peer->transport_ = std::move(transport);
  context.registrar->add_ufrag(peer->credentials_.ufrag, *peer);
  return peer;
}

Peer::~Peer() { context_.registrar->remove_peer(*this); }

peer::IceCredentials Peer::new_credentials() {
  Random& random = context_.host.random();
  return {context_.config.ufrag_prefix + random.text(kUfragLength - 1, kIceCharacters),
          random.text(kPwdLength, kIceCharacters)};
}

protocol::livekit::LocalTransport Peer::local_transport() const {
  protocol::livekit::LocalTransport local;
  local.ufrag = credentials_.ufrag;
  local.pwd = credentials_.pwd;
  local.fingerprint = context_.host.dtls().fingerprint();
  local.ice_lite = ice_lite_;
  local.candidate_lines = context_.config.candidates;
  local.end_of_candidates = true;
  return local;
}

Result<void> Peer::apply_remote(const protocol::livekit::RemoteDescription& description) {
  bool restarted = !remote_ufrag_.empty() && remote_ufrag_ != description.ufrag;
  if (restarted && description.type == protocol::livekit::DescriptionType::offer) restart_ice();
  remote_ufrag_ = description.ufrag;
  PORTICO_TRY_DO(transport_->set_remote(description.ufrag, description.pwd,
                                        description.fingerprint_hash, description.fingerprint,
                                        context_.now));
  for (const std::string& line : description.candidates) {
    if (auto added = transport_->add_remote_candidate(line); !added)
      break;  // more than we want to know
  }
  context_.registrar->mark_dirty(*this);
  return {};
}

void Peer::restart_ice() {
  credentials_ = new_credentials();
  if (transport_->restart_ice(credentials_, context_.now)) {
    context_.registrar->add_ufrag(credentials_.ufrag, *this);
  }
}

void Peer::receive(const Path& path, MutableBytes datagram) {
  transport_->receive(path, datagram, context_.now);
  context_.registrar->mark_dirty(*this);
}

void Peer::timeout() {
  auto deadline = transport_->next_deadline();
  if (!deadline || *deadline > context_.now) return;
  transport_->timeout(context_.now);
  context_.registrar->mark_dirty(*this);
}

void Peer::flow_closed(std::uint64_t flow) {
  transport_->flow_closed(flow, context_.now);
  context_.registrar->mark_dirty(*this);
}

void Peer::flush() { transport_->flush(context_.host.sink(), context_.now); }

void Peer::open_channels() {
  for (std::size_t k = 0; k < kChannelLabels.size(); ++k) {
    peer::ChannelOptions options;
    if (k != static_cast<std::size_t>(Channel::reliable)) {
      options.ordered = false;
      options.max_retransmits = 0;
    }
    // The id is remembered when the peer has acknowledged the channel.
    if (!transport_->open_channel(kChannelLabels[k], options, context_.now)) return;
  }
  context_.registrar->mark_dirty(*this);
}

Result<void> Peer::send_data(Channel channel, Bytes message) {
  const auto& id = channels_[static_cast<std::size_t>(channel)];
  if (!id) return fail(ErrorCode::not_found, "the data channel is not open yet");
  if (channel != Channel::reliable && transport_->buffered(*id) > kMaxLossyBuffered) {
    return fail(ErrorCode::limit, "the lossy channel is congested");
  }
  context_.registrar->mark_dirty(*this);
  return transport_->send_message(*id, message, true, context_.now);
}

void Peer::on_connected(Instant) {
  connected_ = true;
  was_connected_ = true;
  owner_.on_peer_connected(*this);
}

void Peer::on_disconnected(Instant) { connected_ = false; }

void Peer::on_failed(std::string_view reason, Instant) {
  connected_ = false;
  owner_.on_peer_failed(*this, reason);
}

void Peer::on_closed(Instant) {
  connected_ = false;
  owner_.on_peer_failed(*this, "the client closed the transport");
}

void Peer::on_rtp(MutableBytes packet, Instant) { owner_.on_peer_rtp(*this, packet); }
void Peer::on_rtcp(Bytes packet, Instant) { owner_.on_peer_rtcp(*this, packet); }

void Peer::on_channel_open(const peer::ChannelInfo& channel, Instant) {
  auto label = std::find(kChannelLabels.begin(), kChannelLabels.end(), channel.label);
  if (label == kChannelLabels.end()) return;
  bool ready = channels_ready();
  channels_[static_cast<std::size_t>(label - kChannelLabels.begin())] = channel.id;
  if (!ready && channels_ready()) owner_.on_peer_channels_ready(*this);
}

void Peer::on_channel_closed(std::uint16_t id, Instant) {
  for (auto& channel : channels_) {
    if (channel == id) channel.reset();
  }
}

void Peer::on_message(std::uint16_t id, bool binary, Bytes message, Instant) {
  for (std::size_t k = 0; k < channels_.size(); ++k) {
    if (channels_[k] == id) {
      owner_.on_peer_data(*this, static_cast<Channel>(k), binary, message);
      return;
    }
  }
}

}  // namespace portico::media::room
