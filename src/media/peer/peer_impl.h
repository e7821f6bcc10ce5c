#pragma once
// The inside of PeerTransport. Internal to this folder.

#include <memory>
#include <optional>
#include <string>

#include "media/peer/peer_transport.h"
#include "protocol/ice/agent.h"
#include "protocol/sctp/association.h"
#include "protocol/srtp/receiver.h"
#include "protocol/srtp/sender.h"

namespace portico::media::peer {

class PeerTransport::Impl {
 public:
  Impl(const PeerConfig& config, protocol::ice::Agent agent,
       std::unique_ptr<protocol::dtls::Transport> dtls, Observer& observer, Random& random);

  Result<void> set_remote(protocol::ice::Credentials remote, std::string_view hash,
                          std::string_view fingerprint, Instant now);
  Result<void> restart_ice(protocol::ice::Credentials local);
  void receive(const Path& path, MutableBytes datagram, Instant now);
  void timeout(Instant now);
  void flow_closed(std::uint64_t flow, Instant now);
  std::optional<Instant> next_deadline() const;
  void flush(PacketSink& sink, Instant now);
  Result<void> send_rtp(PacketSink& sink, Bytes header, Bytes first, Bytes rest);
  Result<void> send_rtcp(PacketSink& sink, Bytes compound);
  void close(Instant now);

  bool over() const { return state_ == PeerState::closed; }
  // Media may flow; a path that went silent is still tried.
  bool may_send() const {
    return sender_ && agent_.selected() &&
           (state_ == PeerState::connected || state_ == PeerState::disconnected);
  }

  Observer& observer_;
  protocol::ice::Agent agent_;
  std::unique_ptr<protocol::dtls::Transport> dtls_;
  std::optional<protocol::sctp::Association> sctp_;
  std::optional<protocol::srtp::Sender> sender_;
  std::optional<protocol::srtp::Receiver> receiver_;
  bool dtls_server_;
  std::size_t max_send_streams_;
  PeerState state_ = PeerState::new_;
  std::string failure_;            // of our own making; ICE and DTLS have theirs
  std::optional<Path> dtls_path_;  // where the last DTLS datagram came from, until ICE selects
  PeerStats stats_;

 private:
  void receive_dtls(const Path& path, Bytes datagram, Instant now);
  void receive_rtp(MutableBytes packet, Instant now);
  void receive_rtcp(MutableBytes packet, Instant now);
  void count_refusal(ErrorCode code);
  // Carries events upwards until nothing is left: ICE, DTLS, state changes, SCTP.
  void pump(Instant now);
  void begin_media(Instant now);
  PeerState evaluate() const;
  void change_state(Instant now);
  std::string failure_reason() const;
  void deliver_channel_events(Instant now);
  void deliver(const protocol::sctp::Event& event, Instant now);
  void put(PacketSink& sink, const Path& path, Bytes datagram);
  void drain_dtls(PacketSink& sink);
};

}  // namespace portico::media::peer
