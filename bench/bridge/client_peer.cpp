#include "bench/bridge/client_peer.h"

#include <fmt/format.h>

#include "bench/common/process_stats.h"
#include "codec/rtcp/packet.h"
#include "codec/rtcp/writer.h"
#include "codec/rtp/codec.h"
#include "codec/rtp/packet.h"
#include "protocol/ice/credentials.h"

namespace portico::bench {

namespace {

constexpr Duration kReportInterval = 1s;
constexpr Ssrc kOwnSsrc{0xbe9c0001};  // of our receiver reports

bool is_rtp(Bytes d) {
  if (d.size() < 12 || d[0] < 128 || d[0] > 191) return false;
  std::uint8_t type = d[1] & 0x7f;
  return type < 64 || type > 95;
}

}  // namespace

bool SequenceCounter::add(Ssrc ssrc, std::uint16_t sequence) {
  if (!started_ || ssrc != ssrc_) {
    seen_.reset();
    started_ = true;
    ssrc_ = ssrc;
    newest_ = sequence;
  }
  while (newer16(sequence, newest_)) {
    // What is half a circle ahead will be new when it comes.
    seen_.reset(static_cast<std::uint16_t>(++newest_ + 0x8000));
  }
  if (seen_.test(sequence)) return false;
  seen_.set(sequence);
  return true;
}

Result<std::unique_ptr<ClientPeer>> ClientPeer::create(Reactor& reactor,
                                                       const protocol::dtls::Factory& dtls,
                                                       Random& random,
                                                       const ClientPeerOptions& options) {
  PORTICO_TRY(fd, UdpEndpoint::open(options.bind));
  std::unique_ptr<ClientPeer> peer(new ClientPeer(reactor, dtls, random, fd, options));
  auto credentials = protocol::ice::generate_credentials(random, "L");
  peer->local_.ufrag = credentials.ufrag;
  peer->local_.pwd = credentials.pwd;
  peer->local_.fingerprint = dtls.fingerprint();
  peer->local_.end_of_candidates = true;
  const SocketAddress& address = peer->socket_.local();
  peer->local_.candidate_lines = {fmt::format("candidate:1 1 udp 2130706431 {} {} typ host",
                                              address.ip.to_string(), address.port)};
  ClientPeer* raw = peer.get();
  reactor.add(fd, [raw] {
    raw->socket_.drain(
        [raw](const SocketAddress& from, MutableBytes datagram) { raw->receive(from, datagram); });
  });
  return peer;
}

ClientPeer::ClientPeer(Reactor& reactor, const protocol::dtls::Factory& dtls, Random& random,
                       int fd, const ClientPeerOptions& options)
    : reactor_(reactor), dtls_(dtls), random_(random), options_(options), socket_(fd) {}

Result<void> ClientPeer::make_transport(const protocol::livekit::RemoteDescription& remote) {
  media::peer::PeerConfig config;
  config.ice = {local_.ufrag, local_.pwd};
  config.ice_lite = false;
  config.ice_controlling = options_.offers || remote.ice_lite;  // RFC 8445 6.1.1
  config.local_candidates = local_.candidate_lines;
  config.dtls = &dtls_;
  config.dtls_server = options_.offers && remote.setup == protocol::livekit::Setup::active;
  config.sctp = options_.data_channels;
  PORTICO_TRY(transport, media::peer::PeerTransport::create(config, *this, random_));
  transport_ = std::move(transport);
  return {};
}

ClientPeer::~ClientPeer() { reactor_.remove(socket_.fd()); }

Result<void> ClientPeer::set_remote(const protocol::livekit::RemoteDescription& remote,
                                    Instant now) {
  if (!transport_) PORTICO_TRY_DO(make_transport(remote));
  PORTICO_TRY_DO(transport_->set_remote(remote.ufrag, remote.pwd, remote.fingerprint_hash,
                                        remote.fingerprint, now));
  for (const std::string& line : remote.candidates) {
    if (auto added = transport_->add_remote_candidate(line); !added) return added;
  }
  transport_->flush(socket_, now);
  socket_.flush();
  return {};
}

void ClientPeer::add_candidate(const std::string& line, Instant now) {
  // Candidates that we can't use are the server's good right.
  if (!transport_ || !transport_->add_remote_candidate(line)) return;
  transport_->flush(socket_, now);
  socket_.flush();
}

void ClientPeer::receive(const SocketAddress& from, MutableBytes datagram) {
  if (!transport_) return;
  if (is_rtp(datagram)) {
    bool media = media_ && (datagram[1] & 0x7f) == media_->value;
    if (deliveries_.first_frame && media && until_verify_ > 0) {
      --until_verify_;
      count(datagram);
      return;
    }
    if (media) until_verify_ = options_.verify_every;
    std::uint64_t before = transport_->stats().unauthenticated;
    transport_->receive(Path{Transport::udp, socket_.local(), from, 0}, datagram, monotonic_now());
    deliveries_.forged += transport_->stats().unauthenticated - before;
    return;
  }
  Instant now = monotonic_now();
  transport_->receive(Path{Transport::udp, socket_.local(), from, 0}, datagram, now);
  transport_->flush(socket_, now);
  socket_.flush();
}

void ClientPeer::count(Bytes packet) {
  received_ssrc_ = Ssrc(load32(&packet[8]));
  received_sequence_ = load16(&packet[2]);
  bool fresh = sequences_.add(received_ssrc_, received_sequence_);
  ++(fresh ? deliveries_.packets : deliveries_.repeated);
}

void ClientPeer::on_rtp(MutableBytes packet, Instant now) {
  auto parsed = codec::rtp::parse_packet(packet);
  if (!parsed || !media_ || parsed->payload_type != *media_ || parsed->padding_only()) return;
  ++deliveries_.verified;
  count(packet);
  if (deliveries_.first_frame) return;
  if (codec::rtp::is_key_frame(codec::rtp::Codec::vp8, parsed->payload))
    key_timestamp_ = parsed->timestamp;
  if (key_timestamp_ == parsed->timestamp && parsed->marker) {
    deliveries_.first_frame = now;
    if (first_frame_) first_frame_();
  }
}

void ClientPeer::on_rtcp(Bytes packet, Instant) {
  auto parsed = codec::rtcp::parse(packet);
  if (!parsed) return;
  for (const codec::rtcp::Packet& one : *parsed) {
    if (std::holds_alternative<codec::rtcp::PictureLossIndication>(one) ||
        std::holds_alternative<codec::rtcp::FullIntraRequest>(one)) {
      key_frame_wanted_ = true;
    }
  }
}

void ClientPeer::tick(Instant now) {
  if (!transport_) return;
  auto deadline = transport_->next_deadline();
  if (deadline && *deadline <= now) {
    transport_->timeout(now);
    transport_->flush(socket_, now);
  }
  if (connected_ && now >= next_report_) report(now);
  socket_.flush();
}

// What any client sends every second; the senders of real calls need it, so the servers get it here
// as well.
void ClientPeer::report(Instant now) {
  next_report_ = now + kReportInterval;
  codec::rtcp::Writer writer;
  if (source_ != nullptr) {
    codec::rtcp::SenderReport report;
    report.sender = source_->format().ssrc;
    auto micros = static_cast<std::uint64_t>(now.time_since_epoch().count() / 1000);
    report.ntp.value =
        (micros / 1'000'000 + 3'900'000'000U) << 32 | ((micros % 1'000'000) << 32) / 1'000'000;
    report.rtp_timestamp = source_->timestamp();
    report.packet_count = source_->packets();
    report.octet_count = source_->octets();
    writer.add_sender_report(report);
    writer.add_cname(report.sender, "bench");
  } else {
    codec::rtcp::ReportBlock block;
    block.ssrc = received_ssrc_;
    block.highest_sequence = received_sequence_;
    std::span<const codec::rtcp::ReportBlock> blocks(&block, received_ssrc_.value != 0 ? 1 : 0);
    writer.add_receiver_report(kOwnSsrc, blocks);
    writer.add_cname(kOwnSsrc, "bench");
  }
  if (!transport_->send_rtcp(socket_, writer.view())) next_report_ = now;
}

void ClientPeer::publish(VideoSource& source, std::uint32_t packets) {
  source_ = &source;
  for (std::uint32_t i = 0; i < packets; ++i) {
    RtpPacket packet = source.next();
    if (!transport_->send_rtp(socket_, packet.header, packet.payload)) break;
  }
  socket_.flush();
}

}  // namespace portico::bench
