// Conversions of signal_request.h.

#include "codec/livekit/wire_types.h"
#include "livekit_signal_request.pb.h"

namespace portico::codec::livekit {

#define SIMULATE_SCENARIO(X)                                                     \
  X(SpeakerUpdate, speaker_update)                                               \
  X(NodeFailure, node_failure)                                                   \
  X(Migration, migration)                                                        \
  X(ServerLeave, server_leave)                                                   \
  X(SwitchCandidateProtocol, switch_candidate_protocol)                          \
  X(SubscriberBandwidth, subscriber_bandwidth)                                   \
  X(DisconnectSignalOnResume, disconnect_signal_on_resume)                       \
  X(DisconnectSignalOnResumeNoMessages, disconnect_signal_on_resume_no_messages) \
  X(LeaveRequestFullReconnect, leave_request_full_reconnect)
PORTICO_ONEOF_MESSAGE(SimulateScenario, scenario, SIMULATE_SCENARIO)
#undef SIMULATE_SCENARIO

PORTICO_MESSAGE(Ping, timestamp, rtt)
PORTICO_MESSAGE(StoreDataBlobRequest, request_id, blob)
PORTICO_MESSAGE(GetDataBlobRequest, request_id, participant_identity, key)
#define SIGNAL_REQUEST(X)                                    \
  X(Offer, offer)                                            \
  X(Answer, answer)                                          \
  X(Trickle, trickle)                                        \
  X(AddTrack, add_track)                                     \
  X(Mute, mute)                                              \
  X(Subscription, subscription)                              \
  X(TrackSetting, track_setting)                             \
  X(Leave, leave)                                            \
  X(UpdateLayers, update_layers)                             \
  X(SubscriptionPermission, subscription_permission)         \
  X(SyncState, sync_state)                                   \
  X(Simulate, simulate)                                      \
  X(Ping, ping)                                              \
  X(UpdateMetadata, update_metadata)                         \
  X(PingReq, ping_req)                                       \
  X(UpdateAudioTrack, update_audio_track)                    \
  X(UpdateVideoTrack, update_video_track)                    \
  X(PublishDataTrackRequest, publish_data_track_request)     \
  X(UnpublishDataTrackRequest, unpublish_data_track_request) \
  X(UpdateDataSubscription, update_data_subscription)        \
  X(StoreDataBlobRequest, store_data_blob_request)           \
  X(GetDataBlobRequest, get_data_blob_request)
PORTICO_ONEOF_MESSAGE(SignalRequest, message, SIGNAL_REQUEST)
#undef SIGNAL_REQUEST

PORTICO_MESSAGE(ConnectionSettings, auto_subscribe, adaptive_stream, subscriber_allow_pause,
                disable_ice_lite, auto_subscribe_data_track)
PORTICO_MESSAGE(JoinRequest, client_info, connection_settings, metadata, participant_attributes,
                add_track_requests, publisher_offer, reconnect, reconnect_reason, participant_sid,
                sync_state)

Result<SignalRequest> parse_signal_request(Bytes frame, Framing framing) {
  return parse_message<SignalRequest>(frame, framing);
}

}  // namespace portico::codec::livekit
