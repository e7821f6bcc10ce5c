#pragma once
// LiveKit's model messages: what signalling, the HTTP API and webhooks share. Plain structs with
// exactly the names of the wire definition (schema/proto), so that a reader can go from one to the
// other: str and bytes are std::string, message and optional fields std::optional, enumerators the
// lower-case proto names. Unknown enum numbers survive a round trip.
// Every member has an initialiser, so that designated initialisers may name just a few.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace portico::codec::livekit {

enum class TrackType : std::int32_t { audio, video, data };

enum class TrackSource : std::int32_t {
  unknown,
  camera,
  microphone,
  screen_share,
  screen_share_audio
};

enum class VideoQuality : std::int32_t { low, medium, high, off };

enum class ConnectionQuality : std::int32_t { poor, good, excellent, lost };

enum class BackupCodecPolicy : std::int32_t { prefer_regression, simulcast, regression };

enum class AudioTrackFeature : std::int32_t {
  tf_stereo,
  tf_no_dtx,
  tf_auto_gain_control,
  tf_echo_cancellation,
  tf_noise_suppression,
  tf_enhanced_noise_cancellation,
  tf_preconnect_buffer
};

enum class PacketTrailerFeature : std::int32_t { ptf_user_timestamp, ptf_frame_id, ptf_user_data };

enum class DisconnectReason : std::int32_t {
  unknown_reason,
  client_initiated,
  duplicate_identity,
  server_shutdown,
  participant_removed,
  room_deleted,
  state_mismatch,
  join_failure,
  migration,
  signal_close,
  room_closed,
  user_unavailable,
  user_rejected,
  sip_trunk_failure,
  connection_timeout,
  media_failure,
  agent_error
};

enum class ReconnectReason : std::int32_t {
  rr_unknown,
  rr_signal_disconnected,
  rr_publisher_failed,
  rr_subscriber_failed,
  rr_switch_candidate
};

enum class SubscriptionError : std::int32_t { se_unknown, se_codec_unsupported, se_track_notfound };

enum class ClientConfigSetting : std::int32_t { unset, disabled, enabled };

struct Encryption {
  enum class Type : std::int32_t { none, gcm, custom };
};

struct TimedVersion {
  std::int64_t unix_micro = 0;
  std::int32_t ticks = 0;
  friend bool operator==(const TimedVersion&, const TimedVersion&) = default;
};

struct Codec {
  std::string mime{};
  std::string fmtp_line{};
  friend bool operator==(const Codec&, const Codec&) = default;
};

// `version` orders copies. JS and Rust clients replace their whole copy, so always send a complete
// Room.
struct Room {
  std::string sid{};
  std::string name{};
  std::uint32_t empty_timeout = 0;
  std::uint32_t departure_timeout = 0;
  std::uint32_t max_participants = 0;
  std::int64_t creation_time = 0;
  std::int64_t creation_time_ms = 0;
  std::string turn_password{};
  std::vector<Codec> enabled_codecs{};
  std::string metadata{};
  std::uint32_t num_participants = 0;
  std::uint32_t num_publishers = 0;
  bool active_recording = false;
  std::optional<TimedVersion> version{};
  friend bool operator==(const Room&, const Room&) = default;
};

struct ParticipantPermission {
  bool can_subscribe = false;
  bool can_publish = false;
  bool can_publish_data = false;
  std::vector<TrackSource> can_publish_sources{};
  bool hidden = false;
  bool recorder = false;
  bool can_update_metadata = false;
  bool agent = false;
  bool can_subscribe_metrics = false;
  bool can_manage_agent_session = false;
  friend bool operator==(const ParticipantPermission&, const ParticipantPermission&) = default;
};

// `width` and `height` in pixels, `bitrate` in bits per second.
struct VideoLayer {
  enum class Mode : std::int32_t {
    mode_unused,
    one_spatial_layer_per_stream,
    multiple_spatial_layers_per_stream,
    one_spatial_layer_per_stream_incomplete_rtcp_sr
  };
  VideoQuality quality = VideoQuality::low;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t bitrate = 0;
  std::uint32_t ssrc = 0;
  std::int32_t spatial_layer = 0;
  std::string rid{};
  std::uint32_t repair_ssrc = 0;
  friend bool operator==(const VideoLayer&, const VideoLayer&) = default;
};

