#pragma once
// One peer connection of a participant: the transport (media/peer), what was negotiated on it, and
// the routes from SSRCs and data channels to publications and subscriptions. Events of the
// transport go to the PeerOwner.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/forwarding/transport_feedback.h"
#include "media/peer/peer_transport.h"
#include "media/room/context.h"
#include "protocol/livekit/offer_answer.h"

namespace portico::media::room {

// In single-PC mode a participant has one peer with role `publisher` that carries everything.
enum class PeerRole : std::uint8_t { publisher, subscriber };

enum class Channel : std::uint8_t { reliable, lossy, data_track };
inline constexpr std::array<std::string_view, 3> kChannelLabels{"_reliable", "_lossy",
                                                                "_data_track"};

class PeerOwner {
 public:
  virtual ~PeerOwner() = default;
  virtual void on_peer_connected(Peer& peer) = 0;
  virtual void on_peer_failed(Peer& peer, std::string_view reason) = 0;
  virtual void on_peer_rtp(Peer& peer, MutableBytes packet) = 0;
  virtual void on_peer_rtcp(Peer& peer, Bytes packet) = 0;
  virtual void on_peer_data(Peer& peer, Channel channel, bool binary, Bytes message) = 0;
  virtual void on_peer_channels_ready(Peer& peer) = 0;
};

// The SSRC under which we send reports and feedback; it never carries media.
inline constexpr Ssrc kOurSsrc{1};

class Peer final : public peer::Observer {
 public:
  // Errors: internal (DTLS).
  static Result<std::unique_ptr<Peer>> create(Context& context, PeerOwner& owner, PeerRole role,
                                              bool ice_lite);
  ~Peer() override;

  PeerRole role() const { return role_; }
  peer::PeerTransport& transport() { return *transport_; }
  bool connected() const { return connected_; }
  bool was_connected() const { return was_connected_; }
  // Everything that our side of an SDP says about the transport.
  protocol::livekit::LocalTransport local_transport() const;
  // Takes the peer's credentials from an offer or answer. On an offer with new credentials we
  // restart ICE, too.
  Result<void> apply_remote(const protocol::livekit::RemoteDescription& description);
  // Before an offer of ours that is to restart ICE.
  void restart_ice();

  void receive(const Path& path, MutableBytes datagram);
  void timeout();
  // The TCP connection of that number is gone.
  void flow_closed(std::uint64_t flow);
  void flush();

  void open_channels();
  bool has_channel(Channel channel) const {
    return channels_[static_cast<std::size_t>(channel)].has_value();
  }
  bool channels_ready() const {
    return has_channel(Channel::reliable) && has_channel(Channel::lossy);
  }
  // Lossy data is dropped when more than this waits. Errors: not_found, limit.
  Result<void> send_data(Channel channel, Bytes message);

  Result<void> send_rtcp(Bytes compound) {
    return transport_->send_rtcp(context_.host.sink(), compound);
  }

  // Negotiation state, kept by negotiation.cpp.
  std::optional<protocol::livekit::RemoteDescription> remote;
  std::uint64_t session_id = 0;
  std::uint64_t session_version = 0;
  forwarding::TransportFeedback feedback{kOurSsrc, Ssrc(0)};  // of what the client sends

  std::uint8_t twcc_extension =
      0;  // ids of header extensions on this connection, 0 = not negotiated
  std::uint8_t level_extension = 0;

  // Paths that carried a packet of this peer, for the engine's table; bounded.
  std::vector<Path> paths;
  static constexpr std::size_t kMaxPaths = 16;
  bool dirty = false;

 private:
  Peer(Context& context, PeerOwner& owner, PeerRole role, bool ice_lite)
      : context_(context), owner_(owner), role_(role), ice_lite_(ice_lite) {}
  peer::IceCredentials new_credentials();

  void on_connected(Instant now) override;
  void on_disconnected(Instant now) override;
  void on_failed(std::string_view reason, Instant now) override;
  void on_closed(Instant now) override;
  void on_rtp(MutableBytes packet, Instant now) override;
  void on_rtcp(Bytes packet, Instant now) override;
  void on_channel_open(const peer::ChannelInfo& channel, Instant now) override;
  void on_channel_closed(std::uint16_t id, Instant now) override;
  void on_message(std::uint16_t id, bool binary, Bytes message, Instant now) override;

  Context& context_;
  PeerOwner& owner_;
  PeerRole role_;
  bool ice_lite_;
  bool connected_ = false;
  bool was_connected_ = false;
  peer::IceCredentials credentials_;
  std::string remote_ufrag_;
  std::unique_ptr<peer::PeerTransport> transport_;
  std::array<std::optional<std::uint16_t>, 3> channels_;
};

}  // namespace portico::media::room
