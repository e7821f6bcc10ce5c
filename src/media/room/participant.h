#pragma once
// One participant of a room: identity and permissions, up to two peer connections, what it
// publishes and what it receives. The class is one, its work is spread over files by concern:
//   participant.cpp   state, ParticipantInfo, permissions, leaving
//   negotiation.cpp   offers and answers on both kinds of peer connection
//   publishing.cpp    add_track, binding of sections and SSRCs, mute, unpublish
//   subscribing.cpp   subscriptions, track settings, subscription permissions
//   media.cpp         RTP and RTCP, periodic reports
//   signalling.cpp    dispatch of SignalRequests

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "codec/livekit/messages.h"
#include "codec/rtp/packet.h"
#include "media/bwe/estimator.h"
#include "media/room/context.h"
#include "media/room/peer.h"
#include "media/room/publication.h"
#include "media/room/subscription.h"

namespace portico::media::room {

// "camera", "microphone" ... as tokens name sources.
std::string_view source_name(codec::livekit::TrackSource source);

class Participant final : public PeerOwner {
 public:
  using State = codec::livekit::ParticipantInfo::State;

  Participant(Context& context, Room& room, ConnectionId connection, JoinParams params,
              std::string sid, std::uint64_t ordinal);
  ~Participant() override;

  // --- participant.cpp
  // Makes the peer connections and answers the join. Errors: internal.
  Result<void> start();
  const std::string& identity() const { return params_.grants.identity; }
  const std::string& sid() const { return sid_; }
  State state() const { return state_; }
  bool active() const { return state_ == State::active; }
  bool hidden() const { return video_grants().hidden; }
  // Agents and recorders don't count towards limits and don't keep a room alive.
  bool dependent() const;
  bool single() const { return params_.single_peer_connection; }
  std::int32_t protocol() const { return params_.client.protocol; }
  const protocol::livekit::Grants& grants() const { return params_.grants; }
  const protocol::livekit::VideoGrants& video_grants() const { return params_.grants.grants(); }
  codec::livekit::ParticipantInfo info() const;
  void touch() { ++version_; }
  ConnectionId connection() const { return connection_; }
  bool has_connection() const { return connection_.value != 0; }
  template <class Message>
  void send(Message message) {
    if (has_connection())
      context_.host.send_signal(connection_, codec::livekit::SignalResponse{std::move(message)});
  }
  void send_join();
  void send_refresh_token();
  // Tells the client to go (or to come back), and closes its connection.
  void send_leave(codec::livekit::DisconnectReason reason,
                  codec::livekit::LeaveRequest::Action action);
  // The socket is gone; the participant lives on while its transport does.
  void connection_lost();
  void resume(ConnectionId connection, const JoinParams& params);
  // Both 0 and the leave reason are final.
  void mark_left(codec::livekit::DisconnectReason reason);
  void drop_subscriptions();
  // Nobody may be subscribed to this participant's tracks any more.
  void drop_media();
  Result<void> update_by_server(const codec::livekit::UpdateParticipantRequest& request);
  codec::livekit::DisconnectReason leave_reason() const { return leave_reason_; }
  Instant joined() const { return joined_; }

  // --- signalling.cpp
  void handle(const codec::livekit::SignalRequest& request);

  // --- publishing.cpp
  const std::map<std::string, std::unique_ptr<Publication>>& publications() const {
    return publications_;
  }
  Publication* publication(const std::string& track_sid);
  void add_track(const codec::livekit::AddTrackRequest& request);
  // `by_server`: an administrator's mute, which is also told to the client.
  bool set_muted(const std::string& track_sid, bool muted, bool by_server);
  void unpublish(const std::string& track_sid);

  // --- subscribing.cpp
  const std::map<std::string, std::unique_ptr<Subscription>>& subscriptions() const {
    return subscriptions_;
  }
  bool wants(const Publication& publication) const;
  void subscribe(Publication& publication);
  void unsubscribe(const std::string& track_sid);
  void apply_settings(const codec::livekit::UpdateTrackSettings& settings);
  void update_subscriptions(const codec::livekit::UpdateSubscription& request);
  bool allows(const Participant& subscriber, const std::string& track_sid) const;

  // --- negotiation.cpp
  void handle_offer(const codec::livekit::SessionDescription& offer);
  void handle_answer(const codec::livekit::SessionDescription& answer);
  // Something about subscriptions changed: offer (dual) or ask for an offer (single), coalesced.
  void schedule_negotiation();

