#pragma once
// Messages inside SignalRequest and SignalResponse that both directions, or several requests, use.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/livekit/models.h"

namespace portico::codec::livekit {

enum class SignalTarget : std::int32_t { publisher, subscriber };

struct SimulcastCodec {
  std::string codec{};
  std::string cid{};
  std::vector<VideoLayer> layers{};
  VideoLayer::Mode video_layer_mode = VideoLayer::Mode::mode_unused;
  friend bool operator==(const SimulcastCodec&, const SimulcastCodec&) = default;
};

// `id` of an answer is the id of its offer. `mid_to_track_id` names the track of each section that
// the server sends on.
struct SessionDescription {
  std::string type{};
  std::string sdp{};
  std::uint32_t id = 0;
  std::map<std::string, std::string> mid_to_track_id{};
  friend bool operator==(const SessionDescription&, const SessionDescription&) = default;
};

// `candidateInit` is the JSON text of an RTCIceCandidateInit.
struct TrickleRequest {
  std::string candidateInit{};
  SignalTarget target = SignalTarget::publisher;
  bool final = false;
  friend bool operator==(const TrickleRequest&, const TrickleRequest&) = default;
};

// `cid` is the client's MediaStreamTrack id; a set `sid` adds a backup codec to that track.
struct AddTrackRequest {
  std::string cid{};
  std::string name{};
  TrackType type = TrackType::audio;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool muted = false;
  bool disable_dtx = false;
  TrackSource source = TrackSource::unknown;
  std::vector<VideoLayer> layers{};
  std::vector<SimulcastCodec> simulcast_codecs{};
  std::string sid{};
  bool stereo = false;
  bool disable_red = false;
  Encryption::Type encryption = Encryption::Type::none;
  std::string stream{};
  BackupCodecPolicy backup_codec_policy = BackupCodecPolicy::prefer_regression;
  std::vector<AudioTrackFeature> audio_features{};
  std::vector<PacketTrailerFeature> packet_trailer_features{};
  friend bool operator==(const AddTrackRequest&, const AddTrackRequest&) = default;
};

struct MuteTrackRequest {
  std::string sid{};
  bool muted = false;
  friend bool operator==(const MuteTrackRequest&, const MuteTrackRequest&) = default;
};

// `track_sids` and `participant_tracks` may repeat each other: take the union.
struct UpdateSubscription {
  std::vector<std::string> track_sids{};
  bool subscribe = false;
  std::vector<ParticipantTracks> participant_tracks{};
  friend bool operator==(const UpdateSubscription&, const UpdateSubscription&) = default;
};

// A subscriber's wish: disabled, else `quality` or `width` x `height`; `fps` and `priority` 0 = no
// wish.
struct UpdateTrackSettings {
  std::vector<std::string> track_sids{};
  bool disabled = false;
  VideoQuality quality = VideoQuality::low;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t fps = 0;
  std::uint32_t priority = 0;
  friend bool operator==(const UpdateTrackSettings&, const UpdateTrackSettings&) = default;
};

struct RegionInfo {
  std::string region{};
  std::string url{};
  std::int64_t distance = 0;
  friend bool operator==(const RegionInfo&, const RegionInfo&) = default;
};

struct RegionSettings {
  std::vector<RegionInfo> regions{};
  friend bool operator==(const RegionSettings&, const RegionSettings&) = default;
};

// Clients with protocol <= 12 read `can_reconnect`, later ones `action`.
struct LeaveRequest {
  enum class Action : std::int32_t { disconnect, resume, reconnect };
  bool can_reconnect = false;
  DisconnectReason reason = DisconnectReason::unknown_reason;
  Action action = Action::disconnect;
  std::optional<RegionSettings> regions{};
  friend bool operator==(const LeaveRequest&, const LeaveRequest&) = default;
};

struct UpdateVideoLayers {
  std::string track_sid{};
  std::vector<VideoLayer> layers{};
  friend bool operator==(const UpdateVideoLayers&, const UpdateVideoLayers&) = default;
};

struct TrackPermission {
  std::string participant_sid{};
  bool all_tracks = false;
  std::vector<std::string> track_sids{};
  std::string participant_identity{};
  friend bool operator==(const TrackPermission&, const TrackPermission&) = default;
};

struct SubscriptionPermission {
  bool all_participants = false;
  std::vector<TrackPermission> track_permissions{};
  friend bool operator==(const SubscriptionPermission&, const SubscriptionPermission&) = default;
};

struct UpdateParticipantMetadata {
  std::string metadata{};
  std::string name{};
  std::map<std::string, std::string> attributes{};
  std::uint32_t request_id = 0;
  friend bool operator==(const UpdateParticipantMetadata&,
                         const UpdateParticipantMetadata&) = default;
};

struct UpdateLocalAudioTrack {
  std::string track_sid{};
  std::vector<AudioTrackFeature> features{};
  friend bool operator==(const UpdateLocalAudioTrack&, const UpdateLocalAudioTrack&) = default;
};

struct UpdateLocalVideoTrack {
  std::string track_sid{};
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const UpdateLocalVideoTrack&, const UpdateLocalVideoTrack&) = default;
};

