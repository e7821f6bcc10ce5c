// Conversions of room_service.h.

#include "codec/livekit/wire_types.h"
#include "livekit_room.pb.h"

namespace portico::codec::livekit {

PORTICO_MESSAGE(RoomAgentDispatch, agent_name, metadata, restart_policy, deployment, attributes)
PORTICO_MESSAGE(RoomConfiguration, name, empty_timeout, departure_timeout, max_participants,
                min_playout_delay, max_playout_delay, sync_streams, agents, metadata, tags)
PORTICO_MESSAGE(CreateRoomRequest, name, empty_timeout, max_participants, node_id, metadata,
                min_playout_delay, max_playout_delay, sync_streams, departure_timeout, room_preset,
                replay_enabled, agents, tags)
PORTICO_MESSAGE(ListRoomsRequest, names)
PORTICO_MESSAGE(ListRoomsResponse, rooms)
PORTICO_MESSAGE(DeleteRoomRequest, room)
PORTICO_MESSAGE(DeleteRoomResponse)
PORTICO_MESSAGE(ListParticipantsRequest, room)
PORTICO_MESSAGE(ListParticipantsResponse, participants)
PORTICO_MESSAGE(RoomParticipantIdentity, room, identity, revoke_token_ts)
PORTICO_MESSAGE(RemoveParticipantResponse)
PORTICO_MESSAGE(MuteRoomTrackRequest, room, identity, track_sid, muted)
PORTICO_MESSAGE(MuteRoomTrackResponse, track)
PORTICO_MESSAGE(UpdateParticipantRequest, room, identity, metadata, permission, name, attributes)
PORTICO_MESSAGE(UpdateSubscriptionsRequest, room, identity, track_sids, subscribe,
                participant_tracks)
PORTICO_MESSAGE(UpdateSubscriptionsResponse)
PORTICO_MESSAGE(SendDataRequest, room, data, kind, destination_sids, topic, destination_identities,
                nonce)
PORTICO_MESSAGE(SendDataResponse)
PORTICO_MESSAGE(UpdateRoomMetadataRequest, room, metadata)
PORTICO_MESSAGE(ForwardParticipantRequest, room, identity, destination_room)
PORTICO_MESSAGE(ForwardParticipantResponse)
PORTICO_MESSAGE(MoveParticipantRequest, room, identity, destination_room)
PORTICO_MESSAGE(MoveParticipantResponse)
PORTICO_MESSAGE(PerformRpcRequest, room, destination_identity, method, payload, response_timeout_ms)
PORTICO_MESSAGE(PerformRpcResponse, payload)

}  // namespace portico::codec::livekit
