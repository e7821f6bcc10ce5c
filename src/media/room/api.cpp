// The server API of one worker's rooms (livekit-protocol 5.3).
#include <algorithm>

#include "media/room/engine.h"
#include "protocol/livekit/sid.h"

namespace portico::media::room {

namespace lk = codec::livekit;

namespace {

constexpr std::string_view kNoRoom = "requested room does not exist";
constexpr std::string_view kNoParticipant = "participant does not exist";

}  // namespace

Result<Participant*> Engine::find_participant(const std::string& room_name,
                                              const std::string& identity) const {
  Room* room = find_room(room_name);
  if (room == nullptr) return fail(ErrorCode::not_found, kNoRoom);
  Participant* participant = room->find(identity);
  if (participant == nullptr) return fail(ErrorCode::not_found, kNoParticipant);
  return participant;
}

Result<lk::Room> Engine::create_room(const lk::CreateRoomRequest& request, Instant now) {
  context_.now = now;
  if (request.name.empty()) return fail(ErrorCode::invalid, "name: a room needs a name");
  if (request.name.size() > protocol::livekit::kMaxName)
    return fail(ErrorCode::invalid, "name: at most 256 characters");
  if (request.metadata.size() > protocol::livekit::kMaxMetadata)
    return fail(ErrorCode::invalid, "metadata: at most 512 KiB");
  Room* room = find_room(request.name);
  if (room == nullptr) {
    if (rooms_.size() >= config_.max_rooms)
      return fail(ErrorCode::limit, "this server has no room for more rooms");
    auto made = std::make_unique<Room>(
        context_, request.name,
        protocol::livekit::new_sid(protocol::livekit::sid_prefix::room, context_.host.random()));
    room = (rooms_[request.name] = std::move(made)).get();
  }
  lk::RoomConfiguration configuration;
  configuration.empty_timeout = request.empty_timeout;
  configuration.departure_timeout = request.departure_timeout;
  configuration.max_participants = request.max_participants;
  configuration.metadata = request.metadata;
  room->configure(configuration);
  return room->info();
}

lk::ListRoomsResponse Engine::list_rooms(const lk::ListRoomsRequest& request) const {
  lk::ListRoomsResponse response;
  for (const auto& [name, room] : rooms_) {
    bool asked = request.names.empty() ||
                 std::find(request.names.begin(), request.names.end(), name) != request.names.end();
    if (asked) response.rooms.push_back(room->info());
  }
  return response;
}

Result<void> Engine::delete_room(const std::string& name, Instant now) {
  context_.now = now;
  Room* room = find_room(name);
  if (room == nullptr) return fail(ErrorCode::not_found, kNoRoom);
  room->close(lk::DisconnectReason::room_deleted);
  settle();
  rooms_.erase(name);
  return {};
}

Result<lk::ListParticipantsResponse> Engine::list_participants(const std::string& name) const {
  Room* room = find_room(name);
  if (room == nullptr) return fail(ErrorCode::not_found, kNoRoom);
  lk::ListParticipantsResponse response;
  for (const auto& [identity, participant] : room->participants())
    response.participants.push_back(participant->info());
  return response;
}

Result<lk::ParticipantInfo> Engine::get_participant(const std::string& room,
                                                    const std::string& identity) const {
  PORTICO_TRY(participant, find_participant(room, identity));
  return participant->info();
}

Result<void> Engine::remove_participant(const std::string& room, const std::string& identity,
                                        Instant now) {
  context_.now = now;
  PORTICO_TRY(participant, find_participant(room, identity));
  find_room(room)->remove(*participant, lk::DisconnectReason::participant_removed);
  settle();
  return {};
}

Result<lk::TrackInfo> Engine::mute_published_track(const lk::MuteRoomTrackRequest& request,
                                                   Instant now) {
  context_.now = now;
  PORTICO_TRY(participant, find_participant(request.room, request.identity));
  if (!request.muted && !config_.remote_unmute)
    return fail(ErrorCode::conflict, "remote unmute not enabled");
  if (!participant->set_muted(request.track_sid, request.muted, true)) {
    return fail(ErrorCode::not_found, "track is not published");
  }
  settle();
  return participant->publication(request.track_sid)->info;
}

Result<lk::ParticipantInfo> Engine::update_participant(const lk::UpdateParticipantRequest& request,
                                                       Instant now) {
  context_.now = now;
  PORTICO_TRY(participant, find_participant(request.room, request.identity));
  PORTICO_TRY_DO(participant->update_by_server(request));
  settle();
  return participant->info();
}

Result<void> Engine::update_subscriptions(const lk::UpdateSubscriptionsRequest& request,
                                          Instant now) {
  context_.now = now;
  PORTICO_TRY(participant, find_participant(request.room, request.identity));
  lk::UpdateSubscription update;
  update.track_sids = request.track_sids;
  update.participant_tracks = request.participant_tracks;
  update.subscribe = request.subscribe;
  participant->update_subscriptions(update);
  settle();
  return {};
}

Result<void> Engine::send_data(const lk::SendDataRequest& request, Instant now) {
  context_.now = now;
  Room* room = find_room(request.room);
  if (room == nullptr) return fail(ErrorCode::not_found, kNoRoom);
  room->send_data(request);
  settle();
  return {};
}

Result<lk::Room> Engine::update_room_metadata(const lk::UpdateRoomMetadataRequest& request,
                                              Instant now) {
  context_.now = now;
  Room* room = find_room(request.room);
  if (room == nullptr) return fail(ErrorCode::not_found, kNoRoom);
  if (request.metadata.size() > protocol::livekit::kMaxMetadata)
    return fail(ErrorCode::invalid, "metadata: at most 512 KiB");
  room->set_metadata(request.metadata);
  return room->info();
}

}  // namespace portico::media::room
