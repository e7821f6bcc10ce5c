// What a client may ask for over its WebSocket. Requests that make no sense in the present state
// are ignored; those that are not allowed are answered with a RequestResponse.
#include <algorithm>
#include <variant>

#include "media/room/participant.h"
#include "media/room/room.h"

namespace portico::media::room {

namespace lk = codec::livekit;
using Request = lk::SignalRequest;
using Response = lk::SignalResponse;
using Reason = lk::RequestResponse::Reason;

namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::size_t size_of(const std::map<std::string, std::string>& attributes) {
  std::size_t size = 0;
  for (const auto& [key, value] : attributes) size += key.size() + value.size();
  return size;
}

}  // namespace

void Participant::handle(const Request& request) {
  if (state_ == State::disconnected) return;
  std::visit(Overloaded{
                 [&](const Request::Offer& m) { handle_offer(m.value); },
                 [&](const Request::Answer& m) { handle_answer(m.value); },
                 [&](const Request::Trickle& m) { handle_trickle(m.value); },
                 [&](const Request::AddTrack& m) { add_track(m.value); },
                 [&](const Request::Mute& m) { set_muted(m.value.sid, m.value.muted, false); },
                 [&](const Request::Subscription& m) { update_subscriptions(m.value); },
                 [&](const Request::TrackSetting& m) { apply_settings(m.value); },
                 [&](const Request::Leave&) {
                   // No leave back: a client may take the echo for a disconnect by the server.
                   context_.host.close_signal(connection_);
                   connection_ = {};
                   context_.registrar->defer_removal(*this, lk::DisconnectReason::client_initiated);
                 },
                 [&](const Request::SubscriptionPermission& m) {
                   permission_given_ = m.value;
                   for (const auto& [track_sid, publication] : publications_)
                     room_.on_subscription_change(*publication);
                 },
                 [&](const Request::SyncState& m) { handle_sync_state(m.value); },
                 [&](const Request::Simulate& m) { handle_simulate(m.value); },
                 [&](const Request::Ping&) {
                   send(Response::Pong{context_.host.wall_time().unix_millis()});
                 },
                 [&](const Request::PingReq& m) {
                   send(Response::PongResp{
                       lk::Pong{m.value.timestamp, context_.host.wall_time().unix_millis()}});
                 },
                 [&](const Request::UpdateMetadata& m) { handle_metadata(m.value); },
                 [&](const Request::UpdateAudioTrack& m) {
                   if (Publication* track = publication(m.value.track_sid)) {
                     track->info.audio_features = m.value.features;
                     touch();
                     room_.broadcast_participant(*this);
                   }
                 },
                 [&](const Request::UpdateVideoTrack& m) {
                   if (Publication* track = publication(m.value.track_sid)) {
                     track->info.width = m.value.width;
                     track->info.height = m.value.height;
                     touch();
                     room_.broadcast_participant(*this);
                   }
                 },
                 [&](const auto&) {},  // from newer clients, or without effect here
             },
             request.message);
}

void Participant::handle_trickle(const lk::TrickleRequest& request) {
  Peer* peer = !single() && request.target == lk::SignalTarget::subscriber ? subscriber_.get()
                                                                           : publisher_.get();
  if (peer == nullptr) return;
  // {"candidate":"candidate:...","sdpMid":"0",...}: the line is the only member we need, and it has
  // no escapes.
  const std::string& json = request.candidateInit;
  constexpr std::string_view kKey = "\"candidate\"";
  std::size_t begin = json.find(kKey);
  if (begin == std::string::npos) return;
  begin = json.find('"', begin + kKey.size());
  if (begin == std::string::npos) return;
  std::size_t end = json.find('"', begin + 1);
  if (end == std::string::npos || end == begin + 1) return;
  auto added = peer->transport().add_remote_candidate(
      std::string_view(json).substr(begin + 1, end - begin - 1));
  if (added) context_.registrar->mark_dirty(*peer);
}

void Participant::handle_metadata(const lk::UpdateParticipantMetadata& request) {
  auto answer = [&](Reason reason, std::string message) {
    if (reason == Reason::ok && protocol() <= 14) return;
    lk::RequestResponse response;
    response.request_id = request.request_id;
    response.reason = reason;
    response.message = std::move(message);
    send(Response::RequestResponse{std::move(response)});
  };
  if (!video_grants().may_update_own_metadata()) {
    answer(Reason::not_allowed, "does not have permission to update own metadata");
    return;
  }
  auto attributes = params_.grants.attributes;
  for (const auto& [key, value] : request.attributes) {
    if (value.empty()) {
      attributes.erase(key);
    } else {
      attributes[key] = value;
    }
  }
  if (request.metadata.size() > protocol::livekit::kMaxMetadata ||
      size_of(attributes) > protocol::livekit::kMaxAttributes ||
      request.name.size() > protocol::livekit::kMaxName) {
    answer(Reason::limit_exceeded, "metadata, attributes or name are too long");
    return;
  }
  params_.grants.attributes = std::move(attributes);
  if (!request.metadata.empty()) params_.grants.metadata = request.metadata;
  if (!request.name.empty()) params_.grants.name = request.name;
  touch();
  answer(Reason::ok, "");
  room_.broadcast_participant(*this);
  send_refresh_token();
}

void Participant::handle_sync_state(const lk::SyncState& state) {
  for (const auto& published : state.publish_tracks) {
    if (published.track && publication(published.track->sid) == nullptr) {
      // It believes in a track that we lost: start afresh.
      send_leave(lk::DisconnectReason::state_mismatch, lk::LeaveRequest::Action::reconnect);
      return;
    }
  }
  for (const auto& track_sid : state.track_sids_disabled) {
    if (auto found = subscriptions_.find(track_sid); found != subscriptions_.end())
      found->second->set_disabled(true);
  }
  if (state.subscription) update_subscriptions(*state.subscription);
}

void Participant::handle_simulate(const lk::SimulateScenario& scenario) {
  using Scenario = lk::SimulateScenario;
  std::visit(
      Overloaded{
          [&](const Scenario::NodeFailure&) {
            context_.host.close_signal(connection_);
            connection_ = {};
            context_.registrar->defer_removal(*this, lk::DisconnectReason::state_mismatch);
          },
          [&](const Scenario::ServerLeave&) {
            send_leave(lk::DisconnectReason::server_shutdown, lk::LeaveRequest::Action::reconnect);
            context_.registrar->defer_removal(*this, lk::DisconnectReason::server_shutdown);
          },
          [&](const Scenario::LeaveRequestFullReconnect&) {
            send_leave(lk::DisconnectReason::unknown_reason, lk::LeaveRequest::Action::reconnect);
            context_.registrar->defer_removal(*this, lk::DisconnectReason::state_mismatch);
          },
          [&](const Scenario::Migration&) {
            send_leave(lk::DisconnectReason::migration, lk::LeaveRequest::Action::resume);
          },
          [&](const Scenario::DisconnectSignalOnResume&) {
            context_.host.close_signal(connection_);
            connection_ = {};
          },
          [&](const auto&) {},
      },
      scenario.scenario);
}

void Participant::refuse(Reason reason, std::string message, const lk::AddTrackRequest& request) {
  lk::RequestResponse response;
  response.reason = reason;
  response.message = std::move(message);
  response.request = lk::RequestResponse::AddTrack{request};
  send(Response::RequestResponse{std::move(response)});
}

}  // namespace portico::media::room
