// Conversions of signal_messages.h.

#include "codec/livekit/wire_types.h"
#include "livekit_signal_request.pb.h"

namespace portico::codec::livekit {

PORTICO_MESSAGE(SimulcastCodec, codec, cid, layers, video_layer_mode)
PORTICO_MESSAGE(SessionDescription, type, sdp, id, mid_to_track_id)
// By hand: protobuf spells the accessors of candidateInit in lower case.
void encode(const TrickleRequest& from, ::livekit::TrickleRequest& to) {
  to.set_candidateinit(from.candidateInit);
  to.set_target(static_cast<::livekit::SignalTarget>(from.target));
  to.set_final(from.final);
}
void decode(const ::livekit::TrickleRequest& from, TrickleRequest& to) {
  to.candidateInit = from.candidateinit();
  to.target = static_cast<SignalTarget>(from.target());
  to.final = from.final();
}
PORTICO_INSTANTIATE(TrickleRequest)

PORTICO_MESSAGE(AddTrackRequest, cid, name, type, width, height, muted, disable_dtx, source, layers,
                simulcast_codecs, sid, stereo, disable_red, encryption, stream, backup_codec_policy,
                audio_features, packet_trailer_features)
PORTICO_MESSAGE(MuteTrackRequest, sid, muted)
PORTICO_MESSAGE(UpdateSubscription, track_sids, subscribe, participant_tracks)
PORTICO_MESSAGE(UpdateTrackSettings, track_sids, disabled, quality, width, height, fps, priority)
PORTICO_MESSAGE(RegionInfo, region, url, distance)
PORTICO_MESSAGE(RegionSettings, regions)
PORTICO_MESSAGE(LeaveRequest, can_reconnect, reason, action, regions)
PORTICO_MESSAGE(UpdateVideoLayers, track_sid, layers)
PORTICO_MESSAGE(TrackPermission, participant_sid, all_tracks, track_sids, participant_identity)
PORTICO_MESSAGE(SubscriptionPermission, all_participants, track_permissions)
PORTICO_MESSAGE(UpdateParticipantMetadata, metadata, name, attributes, request_id)
PORTICO_MESSAGE(UpdateLocalAudioTrack, track_sid, features)
PORTICO_MESSAGE(UpdateLocalVideoTrack, track_sid, width, height)
PORTICO_MESSAGE(TrackPublishedResponse, cid, track)
PORTICO_MESSAGE(PublishDataTrackRequest, pub_handle, name, encryption, frame_encoding, schema)
PORTICO_MESSAGE(PublishDataTrackResponse, info)
PORTICO_MESSAGE(UnpublishDataTrackRequest, pub_handle)
PORTICO_MESSAGE(DataTrackSubscriptionOptions, target_fps)
PORTICO_MESSAGE_AS(UpdateDataSubscription::Update, ::livekit::UpdateDataSubscription_Update,
                   track_sid, subscribe, options)
PORTICO_MESSAGE(UpdateDataSubscription, updates)
#define DATA_BLOB_KEY(X) \
  X(Generic, generic)    \
  X(SchemaId, schema_id)
PORTICO_ONEOF_MESSAGE(DataBlobKey, key, DATA_BLOB_KEY)
#undef DATA_BLOB_KEY

PORTICO_MESSAGE(DataBlob, key, contents)
PORTICO_MESSAGE(DataChannelInfo, label, id, target)
PORTICO_MESSAGE(DataChannelReceiveState, publisher_sid, last_seq)
PORTICO_MESSAGE(SyncState, answer, subscription, publish_tracks, data_channels, offer,
                track_sids_disabled, datachannel_receive_states, publish_data_tracks,
                data_subscription)

}  // namespace portico::codec::livekit
