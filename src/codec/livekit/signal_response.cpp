// Conversions of signal_response.h.

#include "codec/livekit/wire_types.h"
#include "livekit_signal_response.pb.h"

namespace portico::codec::livekit {

PORTICO_MESSAGE(ICEServer, urls, username, credential)
PORTICO_MESSAGE(JoinResponse, room, participant, other_participants, server_version, ice_servers,
                subscriber_primary, alternative_url, client_configuration, server_region,
                ping_timeout, ping_interval, server_info, sif_trailer, enabled_publish_codecs,
                fast_publish)
PORTICO_MESSAGE(ReconnectResponse, ice_servers, client_configuration, server_info, last_message_seq)
PORTICO_MESSAGE(TrackUnpublishedResponse, track_sid)
PORTICO_MESSAGE(ParticipantUpdate, participants)
PORTICO_MESSAGE(SpeakersChanged, speakers)
PORTICO_MESSAGE(RoomUpdate, room)
PORTICO_MESSAGE(ConnectionQualityInfo, participant_sid, quality, score)
PORTICO_MESSAGE(ConnectionQualityUpdate, updates)
PORTICO_MESSAGE(StreamStateInfo, participant_sid, track_sid, state)
PORTICO_MESSAGE(StreamStateUpdate, stream_states)
PORTICO_MESSAGE(SubscribedQuality, quality, enabled)
PORTICO_MESSAGE(SubscribedCodec, codec, qualities)
PORTICO_MESSAGE(SubscribedQualityUpdate, track_sid, subscribed_qualities, subscribed_codecs)
PORTICO_MESSAGE(SubscribedAudioCodec, codec, enabled)
PORTICO_MESSAGE(SubscribedAudioCodecUpdate, track_sid, subscribed_audio_codecs)
PORTICO_MESSAGE(SubscriptionPermissionUpdate, participant_sid, track_sid, allowed)
PORTICO_MESSAGE(RoomMovedResponse, room, token, participant, other_participants)
PORTICO_MESSAGE(Pong, last_ping_timestamp, timestamp)
PORTICO_MESSAGE(SubscriptionResponse, track_sid, err)
#define REQUEST_RESPONSE(X)               \
  X(Trickle, trickle)                     \
  X(AddTrack, add_track)                  \
  X(Mute, mute)                           \
  X(UpdateMetadata, update_metadata)      \
  X(UpdateAudioTrack, update_audio_track) \
  X(UpdateVideoTrack, update_video_track) \
  X(PublishDataTrack, publish_data_track) \
  X(UnpublishDataTrack, unpublish_data_track)
PORTICO_ONEOF_MESSAGE(RequestResponse, request, REQUEST_RESPONSE, request_id, reason, message)
#undef REQUEST_RESPONSE

PORTICO_MESSAGE(TrackSubscribed, track_sid)
PORTICO_MESSAGE(MediaSectionsRequirement, num_audios, num_videos)
PORTICO_MESSAGE(UnpublishDataTrackResponse, info)
PORTICO_MESSAGE_AS(DataTrackSubscriberHandles::PublishedDataTrack,
                   ::livekit::DataTrackSubscriberHandles_PublishedDataTrack, publisher_identity,
                   publisher_sid, track_sid)
PORTICO_MESSAGE(DataTrackSubscriberHandles, sub_handles)
PORTICO_MESSAGE(StoreDataBlobResponse, request_id, key)
PORTICO_MESSAGE(GetDataBlobResponse, request_id, blob)
#define SIGNAL_RESPONSE(X)                                        \
  X(Join, join)                                                   \
  X(Answer, answer)                                               \
  X(Offer, offer)                                                 \
  X(Trickle, trickle)                                             \
  X(Update, update)                                               \
  X(TrackPublished, track_published)                              \
  X(Leave, leave)                                                 \
  X(Mute, mute)                                                   \
  X(SpeakersChanged, speakers_changed)                            \
  X(RoomUpdate, room_update)                                      \
  X(ConnectionQuality, connection_quality)                        \
  X(StreamStateUpdate, stream_state_update)                       \
  X(SubscribedQualityUpdate, subscribed_quality_update)           \
  X(SubscriptionPermissionUpdate, subscription_permission_update) \
  X(RefreshToken, refresh_token)                                  \
  X(TrackUnpublished, track_unpublished)                          \
  X(Pong, pong)                                                   \
  X(Reconnect, reconnect)                                         \
  X(PongResp, pong_resp)                                          \
  X(SubscriptionResponse, subscription_response)                  \
  X(RequestResponse, request_response)                            \
  X(TrackSubscribed, track_subscribed)                            \
  X(RoomMoved, room_moved)                                        \
  X(MediaSectionsRequirement, media_sections_requirement)         \
  X(SubscribedAudioCodecUpdate, subscribed_audio_codec_update)    \
  X(PublishDataTrackResponse, publish_data_track_response)        \
  X(UnpublishDataTrackResponse, unpublish_data_track_response)    \
  X(DataTrackSubscriberHandles, data_track_subscriber_handles)    \
  X(StoreDataBlobResponse, store_data_blob_response)              \
  X(GetDataBlobResponse, get_data_blob_response)
PORTICO_ONEOF_MESSAGE(SignalResponse, message, SIGNAL_RESPONSE)
#undef SIGNAL_RESPONSE

}  // namespace portico::codec::livekit
