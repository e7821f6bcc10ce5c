#pragma once
// Inside this folder only: names the generated class of each message without including the
// generated headers.

#include "codec/livekit/wire.h"

namespace livekit {
class AddTrackRequest;
class ClientConfiguration;
class ClientInfo;
class Codec;
class ConnectionQualityInfo;
class ConnectionQualityUpdate;
class ConnectionSettings;
class CreateRoomRequest;
class DataBlob;
class DataBlobKey;
class DataChannelInfo;
class DataChannelReceiveState;
class DataTrackFrameEncoding;
class DataTrackInfo;
class DataTrackSchemaEncoding;
class DataTrackSchemaId;
class DataTrackSubscriberHandles;
class DataTrackSubscriberHandles_PublishedDataTrack;
class DataTrackSubscriptionOptions;
class DeleteRoomRequest;
class DeleteRoomResponse;
class DisabledCodecs;
class ForwardParticipantRequest;
class ForwardParticipantResponse;
class GetDataBlobRequest;
class GetDataBlobResponse;
class ICEServer;
class JoinRequest;
class JoinResponse;
class LeaveRequest;
class ListParticipantsRequest;
class ListParticipantsResponse;
class ListRoomsRequest;
class ListRoomsResponse;
class MediaSectionsRequirement;
class MoveParticipantRequest;
class MoveParticipantResponse;
class MuteRoomTrackRequest;
class MuteRoomTrackResponse;
class MuteTrackRequest;
class ParticipantInfo;
class ParticipantPermission;
class ParticipantTracks;
class ParticipantUpdate;
class PerformRpcRequest;
class PerformRpcResponse;
class Ping;
class Pong;
class PublishDataTrackRequest;
class PublishDataTrackResponse;
class ReconnectResponse;
class RegionInfo;
class RegionSettings;
class RemoveParticipantResponse;
class RequestResponse;
class Room;
class RoomAgentDispatch;
class RoomConfiguration;
class RoomMovedResponse;
class RoomParticipantIdentity;
class RoomUpdate;
class SendDataRequest;
class SendDataResponse;
class ServerInfo;
class SessionDescription;
class SignalRequest;
class SignalResponse;
class SimulateScenario;
class SimulcastCodec;
class SimulcastCodecInfo;
class SpeakerInfo;
class SpeakersChanged;
class StoreDataBlobRequest;
class StoreDataBlobResponse;
class StreamStateInfo;
class StreamStateUpdate;
class SubscribedAudioCodec;
class SubscribedAudioCodecUpdate;
class SubscribedCodec;
class SubscribedQuality;
class SubscribedQualityUpdate;
class SubscriptionPermission;
class SubscriptionPermissionUpdate;
class SubscriptionResponse;
class SyncState;
class TimedVersion;
class TrackInfo;
class TrackPermission;
class TrackPublishedResponse;
class TrackSubscribed;
class TrackUnpublishedResponse;
class TrickleRequest;
class UnpublishDataTrackRequest;
class UnpublishDataTrackResponse;
class UpdateDataSubscription;
class UpdateDataSubscription_Update;
class UpdateLocalAudioTrack;
class UpdateLocalVideoTrack;
class UpdateParticipantMetadata;
class UpdateParticipantRequest;
class UpdateRoomMetadataRequest;
class UpdateSubscription;
class UpdateSubscriptionsRequest;
class UpdateSubscriptionsResponse;
class UpdateTrackSettings;
class UpdateVideoLayers;
class VideoConfiguration;
class VideoLayer;
}  // namespace livekit