  // --- media.cpp
  // Called each tick (10 ms): timers of this participant and its transports.
  void tick();
  // Sends one data packet to this client. Reliable packets wait (bounded) until the channel is
  // open.
  void deliver_data(Channel channel, const std::string& packet);
  Peer* publisher_peer() { return publisher_.get(); }
  // The peer that carries what we send: the subscriber's, or the only one.
  Peer* sending_peer() { return single() ? publisher_.get() : subscriber_.get(); }
  std::uint32_t last_reliable_sequence = 0;
  codec::livekit::ConnectionQuality last_quality = codec::livekit::ConnectionQuality::excellent;
  bool quality_told = false;
  const std::uint64_t number;  // of this participant in its room, never used again

 private:
  friend class Room;
  // --- participant.cpp
  Peer* primary_peer();
  bool subscriber_primary() const;
  bool wants_ice_lite() const;
  codec::livekit::ParticipantPermission permission() const;
  void apply_permission(const codec::livekit::ParticipantPermission& permission);
  // --- PeerOwner
  void on_peer_connected(Peer& peer) override;
  void on_peer_failed(Peer& peer, std::string_view reason) override;
  void on_peer_rtp(Peer& peer, MutableBytes packet) override;
  void on_peer_rtcp(Peer& peer, Bytes packet) override;
  void on_peer_data(Peer& peer, Channel channel, bool binary, Bytes message) override;
  void on_peer_channels_ready(Peer& peer) override;
  // --- signalling.cpp
  void handle_trickle(const codec::livekit::TrickleRequest& request);
  void handle_metadata(const codec::livekit::UpdateParticipantMetadata& request);
  void handle_sync_state(const codec::livekit::SyncState& state);
  void handle_simulate(const codec::livekit::SimulateScenario& scenario);
  void refuse(codec::livekit::RequestResponse::Reason reason, std::string message,
              const codec::livekit::AddTrackRequest& request);
  // --- negotiation.cpp
  void answer_offer(const codec::livekit::SessionDescription& offer);
  void bind_publications(const protocol::livekit::RemoteDescription& offer);
  std::map<std::string, protocol::livekit::SectionPlan> plan_answer(
      const protocol::livekit::RemoteDescription& offer);
  void send_subscriber_offer(bool ice_restart);
  void request_sections();
  void give_up(const std::string& track_sid);
  static constexpr std::size_t kMaxOptedOut = 10'000;  // remembered track sids
  void negotiate();
  // --- publishing.cpp
  Publication* find_pending(const protocol::livekit::RemoteSection& section);
  struct Route {
    Publication* publication = nullptr;
    std::size_t layer = 0;
    bool rtx = false;
  };
  Route* route(Peer& peer, const codec::rtp::Packet& packet);
  void announce(Publication& publication);
  // --- media.cpp
  void send_reports();
  void send_nacks_and_feedback();
  Bitrate sent_bitrate() const;

  Context& context_;
  Room& room_;
  ConnectionId connection_;
  JoinParams params_;
  std::string sid_;
  State state_ = State::joining;
  std::uint32_t version_ = 1;
  Instant joined_;
  WallTime joined_wall_;
  codec::livekit::DisconnectReason leave_reason_ = codec::livekit::DisconnectReason::unknown_reason;
  std::optional<Instant> transport_lost_;  // since when there is neither transport nor hope
  Instant next_token_refresh_;

  std::unique_ptr<Peer> publisher_;   // or the only one
  std::unique_ptr<Peer> subscriber_;  // dual only

  std::map<std::string, std::unique_ptr<Publication>>
      publications_;                                 // by track sid, announced or not
  std::unordered_map<std::uint32_t, Route> routes_;  // by SSRC of the publisher peer
  std::map<std::string, std::unique_ptr<Subscription>> subscriptions_;  // by track sid
  std::unordered_map<std::uint32_t, Subscription*> subscribers_by_ssrc_;
  std::set<std::string> opted_out_;  // track sids the client unsubscribed from
  std::optional<codec::livekit::SubscriptionPermission>
      permission_given_;  // absent: everybody may subscribe

  // Negotiation.
  std::optional<Instant> negotiate_at_;
  bool sections_requested_ = false;  // single: waiting for the client's next offer
  bool offer_pending_ = false;       // dual: waiting for the answer
  bool negotiate_again_ = false;
  bool restart_pending_ = false;
  std::uint32_t offer_id_ = 0;
  std::vector<protocol::livekit::OfferSection> offered_;
  Instant offer_sent_;

  // Reports.
  Instant next_report_;
  Instant next_poll_;
  bwe::RembEstimator path_;  // what the way to this client carries
  // Reliable packets from before the channels opened: bounded by bytes.
  std::deque<std::string> waiting_data_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace portico::media::room
