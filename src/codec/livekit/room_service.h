#pragma once
// Messages of the Twirp service livekit.RoomService, and RoomConfiguration (which access tokens
// carry too). Automatic egress (RoomEgress) is not part of it: the field is skipped like any
// unknown one.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/livekit/models.h"

namespace portico::codec::livekit {

enum class JobRestartPolicy : std::int32_t { jrp_on_failure, jrp_never };

// Only the enum: packets themselves are handled on the wire level, see data_packet.h.
struct DataPacket {
  enum class Kind : std::int32_t { reliable, lossy };
};

struct RoomAgentDispatch {
  std::string agent_name{};
  std::string metadata{};
  JobRestartPolicy restart_policy = JobRestartPolicy::jrp_on_failure;
  std::string deployment{};
  std::map<std::string, std::string> attributes{};
  friend bool operator==(const RoomAgentDispatch&, const RoomAgentDispatch&) = default;
};

// As CreateRoomRequest; tokens carry it in the claim roomConfig.
struct RoomConfiguration {
  std::string name{};
  std::uint32_t empty_timeout = 0;
  std::uint32_t departure_timeout = 0;
  std::uint32_t max_participants = 0;
  std::string metadata{};
  std::uint32_t min_playout_delay = 0;
  std::uint32_t max_playout_delay = 0;
  bool sync_streams = false;
  std::vector<RoomAgentDispatch> agents{};
  std::map<std::string, std::string> tags{};
  friend bool operator==(const RoomConfiguration&, const RoomConfiguration&) = default;
};

// Time-outs in seconds, playout delays in milliseconds; 0 = default.
struct CreateRoomRequest {
  std::string name{};
  std::string room_preset{};
  std::uint32_t empty_timeout = 0;
  std::uint32_t departure_timeout = 0;
  std::uint32_t max_participants = 0;
  std::string node_id{};
  std::string metadata{};
  std::map<std::string, std::string> tags{};
  std::uint32_t min_playout_delay = 0;
  std::uint32_t max_playout_delay = 0;
  bool sync_streams = false;
  bool replay_enabled = false;
  std::vector<RoomAgentDispatch> agents{};
  friend bool operator==(const CreateRoomRequest&, const CreateRoomRequest&) = default;
};

struct ListRoomsRequest {
  std::vector<std::string> names{};
  friend bool operator==(const ListRoomsRequest&, const ListRoomsRequest&) = default;
};

struct ListRoomsResponse {
  std::vector<Room> rooms{};
  friend bool operator==(const ListRoomsResponse&, const ListRoomsResponse&) = default;
};

struct DeleteRoomRequest {
  std::string room{};
  friend bool operator==(const DeleteRoomRequest&, const DeleteRoomRequest&) = default;
};

struct DeleteRoomResponse {
  friend bool operator==(const DeleteRoomResponse&, const DeleteRoomResponse&) = default;
};

struct ListParticipantsRequest {
  std::string room{};
  friend bool operator==(const ListParticipantsRequest&, const ListParticipantsRequest&) = default;
};

struct ListParticipantsResponse {
  std::vector<ParticipantInfo> participants{};
  friend bool operator==(const ListParticipantsResponse&,
                         const ListParticipantsResponse&) = default;
};

struct RoomParticipantIdentity {
  std::string room{};
  std::string identity{};
  std::int64_t revoke_token_ts = 0;
  friend bool operator==(const RoomParticipantIdentity&, const RoomParticipantIdentity&) = default;
};

struct RemoveParticipantResponse {
  friend bool operator==(const RemoveParticipantResponse&,
                         const RemoveParticipantResponse&) = default;
};

struct MuteRoomTrackRequest {
  std::string room{};
  std::string identity{};
  std::string track_sid{};
  bool muted = false;
  friend bool operator==(const MuteRoomTrackRequest&, const MuteRoomTrackRequest&) = default;
};

struct MuteRoomTrackResponse {
  std::optional<TrackInfo> track{};
  friend bool operator==(const MuteRoomTrackResponse&, const MuteRoomTrackResponse&) = default;
};

// Only set fields act: empty strings change nothing, an empty attribute value deletes, `permission`
// replaces all.
struct UpdateParticipantRequest {
  std::string room{};
  std::string identity{};
  std::string metadata{};
  std::optional<ParticipantPermission> permission{};
  std::string name{};
  std::map<std::string, std::string> attributes{};
  friend bool operator==(const UpdateParticipantRequest&,
                         const UpdateParticipantRequest&) = default;
};

struct UpdateSubscriptionsRequest {
  std::string room{};
  std::string identity{};
  std::vector<std::string> track_sids{};
  bool subscribe = false;
  std::vector<ParticipantTracks> participant_tracks{};
  friend bool operator==(const UpdateSubscriptionsRequest&,
                         const UpdateSubscriptionsRequest&) = default;
};

struct UpdateSubscriptionsResponse {
  friend bool operator==(const UpdateSubscriptionsResponse&,
                         const UpdateSubscriptionsResponse&) = default;
};

// `nonce` of 16 bytes: repeats are ignored.
struct SendDataRequest {
  std::string room{};
  std::string data{};
  DataPacket::Kind kind = DataPacket::Kind::reliable;
  std::vector<std::string> destination_sids{};
  std::vector<std::string> destination_identities{};
  std::optional<std::string> topic{};
  std::string nonce{};
  friend bool operator==(const SendDataRequest&, const SendDataRequest&) = default;
};

struct SendDataResponse {
  friend bool operator==(const SendDataResponse&, const SendDataResponse&) = default;
};

struct UpdateRoomMetadataRequest {
  std::string room{};
  std::string metadata{};
  friend bool operator==(const UpdateRoomMetadataRequest&,
                         const UpdateRoomMetadataRequest&) = default;
};

struct ForwardParticipantRequest {
  std::string room{};
  std::string identity{};
  std::string destination_room{};
  friend bool operator==(const ForwardParticipantRequest&,
                         const ForwardParticipantRequest&) = default;
};

struct ForwardParticipantResponse {
  friend bool operator==(const ForwardParticipantResponse&,
                         const ForwardParticipantResponse&) = default;
};

struct MoveParticipantRequest {
  std::string room{};
  std::string identity{};
  std::string destination_room{};
  friend bool operator==(const MoveParticipantRequest&, const MoveParticipantRequest&) = default;
};

struct MoveParticipantResponse {
  friend bool operator==(const MoveParticipantResponse&, const MoveParticipantResponse&) = default;
};

// `response_timeout_ms` 0 = default.
struct PerformRpcRequest {
  std::string room{};
  std::string destination_identity{};
  std::string method{};
  std::string payload{};
  std::uint32_t response_timeout_ms = 0;
  friend bool operator==(const PerformRpcRequest&, const PerformRpcRequest&) = default;
};

struct PerformRpcResponse {
  std::string payload{};
  friend bool operator==(const PerformRpcResponse&, const PerformRpcResponse&) = default;
};

}  // namespace portico::codec::livekit