// One encoding of a track; the first is the primary codec.
struct SimulcastCodecInfo {
  std::string mime_type{};
  std::string mid{};
  std::string cid{};
  std::vector<VideoLayer> layers{};
  VideoLayer::Mode video_layer_mode = VideoLayer::Mode::mode_unused;
  std::string sdp_cid{};
  friend bool operator==(const SimulcastCodecInfo&, const SimulcastCodecInfo&) = default;
};

// `layers` repeats codecs[0].layers for old clients. `mime_type` is sent once it is known.
struct TrackInfo {
  std::string sid{};
  TrackType type = TrackType::audio;
  std::string name{};
  bool muted = false;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool simulcast = false;
  bool disable_dtx = false;
  TrackSource source = TrackSource::unknown;
  std::vector<VideoLayer> layers{};
  std::string mime_type{};
  std::string mid{};
  std::vector<SimulcastCodecInfo> codecs{};
  bool stereo = false;
  bool disable_red = false;
  Encryption::Type encryption = Encryption::Type::none;
  std::string stream{};
  std::optional<TimedVersion> version{};
  std::vector<AudioTrackFeature> audio_features{};
  BackupCodecPolicy backup_codec_policy = BackupCodecPolicy::prefer_regression;
  std::vector<PacketTrailerFeature> packet_trailer_features{};
  friend bool operator==(const TrackInfo&, const TrackInfo&) = default;
};

// Who the client is; quirks are decided by it.
struct ClientInfo {
  enum class Capability : std::int32_t {
    cap_unused,
    cap_packet_trailer,
    cap_compression_deflate_raw
  };
  enum class SDK : std::int32_t {
    unknown,
    js,
    swift,
    android,
    flutter,
    go,
    unity,
    react_native,
    rust,
    python,
    cpp,
    unity_web,
    node,
    unreal,
    esp32,
    dotnet
  };
  SDK sdk = SDK::unknown;
  std::string version{};
  std::int32_t protocol = 0;
  std::string os{};
  std::string os_version{};
  std::string device_model{};
  std::string browser{};
  std::string browser_version{};
  std::string address{};
  std::string network{};
  std::string other_sdks{};
  std::int32_t client_protocol = 0;
  std::vector<Capability> capabilities{};
  friend bool operator==(const ClientInfo&, const ClientInfo&) = default;
};

struct DataTrackFrameEncoding {
  enum class WellKnownFrameEncoding : std::int32_t {
    well_known_frame_encoding_unspecified,
    well_known_frame_encoding_ros1,
    well_known_frame_encoding_cdr,
    well_known_frame_encoding_protobuf,
    well_known_frame_encoding_flatbuffer,
    well_known_frame_encoding_cbor,
    well_known_frame_encoding_msgpack,
    well_known_frame_encoding_json
  };
  struct WellKnown {
    WellKnownFrameEncoding value{};
    friend bool operator==(const WellKnown&, const WellKnown&) = default;
  };
  struct Custom {
    std::string value{};
    friend bool operator==(const Custom&, const Custom&) = default;
  };
  std::variant<std::monostate, WellKnown, Custom> value{};
  friend bool operator==(const DataTrackFrameEncoding&, const DataTrackFrameEncoding&) = default;
};

struct DataTrackSchemaEncoding {
  enum class WellKnownSchemaEncoding : std::int32_t {
    well_known_schema_encoding_unspecified,
    well_known_schema_encoding_protobuf,
    well_known_schema_encoding_flatbuffer,
    well_known_schema_encoding_ros1_msg,
    well_known_schema_encoding_ros2_msg,
    well_known_schema_encoding_ros2_idl,
    well_known_schema_encoding_omg_idl,
    well_known_schema_encoding_json_schema
  };
  struct WellKnown {
    WellKnownSchemaEncoding value{};
    friend bool operator==(const WellKnown&, const WellKnown&) = default;
  };
  struct Custom {
    std::string value{};
    friend bool operator==(const Custom&, const Custom&) = default;
  };
  std::variant<std::monostate, WellKnown, Custom> value{};
  friend bool operator==(const DataTrackSchemaEncoding&, const DataTrackSchemaEncoding&) = default;
};

