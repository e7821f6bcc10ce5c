#pragma once
// Server to client: the oneof SignalResponse and the messages that only it carries.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/livekit/signal_messages.h"

namespace portico::codec::livekit {

// `urls` like "turn:host:port?transport=udp".
struct ICEServer {
  std::vector<std::string> urls{};
  std::string username{};
  std::string credential{};
  friend bool operator==(const ICEServer&, const ICEServer&) = default;
};

// First message of a fresh session. `room`, `participant`, `server_info` and a positive
// `ping_interval` (seconds) are mandatory.
struct JoinResponse {
  std::optional<Room> room{};
  std::optional<ParticipantInfo> participant{};
  std::vector<ParticipantInfo> other_participants{};
  std::string server_version{};
  std::vector<ICEServer> ice_servers{};
  bool subscriber_primary = false;
  std::string alternative_url{};
  std::optional<ClientConfiguration> client_configuration{};
  std::string server_region{};
  std::int32_t ping_timeout = 0;
  std::int32_t ping_interval = 0;
  std::optional<ServerInfo> server_info{};
  std::string sif_trailer{};
  std::vector<Codec> enabled_publish_codecs{};
  bool fast_publish = false;
  friend bool operator==(const JoinResponse&, const JoinResponse&) = default;
};

// First message of a resumed session.
struct ReconnectResponse {
  std::vector<ICEServer> ice_servers{};
  std::optional<ClientConfiguration> client_configuration{};
  std::optional<ServerInfo> server_info{};
  std::uint32_t last_message_seq = 0;
  friend bool operator==(const ReconnectResponse&, const ReconnectResponse&) = default;
};

struct TrackUnpublishedResponse {
  std::string track_sid{};
  friend bool operator==(const TrackUnpublishedResponse&,
                         const TrackUnpublishedResponse&) = default;
};

struct ParticipantUpdate {
  std::vector<ParticipantInfo> participants{};
  friend bool operator==(const ParticipantUpdate&, const ParticipantUpdate&) = default;
};

struct SpeakersChanged {
  std::vector<SpeakerInfo> speakers{};
  friend bool operator==(const SpeakersChanged&, const SpeakersChanged&) = default;
};

struct RoomUpdate {
  std::optional<Room> room{};
  friend bool operator==(const RoomUpdate&, const RoomUpdate&) = default;
};

// `score` is a MOS value, 1.0 to 4.5.
struct ConnectionQualityInfo {
  std::string participant_sid{};
  ConnectionQuality quality = ConnectionQuality::poor;
  float score = 0;
  friend bool operator==(const ConnectionQualityInfo&, const ConnectionQualityInfo&) = default;
};

struct ConnectionQualityUpdate {
  std::vector<ConnectionQualityInfo> updates{};
  friend bool operator==(const ConnectionQualityUpdate&, const ConnectionQualityUpdate&) = default;
};

enum class StreamState : std::int32_t { active, paused };

struct StreamStateInfo {
  std::string participant_sid{};
  std::string track_sid{};
  StreamState state = StreamState::active;
  friend bool operator==(const StreamStateInfo&, const StreamStateInfo&) = default;
};

struct StreamStateUpdate {
  std::vector<StreamStateInfo> stream_states{};
  friend bool operator==(const StreamStateUpdate&, const StreamStateUpdate&) = default;
};

struct SubscribedQuality {
  VideoQuality quality = VideoQuality::low;
  bool enabled = false;
  friend bool operator==(const SubscribedQuality&, const SubscribedQuality&) = default;
};

// `codec` without "video/": "vp8".
struct SubscribedCodec {
  std::string codec{};
  std::vector<SubscribedQuality> qualities{};
  friend bool operator==(const SubscribedCodec&, const SubscribedCodec&) = default;
};

struct SubscribedQualityUpdate {
  std::string track_sid{};
  std::vector<SubscribedQuality> subscribed_qualities{};
  std::vector<SubscribedCodec> subscribed_codecs{};
  friend bool operator==(const SubscribedQualityUpdate&, const SubscribedQualityUpdate&) = default;
};

struct SubscribedAudioCodec {
  std::string codec{};
  bool enabled = false;
  friend bool operator==(const SubscribedAudioCodec&, const SubscribedAudioCodec&) = default;
};

struct SubscribedAudioCodecUpdate {
  std::string track_sid{};
  std::vector<SubscribedAudioCodec> subscribed_audio_codecs{};
  friend bool operator==(const SubscribedAudioCodecUpdate&,
                         const SubscribedAudioCodecUpdate&) = default;
};

struct SubscriptionPermissionUpdate {
  std::string participant_sid{};
  std::string track_sid{};
  bool allowed = false;
  friend bool operator==(const SubscriptionPermissionUpdate&,
                         const SubscriptionPermissionUpdate&) = default;
};

struct RoomMovedResponse {
  std::optional<Room> room{};
  std::string token{};
  std::optional<ParticipantInfo> participant{};
  std::vector<ParticipantInfo> other_participants{};
  friend bool operator==(const RoomMovedResponse&, const RoomMovedResponse&) = default;
};

// `last_ping_timestamp` echoes Ping.timestamp; `timestamp` is unix time in milliseconds.
struct Pong {
  std::int64_t last_ping_timestamp = 0;
  std::int64_t timestamp = 0;
  friend bool operator==(const Pong&, const Pong&) = default;
};

struct SubscriptionResponse {
  std::string track_sid{};
  SubscriptionError err = SubscriptionError::se_unknown;
  friend bool operator==(const SubscriptionResponse&, const SubscriptionResponse&) = default;
};

// Outcome of a numbered request, or the refused request itself in `request`.
struct RequestResponse {
  enum class Reason : std::int32_t {
    ok,
    not_found,
    not_allowed,
    limit_exceeded,
    queued,
    unsupported_type,
    unclassified_error,
    invalid_handle,
    invalid_name,
    duplicate_handle,
    duplicate_name,
    invalid_request
  };
  // clang-format off
  struct Trickle { livekit::TrickleRequest value; };
  struct AddTrack { livekit::AddTrackRequest value; };
  struct Mute { livekit::MuteTrackRequest value; };
  struct UpdateMetadata { livekit::UpdateParticipantMetadata value; };
  struct UpdateAudioTrack { livekit::UpdateLocalAudioTrack value; };
  struct UpdateVideoTrack { livekit::UpdateLocalVideoTrack value; };
  struct PublishDataTrack { livekit::PublishDataTrackRequest value; };
  struct UnpublishDataTrack { livekit::UnpublishDataTrackRequest value; };
  // clang-format on
  std::uint32_t request_id = 0;
  Reason reason = Reason::ok;
  std::string message{};
  std::variant<std::monostate, Trickle, AddTrack, Mute, UpdateMetadata, UpdateAudioTrack,
               UpdateVideoTrack, PublishDataTrack, UnpublishDataTrack>
      request{};
};

struct TrackSubscribed {
  std::string track_sid{};
  friend bool operator==(const TrackSubscribed&, const TrackSubscribed&) = default;
};

// Single PC: how many additional recvonly sections the next offer should bring; 0, 0 asks for a
// mere re-offer.
struct MediaSectionsRequirement {
  std::uint32_t num_audios = 0;
  std::uint32_t num_videos = 0;
  friend bool operator==(const MediaSectionsRequirement&,
                         const MediaSectionsRequirement&) = default;
};

struct UnpublishDataTrackResponse {
  std::optional<DataTrackInfo> info{};
  friend bool operator==(const UnpublishDataTrackResponse&,
                         const UnpublishDataTrackResponse&) = default;
};

// Handle in the binary header of a data-track frame -> which track it is.
struct DataTrackSubscriberHandles {
  struct PublishedDataTrack {
    std::string publisher_identity{};
    std::string publisher_sid{};
    std::string track_sid{};
    friend bool operator==(const PublishedDataTrack&, const PublishedDataTrack&) = default;
  };
  std::map<std::uint32_t, PublishedDataTrack> sub_handles{};
  friend bool operator==(const DataTrackSubscriberHandles&,
                         const DataTrackSubscriberHandles&) = default;
};

struct StoreDataBlobResponse {
  std::uint32_t request_id = 0;
  std::optional<DataBlobKey> key{};
  friend bool operator==(const StoreDataBlobResponse&, const StoreDataBlobResponse&) = default;
};

struct GetDataBlobResponse {
  std::uint32_t request_id = 0;
  std::optional<DataBlob> blob{};
  friend bool operator==(const GetDataBlobResponse&, const GetDataBlobResponse&) = default;
};

struct SignalResponse {
  // clang-format off
  struct Join { livekit::JoinResponse value; };
  struct Answer { livekit::SessionDescription value; };
  struct Offer { livekit::SessionDescription value; };
  struct Trickle { livekit::TrickleRequest value; };
  struct Update { livekit::ParticipantUpdate value; };
  struct TrackPublished { livekit::TrackPublishedResponse value; };
  struct Leave { livekit::LeaveRequest value; };
  struct Mute { livekit::MuteTrackRequest value; };
  struct SpeakersChanged { livekit::SpeakersChanged value; };
  struct RoomUpdate { livekit::RoomUpdate value; };
  struct ConnectionQuality { livekit::ConnectionQualityUpdate value; };
  struct StreamStateUpdate { livekit::StreamStateUpdate value; };
  struct SubscribedQualityUpdate { livekit::SubscribedQualityUpdate value; };
  struct SubscriptionPermissionUpdate { livekit::SubscriptionPermissionUpdate value; };
  struct RefreshToken { std::string value; };
  struct TrackUnpublished { livekit::TrackUnpublishedResponse value; };
  struct Pong { std::int64_t value = 0; };
  struct Reconnect { livekit::ReconnectResponse value; };
  struct PongResp { livekit::Pong value; };
  struct SubscriptionResponse { livekit::SubscriptionResponse value; };
  struct RequestResponse { livekit::RequestResponse value; };
  struct TrackSubscribed { livekit::TrackSubscribed value; };
  struct RoomMoved { livekit::RoomMovedResponse value; };
  struct MediaSectionsRequirement { livekit::MediaSectionsRequirement value; };
  struct SubscribedAudioCodecUpdate { livekit::SubscribedAudioCodecUpdate value; };
  struct PublishDataTrackResponse { livekit::PublishDataTrackResponse value; };
  struct UnpublishDataTrackResponse { livekit::UnpublishDataTrackResponse value; };
  struct DataTrackSubscriberHandles { livekit::DataTrackSubscriberHandles value; };
  struct StoreDataBlobResponse { livekit::StoreDataBlobResponse value; };
  struct GetDataBlobResponse { livekit::GetDataBlobResponse value; };
  // clang-format on
  std::variant<std::monostate, Join, Answer, Offer, Trickle, Update, TrackPublished, Leave, Mute,
               SpeakersChanged, RoomUpdate, ConnectionQuality, StreamStateUpdate,
               SubscribedQualityUpdate, SubscriptionPermissionUpdate, RefreshToken,
               TrackUnpublished, Pong, Reconnect, PongResp, SubscriptionResponse, RequestResponse,
               TrackSubscribed, RoomMoved, MediaSectionsRequirement, SubscribedAudioCodecUpdate,
               PublishDataTrackResponse, UnpublishDataTrackResponse, DataTrackSubscriberHandles,
               StoreDataBlobResponse, GetDataBlobResponse>
      message{};
};

}  // namespace portico::codec::livekit
