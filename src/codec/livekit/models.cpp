// Conversions of models.h.

#include "codec/livekit/wire_types.h"
#include "livekit_models.pb.h"

namespace portico::codec::livekit {

PORTICO_MESSAGE(TimedVersion, unix_micro, ticks)
PORTICO_MESSAGE(Codec, mime, fmtp_line)
PORTICO_MESSAGE(Room, sid, name, empty_timeout, max_participants, creation_time, turn_password,
                enabled_codecs, metadata, num_participants, active_recording, num_publishers,
                version, departure_timeout, creation_time_ms)
PORTICO_MESSAGE(ParticipantPermission, can_subscribe, can_publish, can_publish_data, hidden,
                recorder, can_publish_sources, can_update_metadata, agent, can_subscribe_metrics,
                can_manage_agent_session)
PORTICO_MESSAGE(VideoLayer, quality, width, height, bitrate, ssrc, spatial_layer, rid, repair_ssrc)
PORTICO_MESSAGE(SimulcastCodecInfo, mime_type, mid, cid, layers, video_layer_mode, sdp_cid)
PORTICO_MESSAGE(TrackInfo, sid, type, name, muted, width, height, simulcast, disable_dtx, source,
                layers, mime_type, mid, codecs, stereo, disable_red, encryption, stream, version,
                audio_features, backup_codec_policy, packet_trailer_features)
PORTICO_MESSAGE(ClientInfo, sdk, version, protocol, os, os_version, device_model, browser,
                browser_version, address, network, other_sdks, client_protocol, capabilities)
#define DATA_TRACK_FRAME_ENCODING(X) \
  X(WellKnown, well_known)           \
  X(Custom, custom)
PORTICO_ONEOF_MESSAGE(DataTrackFrameEncoding, value, DATA_TRACK_FRAME_ENCODING)
#undef DATA_TRACK_FRAME_ENCODING

#define DATA_TRACK_SCHEMA_ENCODING(X) \
  X(WellKnown, well_known)            \
  X(Custom, custom)
PORTICO_ONEOF_MESSAGE(DataTrackSchemaEncoding, value, DATA_TRACK_SCHEMA_ENCODING)
#undef DATA_TRACK_SCHEMA_ENCODING

PORTICO_MESSAGE(DataTrackSchemaId, name, encoding)
PORTICO_MESSAGE(DataTrackInfo, pub_handle, sid, name, encryption, frame_encoding, schema)
PORTICO_MESSAGE(ParticipantInfo, sid, identity, state, tracks, metadata, joined_at, name, version,
                permission, region, is_publisher, kind, attributes, disconnect_reason, joined_at_ms,
                kind_details, data_tracks, client_protocol, capabilities)
PORTICO_MESSAGE(ServerInfo, edition, version, protocol, region, node_id, debug_info, agent_protocol)
PORTICO_MESSAGE(VideoConfiguration, hardware_encoder)
PORTICO_MESSAGE(DisabledCodecs, codecs, publish)
PORTICO_MESSAGE(ClientConfiguration, video, screen, resume_connection, disabled_codecs, force_relay)
PORTICO_MESSAGE(SpeakerInfo, sid, level, active)
PORTICO_MESSAGE(ParticipantTracks, participant_sid, track_sids)

}  // namespace portico::codec::livekit