struct DataTrackSchemaId {
  std::string name{};
  std::optional<DataTrackSchemaEncoding> encoding{};
  friend bool operator==(const DataTrackSchemaId&, const DataTrackSchemaId&) = default;
};

struct DataTrackInfo {
  std::uint32_t pub_handle = 0;
  std::string sid{};
  std::string name{};
  Encryption::Type encryption = Encryption::Type::none;
  std::optional<DataTrackFrameEncoding> frame_encoding{};
  std::optional<DataTrackSchemaId> schema{};
  friend bool operator==(const DataTrackInfo&, const DataTrackInfo&) = default;
};

// `version` rises with every change (clients drop older ones); `tracks` is always complete: a
// missing track is unpublished.
struct ParticipantInfo {
  enum class State : std::int32_t { joining, joined, active, disconnected };
  enum class Kind : std::int32_t {
    standard,
    ingress,
    egress,
    sip,
    agent,
    connector = 7,
    bridge = 8
  };
  enum class KindDetail : std::int32_t {
    cloud_agent,
    forwarded,
    connector_whatsapp,
    connector_twilio,
    bridge_rtsp,
    simulation
  };
  std::string sid{};
  std::string identity{};
  State state = State::joining;
  std::vector<TrackInfo> tracks{};
  std::string metadata{};
  std::int64_t joined_at = 0;
  std::int64_t joined_at_ms = 0;
  std::string name{};
  std::uint32_t version = 0;
  std::optional<ParticipantPermission> permission{};
  std::string region{};
  bool is_publisher = false;
  Kind kind = Kind::standard;
  std::map<std::string, std::string> attributes{};
  DisconnectReason disconnect_reason = DisconnectReason::unknown_reason;
  std::vector<KindDetail> kind_details{};
  std::vector<DataTrackInfo> data_tracks{};
  std::int32_t client_protocol = 0;
  std::vector<ClientInfo::Capability> capabilities{};
  friend bool operator==(const ParticipantInfo&, const ParticipantInfo&) = default;
};

// `version` is a feature switch for clients; the JS client refuses a join without it.
struct ServerInfo {
  enum class Edition : std::int32_t { standard, cloud };
  Edition edition = Edition::standard;
  std::string version{};
  std::int32_t protocol = 0;
  std::string region{};
  std::string node_id{};
  std::string debug_info{};
  std::int32_t agent_protocol = 0;
  friend bool operator==(const ServerInfo&, const ServerInfo&) = default;
};

struct VideoConfiguration {
  ClientConfigSetting hardware_encoder = ClientConfigSetting::unset;
  friend bool operator==(const VideoConfiguration&, const VideoConfiguration&) = default;
};

struct DisabledCodecs {
  std::vector<Codec> codecs{};
  std::vector<Codec> publish{};
  friend bool operator==(const DisabledCodecs&, const DisabledCodecs&) = default;
};

struct ClientConfiguration {
  std::optional<VideoConfiguration> video{};
  std::optional<VideoConfiguration> screen{};
  ClientConfigSetting resume_connection = ClientConfigSetting::unset;
  std::optional<DisabledCodecs> disabled_codecs{};
  ClientConfigSetting force_relay = ClientConfigSetting::unset;
  friend bool operator==(const ClientConfiguration&, const ClientConfiguration&) = default;
};

// `level` is linear, 0 (silent) to 1 (loudest).
struct SpeakerInfo {
  std::string sid{};
  float level = 0;
  bool active = false;
  friend bool operator==(const SpeakerInfo&, const SpeakerInfo&) = default;
};

struct ParticipantTracks {
  std::string participant_sid{};
  std::vector<std::string> track_sids{};
  friend bool operator==(const ParticipantTracks&, const ParticipantTracks&) = default;
};

}  // namespace portico::codec::livekit
