#include "media/peer/peer_transport.h"

#include "base/check.h"
#include "media/peer/peer_impl.h"

namespace portico::media::peer {

namespace dtls = protocol::dtls;
namespace ice = protocol::ice;
namespace sctp = protocol::sctp;

PeerTransport::PeerTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PeerTransport::~PeerTransport() = default;

Result<std::unique_ptr<PeerTransport>> PeerTransport::create(const PeerConfig& config,
                                                             Observer& observer, Random& random) {
  PORTICO_CHECK(config.dtls != nullptr);
  if (!ice::valid({config.ice.ufrag, config.ice.pwd})) {
    return fail(ErrorCode::invalid, "local ICE credentials");
  }
  std::vector<ice::Candidate> candidates;
  for (const std::string& line : config.local_candidates) {
    PORTICO_TRY(candidate, ice::parse_candidate(line));
    candidates.push_back(std::move(candidate));
  }
  ice::Config ice_config;
  ice_config.lite = config.ice_lite;
  ice_config.ufrag = config.ice.ufrag;
  ice_config.pwd = config.ice.pwd;
  ice_config.controlling = config.ice_controlling;
  ice_config.tie_breaker = random.u64();
  ice::Agent agent(std::move(ice_config), random);
  agent.set_local_candidates(std::move(candidates));
  PORTICO_TRY(session,
              config.dtls->create(config.dtls_server ? dtls::Role::server : dtls::Role::client));
  auto impl =
      std::make_unique<Impl>(config, std::move(agent), std::move(session), observer, random);
  return std::unique_ptr<PeerTransport>(new PeerTransport(std::move(impl)));
}

Result<void> PeerTransport::set_remote(std::string_view ufrag, std::string_view pwd,
                                       std::string_view fingerprint_hash,
                                       std::string_view fingerprint, Instant now) {
  return impl_->set_remote({std::string(ufrag), std::string(pwd)}, fingerprint_hash, fingerprint,
                           now);
}

Result<void> PeerTransport::add_remote_candidate(std::string_view line) {
  if (line.empty() || line == "a=end-of-candidates" || line == "end-of-candidates") return {};
  auto candidate = ice::parse_candidate(line);
  if (!candidate) {
    if (candidate.error().code == ErrorCode::unsupported) return {};
    return tl::unexpected<Error>(std::move(candidate).error());
  }
  return impl_->agent_.add_remote_candidate(std::move(*candidate));
}

Result<void> PeerTransport::restart_ice(const IceCredentials& local, Instant /*now*/) {
  return impl_->restart_ice({local.ufrag, local.pwd});
}

void PeerTransport::receive(const Path& path, MutableBytes datagram, Instant now) {
  impl_->receive(path, datagram, now);
}
void PeerTransport::timeout(Instant now) { impl_->timeout(now); }
void PeerTransport::flow_closed(std::uint64_t flow, Instant now) { impl_->flow_closed(flow, now); }
std::optional<Instant> PeerTransport::next_deadline() const { return impl_->next_deadline(); }
void PeerTransport::flush(PacketSink& sink, Instant now) { impl_->flush(sink, now); }

Result<void> PeerTransport::send_rtp(PacketSink& sink, Bytes header, Bytes payload) {
  return impl_->send_rtp(sink, header, payload, {});
}
Result<void> PeerTransport::send_rtp(PacketSink& sink, Bytes header, Bytes first, Bytes rest) {
  return impl_->send_rtp(sink, header, first, rest);
}
Result<void> PeerTransport::send_rtcp(PacketSink& sink, Bytes compound) {
  return impl_->send_rtcp(sink, compound);
}
void PeerTransport::forget_ssrc(Ssrc ssrc) {
  if (impl_->sender_) impl_->sender_->forget(ssrc);
}

Result<std::uint16_t> PeerTransport::open_channel(std::string_view label,
                                                  const ChannelOptions& options, Instant now) {
  if (!impl_->sctp_ || impl_->over()) return fail(ErrorCode::conflict, "no data channels here");
  sctp::ChannelOptions wanted;
  wanted.protocol = options.protocol;
  wanted.ordered = options.ordered;
  wanted.max_retransmits = options.max_retransmits;
  if (options.max_lifetime_ms)
    wanted.max_lifetime = std::chrono::milliseconds(*options.max_lifetime_ms);
  return impl_->sctp_->open_channel(label, wanted, now);
}

Result<void> PeerTransport::close_channel(std::uint16_t id) {
  if (!impl_->sctp_ || impl_->over()) return fail(ErrorCode::conflict, "no data channels here");
  impl_->sctp_->close_channel(id);
  return {};
}

Result<void> PeerTransport::send_message(std::uint16_t id, Bytes message, bool binary,
                                         Instant now) {
  if (!impl_->sctp_ || impl_->over()) return fail(ErrorCode::conflict, "no data channels here");
  return impl_->sctp_->send(id, message, binary, now);
}

std::size_t PeerTransport::buffered(std::uint16_t id) const {
  return impl_->sctp_ ? impl_->sctp_->buffered(id) : 0;
}
void PeerTransport::set_buffered_low_threshold(std::uint16_t id, std::size_t bytes) {
  if (impl_->sctp_) impl_->sctp_->set_buffered_low_threshold(id, bytes);
}

void PeerTransport::close(Instant now) { impl_->close(now); }

PeerState PeerTransport::state() const { return impl_->state_; }
const std::optional<Path>& PeerTransport::selected() const { return impl_->agent_.selected(); }
const PeerStats& PeerTransport::stats() const { return impl_->stats_; }
bool PeerTransport::validated(const Path& path) const { return impl_->agent_.validated(path); }
const std::string& PeerTransport::local_ufrag() const {
  return impl_->agent_.local_credentials().ufrag;
}
std::optional<std::string_view> PeerTransport::retired_ufrag() const {
  return impl_->agent_.retired_ufrag();
}
std::optional<Duration> PeerTransport::rtt() const { return impl_->agent_.rtt(); }
std::size_t PeerTransport::rtp_overhead() const {
  return impl_->sender_ ? protocol::srtp::rtp_overhead(impl_->sender_->profile()) : 0;
}

}  // namespace portico::media::peer