namespace portico::codec::livekit {

PORTICO_DECLARE(TimedVersion)
PORTICO_DECLARE(Codec)
PORTICO_DECLARE(Room)
PORTICO_DECLARE(ParticipantPermission)
PORTICO_DECLARE(VideoLayer)
PORTICO_DECLARE(SimulcastCodecInfo)
PORTICO_DECLARE(TrackInfo)
PORTICO_DECLARE(ClientInfo)
PORTICO_DECLARE(DataTrackFrameEncoding)
PORTICO_DECLARE(DataTrackSchemaEncoding)
PORTICO_DECLARE(DataTrackSchemaId)
PORTICO_DECLARE(DataTrackInfo)
PORTICO_DECLARE(ParticipantInfo)
PORTICO_DECLARE(ServerInfo)
PORTICO_DECLARE(VideoConfiguration)
PORTICO_DECLARE(DisabledCodecs)
PORTICO_DECLARE(ClientConfiguration)
PORTICO_DECLARE(SpeakerInfo)
PORTICO_DECLARE(ParticipantTracks)
PORTICO_DECLARE(SimulcastCodec)
PORTICO_DECLARE(SessionDescription)
PORTICO_DECLARE(TrickleRequest)
PORTICO_DECLARE(AddTrackRequest)
PORTICO_DECLARE(MuteTrackRequest)
PORTICO_DECLARE(UpdateSubscription)
PORTICO_DECLARE(UpdateTrackSettings)
PORTICO_DECLARE(RegionInfo)
PORTICO_DECLARE(RegionSettings)
PORTICO_DECLARE(LeaveRequest)
PORTICO_DECLARE(UpdateVideoLayers)
PORTICO_DECLARE(TrackPermission)
PORTICO_DECLARE(SubscriptionPermission)
PORTICO_DECLARE(UpdateParticipantMetadata)
PORTICO_DECLARE(UpdateLocalAudioTrack)
PORTICO_DECLARE(UpdateLocalVideoTrack)
PORTICO_DECLARE(TrackPublishedResponse)
PORTICO_DECLARE(PublishDataTrackRequest)
PORTICO_DECLARE(PublishDataTrackResponse)
PORTICO_DECLARE(UnpublishDataTrackRequest)
PORTICO_DECLARE(DataTrackSubscriptionOptions)
PORTICO_DECLARE(UpdateDataSubscription)
PORTICO_DECLARE(DataBlobKey)
PORTICO_DECLARE(DataBlob)
PORTICO_DECLARE(DataChannelInfo)
PORTICO_DECLARE(DataChannelReceiveState)
PORTICO_DECLARE(SyncState)
PORTICO_DECLARE(SimulateScenario)
PORTICO_DECLARE(Ping)
PORTICO_DECLARE(StoreDataBlobRequest)
PORTICO_DECLARE(GetDataBlobRequest)
PORTICO_DECLARE(SignalRequest)
PORTICO_DECLARE(ConnectionSettings)
PORTICO_DECLARE(JoinRequest)
PORTICO_DECLARE(ICEServer)
PORTICO_DECLARE(JoinResponse)
PORTICO_DECLARE(ReconnectResponse)
PORTICO_DECLARE(TrackUnpublishedResponse)
PORTICO_DECLARE(ParticipantUpdate)
PORTICO_DECLARE(SpeakersChanged)
PORTICO_DECLARE(RoomUpdate)
PORTICO_DECLARE(ConnectionQualityInfo)
PORTICO_DECLARE(ConnectionQualityUpdate)
PORTICO_DECLARE(StreamStateInfo)
PORTICO_DECLARE(StreamStateUpdate)
PORTICO_DECLARE(SubscribedQuality)
PORTICO_DECLARE(SubscribedCodec)
PORTICO_DECLARE(SubscribedQualityUpdate)
PORTICO_DECLARE(SubscribedAudioCodec)
PORTICO_DECLARE(SubscribedAudioCodecUpdate)
PORTICO_DECLARE(SubscriptionPermissionUpdate)
PORTICO_DECLARE(RoomMovedResponse)
PORTICO_DECLARE(Pong)
PORTICO_DECLARE(SubscriptionResponse)
PORTICO_DECLARE(RequestResponse)
PORTICO_DECLARE(TrackSubscribed)
PORTICO_DECLARE(MediaSectionsRequirement)
PORTICO_DECLARE(UnpublishDataTrackResponse)
PORTICO_DECLARE(DataTrackSubscriberHandles)
PORTICO_DECLARE(StoreDataBlobResponse)
PORTICO_DECLARE(GetDataBlobResponse)
PORTICO_DECLARE(SignalResponse)
PORTICO_DECLARE(RoomAgentDispatch)
PORTICO_DECLARE(RoomConfiguration)
PORTICO_DECLARE(CreateRoomRequest)
PORTICO_DECLARE(ListRoomsRequest)
PORTICO_DECLARE(ListRoomsResponse)
PORTICO_DECLARE(DeleteRoomRequest)
PORTICO_DECLARE(DeleteRoomResponse)
PORTICO_DECLARE(ListParticipantsRequest)
PORTICO_DECLARE(ListParticipantsResponse)
PORTICO_DECLARE(RoomParticipantIdentity)
PORTICO_DECLARE(RemoveParticipantResponse)
PORTICO_DECLARE(MuteRoomTrackRequest)
PORTICO_DECLARE(MuteRoomTrackResponse)
PORTICO_DECLARE(UpdateParticipantRequest)
PORTICO_DECLARE(UpdateSubscriptionsRequest)
PORTICO_DECLARE(UpdateSubscriptionsResponse)
PORTICO_DECLARE(SendDataRequest)
PORTICO_DECLARE(SendDataResponse)
PORTICO_DECLARE(UpdateRoomMetadataRequest)
PORTICO_DECLARE(ForwardParticipantRequest)
PORTICO_DECLARE(ForwardParticipantResponse)
PORTICO_DECLARE(MoveParticipantRequest)
PORTICO_DECLARE(MoveParticipantResponse)
PORTICO_DECLARE(PerformRpcRequest)
PORTICO_DECLARE(PerformRpcResponse)
PORTICO_DECLARE_AS(UpdateDataSubscription::Update, ::livekit::UpdateDataSubscription_Update)
PORTICO_DECLARE_AS(DataTrackSubscriberHandles::PublishedDataTrack,
                   ::livekit::DataTrackSubscriberHandles_PublishedDataTrack)

}  // namespace portico::codec::livekit
