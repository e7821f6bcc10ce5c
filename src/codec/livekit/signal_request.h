#pragma once
// Client to server: the oneof SignalRequest and the join request of /rtc/v1.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/livekit/signal_messages.h"

namespace portico::codec::livekit {

enum class CandidateProtocol : std::int32_t { udp, tcp, tls };

// Test hooks of the client SDKs.
struct SimulateScenario {
  // clang-format off
  struct SpeakerUpdate { std::int32_t value = 0; };
  struct NodeFailure { bool value = false; };
  struct Migration { bool value = false; };
  struct ServerLeave { bool value = false; };
  struct SwitchCandidateProtocol { livekit::CandidateProtocol value{}; };
  struct SubscriberBandwidth { std::int64_t value = 0; };
  struct DisconnectSignalOnResume { bool value = false; };
  struct DisconnectSignalOnResumeNoMessages { bool value = false; };
  struct LeaveRequestFullReconnect { bool value = false; };
  // clang-format on
  std::variant<std::monostate, SpeakerUpdate, NodeFailure, Migration, ServerLeave,
               SwitchCandidateProtocol, SubscriberBandwidth, DisconnectSignalOnResume,
               DisconnectSignalOnResumeNoMessages, LeaveRequestFullReconnect>
      scenario{};
};

// `timestamp` and `rtt` in milliseconds, by the client's clock.
struct Ping {
  std::int64_t timestamp = 0;
  std::int64_t rtt = 0;
  friend bool operator==(const Ping&, const Ping&) = default;
};

struct StoreDataBlobRequest {
  std::uint32_t request_id = 0;
  std::optional<DataBlob> blob{};
  friend bool operator==(const StoreDataBlobRequest&, const StoreDataBlobRequest&) = default;
};

struct GetDataBlobRequest {
  std::uint32_t request_id = 0;
  std::string participant_identity{};
  std::optional<DataBlobKey> key{};
  friend bool operator==(const GetDataBlobRequest&, const GetDataBlobRequest&) = default;
};

// std::monostate: a message kind that this server does not know; ignore it.
struct SignalRequest {
  // clang-format off
  struct Offer { livekit::SessionDescription value; };
  struct Answer { livekit::SessionDescription value; };
  struct Trickle { livekit::TrickleRequest value; };
  struct AddTrack { livekit::AddTrackRequest value; };
  struct Mute { livekit::MuteTrackRequest value; };
  struct Subscription { livekit::UpdateSubscription value; };
  struct TrackSetting { livekit::UpdateTrackSettings value; };
  struct Leave { livekit::LeaveRequest value; };
  struct UpdateLayers { livekit::UpdateVideoLayers value; };
  struct SubscriptionPermission { livekit::SubscriptionPermission value; };
  struct SyncState { livekit::SyncState value; };
  struct Simulate { livekit::SimulateScenario value; };
  struct Ping { std::int64_t value = 0; };
  struct UpdateMetadata { livekit::UpdateParticipantMetadata value; };
  struct PingReq { livekit::Ping value; };
  struct UpdateAudioTrack { livekit::UpdateLocalAudioTrack value; };
  struct UpdateVideoTrack { livekit::UpdateLocalVideoTrack value; };
  struct PublishDataTrackRequest { livekit::PublishDataTrackRequest value; };
  struct UnpublishDataTrackRequest { livekit::UnpublishDataTrackRequest value; };
  struct UpdateDataSubscription { livekit::UpdateDataSubscription value; };
  struct StoreDataBlobRequest { livekit::StoreDataBlobRequest value; };
  struct GetDataBlobRequest { livekit::GetDataBlobRequest value; };
  // clang-format on
  std::variant<std::monostate, Offer, Answer, Trickle, AddTrack, Mute, Subscription, TrackSetting,
               Leave, UpdateLayers, SubscriptionPermission, SyncState, Simulate, Ping,
               UpdateMetadata, PingReq, UpdateAudioTrack, UpdateVideoTrack, PublishDataTrackRequest,
               UnpublishDataTrackRequest, UpdateDataSubscription, StoreDataBlobRequest,
               GetDataBlobRequest>
      message{};
};

struct ConnectionSettings {
  bool auto_subscribe = false;
  bool adaptive_stream = false;
  std::optional<bool> subscriber_allow_pause{};
  bool disable_ice_lite = false;
  std::optional<bool> auto_subscribe_data_track{};
  friend bool operator==(const ConnectionSettings&, const ConnectionSettings&) = default;
};

// The whole join of /rtc/v1. Absent settings mean false here, unlike in the query of /rtc.
struct JoinRequest {
  std::optional<ClientInfo> client_info{};
  std::optional<ConnectionSettings> connection_settings{};
  std::string metadata{};
  std::map<std::string, std::string> participant_attributes{};
  std::vector<AddTrackRequest> add_track_requests{};
  std::optional<SessionDescription> publisher_offer{};
  bool reconnect = false;
  ReconnectReason reconnect_reason = ReconnectReason::rr_unknown;
  std::string participant_sid{};
  std::optional<SyncState> sync_state{};
  friend bool operator==(const JoinRequest&, const JoinRequest&) = default;
};

}  // namespace portico::codec::livekit