struct TrackPublishedResponse {
  std::string cid{};
  std::optional<TrackInfo> track{};
  friend bool operator==(const TrackPublishedResponse&, const TrackPublishedResponse&) = default;
};

struct PublishDataTrackRequest {
  std::uint32_t pub_handle = 0;
  std::string name{};
  Encryption::Type encryption = Encryption::Type::none;
  std::optional<DataTrackFrameEncoding> frame_encoding{};
  std::optional<DataTrackSchemaId> schema{};
  friend bool operator==(const PublishDataTrackRequest&, const PublishDataTrackRequest&) = default;
};

struct PublishDataTrackResponse {
  std::optional<DataTrackInfo> info{};
  friend bool operator==(const PublishDataTrackResponse&,
                         const PublishDataTrackResponse&) = default;
};

struct UnpublishDataTrackRequest {
  std::uint32_t pub_handle = 0;
  friend bool operator==(const UnpublishDataTrackRequest&,
                         const UnpublishDataTrackRequest&) = default;
};

struct DataTrackSubscriptionOptions {
  std::optional<std::uint32_t> target_fps{};
  friend bool operator==(const DataTrackSubscriptionOptions&,
                         const DataTrackSubscriptionOptions&) = default;
};

struct UpdateDataSubscription {
  struct Update {
    std::string track_sid{};
    bool subscribe = false;
    std::optional<DataTrackSubscriptionOptions> options{};
    friend bool operator==(const Update&, const Update&) = default;
  };
  std::vector<Update> updates{};
  friend bool operator==(const UpdateDataSubscription&, const UpdateDataSubscription&) = default;
};

struct DataBlobKey {
  struct Generic {
    std::string value{};
    friend bool operator==(const Generic&, const Generic&) = default;
  };
  struct SchemaId {
    livekit::DataTrackSchemaId value;
    friend bool operator==(const SchemaId&, const SchemaId&) = default;
  };
  std::variant<std::monostate, Generic, SchemaId> key{};
  friend bool operator==(const DataBlobKey&, const DataBlobKey&) = default;
};

struct DataBlob {
  std::optional<DataBlobKey> key{};
  std::string contents{};
  friend bool operator==(const DataBlob&, const DataBlob&) = default;
};

struct DataChannelInfo {
  std::string label{};
  std::uint32_t id = 0;
  SignalTarget target = SignalTarget::publisher;
  friend bool operator==(const DataChannelInfo&, const DataChannelInfo&) = default;
};

// Highest `sequence` of reliable packets received from that publisher.
struct DataChannelReceiveState {
  std::string publisher_sid{};
  std::uint32_t last_seq = 0;
  friend bool operator==(const DataChannelReceiveState&, const DataChannelReceiveState&) = default;
};

// What a resuming client believes; see the resume sequence.
struct SyncState {
  std::optional<SessionDescription> answer{};
  std::optional<UpdateSubscription> subscription{};
  std::vector<TrackPublishedResponse> publish_tracks{};
  std::vector<DataChannelInfo> data_channels{};
  std::optional<SessionDescription> offer{};
  std::vector<std::string> track_sids_disabled{};
  std::vector<DataChannelReceiveState> datachannel_receive_states{};
  std::vector<PublishDataTrackResponse> publish_data_tracks{};
  std::optional<UpdateDataSubscription> data_subscription{};
  friend bool operator==(const SyncState&, const SyncState&) = default;
};

}  // namespace portico::codec::livekit
