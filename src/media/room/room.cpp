#include "media/room/room.h"

#include <algorithm>

#include "protocol/livekit/sid.h"

namespace portico::media::room {

namespace lk = codec::livekit;
namespace sid_prefix = protocol::livekit::sid_prefix;
using Response = lk::SignalResponse;

namespace {

constexpr std::size_t kSifTrailerSize = 16;
constexpr Duration kCountsInterval =
    5s;  // livekit-protocol 4.15: counts are told at most this often

}  // namespace

Room::Room(Context& context, std::string name, std::string sid)
    : context_(context), created_(context.now), next_quality_(context.now) {
  info_.name = std::move(name);
  info_.sid = std::move(sid);
  WallTime now = context.host.wall_time();
  info_.creation_time = now.unix_seconds();
  info_.creation_time_ms = now.unix_millis();
  info_.empty_timeout = static_cast<std::uint32_t>(context.config.empty_timeout / 1s);
  info_.departure_timeout = static_cast<std::uint32_t>(context.config.departure_timeout / 1s);
  info_.max_participants = context.config.max_participants;
  sif_trailer_.resize(kSifTrailerSize);
  context.host.random().fill(
      {reinterpret_cast<std::uint8_t*>(sif_trailer_.data()), sif_trailer_.size()});
}

Room::~Room() {
  for (auto& [identity, participant] : participants_) participant->drop_subscriptions();
  for (auto& [identity, participant] : participants_) participant->drop_media();
}

lk::Room Room::info() const {
  lk::Room info = info_;
  for (const auto& [identity, participant] : participants_) {
    if (participant->hidden() || participant->dependent()) continue;
    ++info.num_participants;
    bool publishes =
        std::any_of(participant->publications().begin(), participant->publications().end(),
                    [](const auto& entry) { return entry.second->announced; });
    if (publishes) ++info.num_publishers;
  }
  info.active_recording =
      std::any_of(participants_.begin(), participants_.end(),
                  [](const auto& entry) { return entry.second->video_grants().recorder; });
  return info;
}

void Room::configure(const lk::RoomConfiguration& configuration) {
  if (configuration.empty_timeout != 0) info_.empty_timeout = configuration.empty_timeout;
  if (configuration.departure_timeout != 0)
    info_.departure_timeout = configuration.departure_timeout;
  if (configuration.max_participants != 0) info_.max_participants = configuration.max_participants;
  if (!configuration.metadata.empty() && configuration.metadata != info_.metadata) {
    info_.metadata = configuration.metadata;
    broadcast_room();
  }
}

void Room::set_metadata(const std::string& metadata) {
  info_.metadata = metadata;
  broadcast_room();
}

Participant* Room::find(const std::string& identity) {
  auto found = participants_.find(identity);
  return found == participants_.end() ? nullptr : found->second.get();
}

Participant* Room::find_by_sid(const std::string& sid) {
  for (auto& [identity, participant] : participants_) {
    if (participant->sid() == sid) return participant.get();
  }
  return nullptr;
}

tl::expected<Participant*, JoinRefusal> Room::join(ConnectionId connection, JoinParams params) {
  std::string identity = params.grants.identity;
  if (Participant* old = find(identity)) remove(*old, lk::DisconnectReason::duplicate_identity);
  auto participant = std::make_unique<Participant>(
      context_, *this, connection, std::move(params),
      protocol::livekit::new_sid(sid_prefix::participant, context_.host.random()), next_number_++);
  if (info_.max_participants != 0 && !participant->dependent() && !participant->hidden() &&
      info().num_participants >= info_.max_participants) {
    return tl::unexpected(JoinRefusal{503, "room is full"});
  }
  ever_joined_ = true;
  emptied_.reset();
  Participant& joined = *participant;
  participants_[identity] = std::move(participant);
  if (auto started = joined.start(); !started) {
    participants_.erase(identity);
    return tl::unexpected(JoinRefusal{500, started.error().message});
  }
  context_.host.log("participant_joined", name(), identity, joined.sid());
  broadcast_participant(joined, &joined);
  schedule_counts();
  return &joined;
}

tl::expected<Participant*, JoinRefusal> Room::resume(ConnectionId connection,
                                                     const JoinParams& params) {
  Participant* participant = find(params.grants.identity);
  bool other = participant != nullptr && !params.participant_sid.empty() &&
               participant->sid() != params.participant_sid;
  if (participant == nullptr || participant->state() == Participant::State::disconnected || other)
    return nullptr;
  context_.host.log("participant_resumed", name(), participant->identity(), participant->sid());
  participant->resume(connection, params);
  return participant;
}

void Room::remove(Participant& participant, lk::DisconnectReason reason) {
  if (participant.state() == Participant::State::disconnected) return;
  context_.host.log("participant_left", name(), participant.identity(), participant.sid());
  bool by_itself = reason == lk::DisconnectReason::client_initiated;
  if (!by_itself) participant.send_leave(reason, lk::LeaveRequest::Action::disconnect);
  // Others must hear of the leaving before an update of a successor with the same identity.
  participant.mark_left(reason);
  for (const auto& [track_sid, publication] : participant.publications()) {
    for (auto& [identity, other] : participants_) {
      if (other.get() != &participant) other->unsubscribe(track_sid);
    }
  }
  broadcast_participant(participant, &participant);
  detector_.remove(participant.number);
  participant.drop_media();
  auto found = participants_.find(participant.identity());
  if (found != participants_.end() && found->second.get() == &participant)
    participants_.erase(found);
  schedule_counts();
  bool anybody = std::any_of(participants_.begin(), participants_.end(),
                             [](const auto& entry) { return !entry.second->dependent(); });
  if (!anybody) emptied_ = context_.now;
}

void Room::close(lk::DisconnectReason reason) {
  while (!participants_.empty()) {
    Participant& participant = *participants_.begin()->second;
    remove(participant, reason);
  }
  context_.host.log("room_closed", name(), "", info_.sid);
}

bool Room::expired() const {
  if (!emptied_ && ever_joined_) return false;
  if (emptied_) return context_.now >= *emptied_ + std::chrono::seconds(info_.departure_timeout);
  return context_.now >= created_ + std::chrono::seconds(info_.empty_timeout);
}

void Room::broadcast_participant(Participant& participant, const Participant* except) {
  lk::ParticipantUpdate update;
  update.participants.push_back(participant.info());
  for (auto& [identity, other] : participants_) {
    if (other.get() == except) continue;
    if (participant.hidden() && other.get() != &participant) continue;
    other->send(Response::Update{update});
  }
}

void Room::schedule_counts() {
  if (!counts_due_) counts_due_ = std::max(context_.now, counts_told_ + kCountsInterval);
}

void Room::broadcast_room() {
  for (auto& [identity, participant] : participants_) {
    participant->send(Response::RoomUpdate{lk::RoomUpdate{info()}});
  }
}

void Room::announce_hidden(Participant& participant) {
  lk::ParticipantUpdate update;
  lk::ParticipantInfo& info = update.participants.emplace_back(participant.info());
  info.state = Participant::State::disconnected;
  info.tracks.clear();
  for (auto& [identity, other] : participants_) {
    if (other.get() != &participant) other->send(Response::Update{update});
  }
  schedule_counts();
}

void Room::on_active(Participant& participant) {
  broadcast_participant(participant);
  subscribe_to_all(participant);
}

void Room::subscribe_to_all(Participant& participant) {
  for (auto& [identity, other] : participants_) {
    if (other.get() == &participant) continue;
    for (const auto& [track_sid, publication] : other->publications()) {
      if (participant.wants(*publication)) participant.subscribe(*publication);
    }
  }
}

void Room::on_published(Publication& publication) {
  // The update goes first: a client must know the track before the SDP that brings it.
  broadcast_participant(publication.publisher);
  schedule_counts();
  for (auto& [identity, other] : participants_) {
    if (other.get() != &publication.publisher && other->wants(publication))
      other->subscribe(publication);
  }
}

void Room::on_subscription_change(Publication& publication) {
  const std::string& track_sid = publication.info.sid;
  for (auto& [identity, other] : participants_) {
    if (other.get() == &publication.publisher) continue;
    bool subscribed = other->subscriptions().contains(track_sid);
    bool allowed = publication.publisher.allows(*other, track_sid);
    if (subscribed && !allowed) {
      other->unsubscribe(track_sid);
      other->send(Response::SubscriptionPermissionUpdate{
          lk::SubscriptionPermissionUpdate{publication.publisher.sid(), track_sid, false}});
    } else if (!subscribed && allowed && other->wants(publication)) {
      other->send(Response::SubscriptionPermissionUpdate{
          lk::SubscriptionPermissionUpdate{publication.publisher.sid(), track_sid, true}});
      other->subscribe(publication);
    }
  }
}

void Room::tick() {
  for (auto& [identity, participant] : participants_) participant->tick();
  auto speakers_due = detector_.next_deadline();
  if (speakers_due && context_.now >= *speakers_due) update_speakers();
  if (context_.now >= next_quality_) update_quality();
  if (counts_due_ && context_.now >= *counts_due_) {
    counts_due_.reset();
    counts_told_ = context_.now;
    broadcast_room();
  }
}

}  // namespace portico::media::room
