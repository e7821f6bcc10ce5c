#include "media/room/participant.h"

#include <algorithm>

#include "media/room/room.h"

namespace portico::media::room {

namespace lk = codec::livekit;

namespace {

constexpr Duration kTokenRefresh = 5min;

lk::TrackSource source_of(std::string_view name) {
  if (name == "camera") return lk::TrackSource::camera;
  if (name == "microphone") return lk::TrackSource::microphone;
  if (name == "screen_share") return lk::TrackSource::screen_share;
  if (name == "screen_share_audio") return lk::TrackSource::screen_share_audio;
  return lk::TrackSource::unknown;
}

lk::ParticipantInfo::Kind kind_of(std::string_view name) {
  using Kind = lk::ParticipantInfo::Kind;
  if (name == "ingress") return Kind::ingress;
  if (name == "egress") return Kind::egress;
  if (name == "sip") return Kind::sip;
  if (name == "agent") return Kind::agent;
  if (name == "connector") return Kind::connector;
  if (name == "bridge") return Kind::bridge;
  return Kind::standard;
}

// What every client may publish; VP8 first because every browser encodes it.
std::vector<lk::Codec> publish_codecs() {
  return {{"video/VP8", ""},  {"video/H264", ""}, {"video/VP9", ""},  {"video/AV1", ""},
          {"audio/opus", ""}, {"audio/red", ""},  {"audio/PCMU", ""}, {"audio/PCMA", ""}};
}

}  // namespace

Participant::Participant(Context& context, Room& room, ConnectionId connection, JoinParams params,
                         std::string sid, std::uint64_t ordinal)
    : number(ordinal),
      context_(context),
      room_(room),
      connection_(connection),
      params_(std::move(params)),
      sid_(std::move(sid)),
      joined_(context.now),
      joined_wall_(context.host.wall_time()),
      next_token_refresh_(context.now + kTokenRefresh),
      next_report_(context.now),
      next_poll_(context.now) {
  if (!params_.metadata.empty()) params_.grants.metadata = params_.metadata;
  for (auto& [key, value] : params_.attributes) {
    if (!value.empty()) params_.grants.attributes[key] = value;
  }
}

Participant::~Participant() { drop_media(); }

bool Participant::dependent() const {
  return video_grants().agent || video_grants().recorder || params_.grants.kind == "agent" ||
         params_.grants.kind == "egress";
}

bool Participant::subscriber_primary() const {
  return !single() && protocol() > 2 && video_grants().may_subscribe();
}

Peer* Participant::primary_peer() {
  return subscriber_primary() ? subscriber_.get() : publisher_.get();
}

// Firefox nominates and checks in its own way and needs a full agent; so do clients from before
// ICE-lite.
bool Participant::wants_ice_lite() const {
  std::string browser = params_.client.browser;
  std::transform(browser.begin(), browser.end(), browser.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return browser.find("firefox") == std::string::npos && protocol() > 5;
}

Result<void> Participant::start() {
  PORTICO_TRY(publisher, Peer::create(context_, *this, PeerRole::publisher, wants_ice_lite()));
  publisher_ = std::move(publisher);
  if (!single()) {
    PORTICO_TRY(subscriber, Peer::create(context_, *this, PeerRole::subscriber, wants_ice_lite()));
    subscriber_ = std::move(subscriber);
    subscriber_->open_channels();
  }
  state_ = State::joined;
  send_join();
  send_refresh_token();
  for (const auto& request : params_.add_tracks) add_track(request);
  params_.add_tracks.clear();
  if (params_.publisher_offer) {
    handle_offer(*params_.publisher_offer);
    params_.publisher_offer.reset();
  }
  // Fast start: the subscriber's connection is set up while the client is still loading.
  if (!single() && protocol() > 2) send_subscriber_offer(false);
  return {};
}

lk::ParticipantPermission Participant::permission() const {
  const auto& video = video_grants();
  lk::ParticipantPermission permission;
  permission.can_subscribe = video.may_subscribe();
  permission.can_publish = video.may_publish();
  permission.can_publish_data = video.may_publish_data();
  for (const auto& source : video.can_publish_sources)
    permission.can_publish_sources.push_back(source_of(source));
  permission.hidden = video.hidden;
  permission.recorder = video.recorder;
  permission.can_update_metadata = video.may_update_own_metadata();
  permission.agent = video.agent;
  permission.can_subscribe_metrics = video.may_subscribe_metrics();
  return permission;
}

lk::ParticipantInfo Participant::info() const {
  lk::ParticipantInfo info;
  info.sid = sid_;
  info.identity = identity();
  info.state = state_;
  info.metadata = params_.grants.metadata;
  info.joined_at = joined_wall_.unix_seconds();
  info.joined_at_ms = joined_wall_.unix_millis();
  info.name = params_.grants.name;
  info.version = version_;
  info.permission = permission();
  info.region = context_.config.region;
  info.kind = kind_of(params_.grants.kind);
  if (video_grants().agent) info.kind = lk::ParticipantInfo::Kind::agent;
  info.attributes = params_.grants.attributes;
  info.client_protocol = params_.client.client_protocol;
  info.capabilities = params_.client.capabilities;
  info.disconnect_reason = leave_reason_;
  if (state_ == State::disconnected) return info;
  for (const auto& [track_sid, publication] : publications_) {
    if (publication->announced) info.tracks.push_back(publication->info);
  }
  info.is_publisher = !info.tracks.empty();
  return info;
}

void Participant::send_join() {
  lk::JoinResponse join;
  join.room = room_.info();
  join.participant = info();
  for (const auto& [other_identity, other] : room_.participants()) {
    if (other.get() != this && !other->hidden()) join.other_participants.push_back(other->info());
  }
  join.server_version = context_.config.server_version;
  join.server_region = context_.config.region;
  join.subscriber_primary = subscriber_primary();
  join.ping_interval = context_.config.ping_interval_s;
  join.ping_timeout = context_.config.ping_timeout_s;
  lk::ServerInfo server;
  server.version = context_.config.server_version;
  server.protocol = 16;
  server.region = context_.config.region;
  server.node_id = context_.config.node_id;
  join.server_info = server;
  join.sif_trailer = room_.sif_trailer();
  join.enabled_publish_codecs = publish_codecs();
  join.fast_publish = video_grants().may_publish();
  send(lk::SignalResponse::Join{std::move(join)});
}

void Participant::send_refresh_token() {
  send(lk::SignalResponse::RefreshToken{context_.host.refresh_token(params_.grants)});
  next_token_refresh_ = context_.now + kTokenRefresh;
}

void Participant::send_leave(lk::DisconnectReason reason, lk::LeaveRequest::Action action) {
  if (!has_connection()) return;
  lk::LeaveRequest leave;
  leave.reason = reason;
  leave.action = action;
  leave.can_reconnect = action != lk::LeaveRequest::Action::disconnect;
  send(lk::SignalResponse::Leave{leave});
  context_.host.close_signal(connection_);
  connection_ = {};
}

void Participant::connection_lost() {
  connection_ = {};
  // A socket that goes before ICE was ever up takes the participant with it; otherwise the
  // transport decides.
  Peer* primary = primary_peer();
  if (primary == nullptr || !primary->was_connected()) {
    context_.registrar->defer_removal(*this, lk::DisconnectReason::signal_close);
  } else if (!primary->connected() && !transport_lost_) {
    transport_lost_ = context_.now;
  }
}

void Participant::resume(ConnectionId connection, const JoinParams& params) {
  if (has_connection()) context_.host.close_signal(connection_);
  connection_ = connection;
  if (!params.client.version.empty()) params_.client = params.client;
  transport_lost_.reset();
  sections_requested_ = false;
  lk::ReconnectResponse response;
  lk::ServerInfo server;
  server.version = context_.config.server_version;
  server.protocol = 16;
  server.node_id = context_.config.node_id;
  response.server_info = server;
  response.last_message_seq = last_reliable_sequence;
  send(lk::SignalResponse::Reconnect{response});
  lk::ParticipantUpdate update;
  for (const auto& [other_identity, other] : room_.participants()) {
    if (other.get() == this || !other->hidden()) update.participants.push_back(other->info());
  }
  send(lk::SignalResponse::Update{std::move(update)});
  send(lk::SignalResponse::RoomUpdate{lk::RoomUpdate{room_.info()}});
  send_refresh_token();
  if (!single()) send_subscriber_offer(true);
}

void Participant::mark_left(lk::DisconnectReason reason) {
  leave_reason_ = reason;
  state_ = State::disconnected;
  touch();
}

void Participant::drop_subscriptions() {
  subscribers_by_ssrc_.clear();
  subscriptions_.clear();
}

void Participant::drop_media() {
  drop_subscriptions();
  routes_.clear();
  publications_.clear();
  subscriber_.reset();
  publisher_.reset();
}

void Participant::on_peer_connected(Peer& peer) {
  transport_lost_.reset();
  if (&peer == primary_peer() && state_ == State::joined) {
    state_ = State::active;
    touch();
    context_.host.log("participant_active", room_.name(), identity(), "");
    room_.on_active(*this);
  }
  for (const auto& [track_sid, subscription] : subscriptions_) subscription->request_key_frame();
}

void Participant::on_peer_failed(Peer& peer, std::string_view reason) {
  context_.host.log("transport_failed", room_.name(), identity(), reason);
  if (&peer != primary_peer() && !peer.was_connected()) return;
  if (!transport_lost_) transport_lost_ = context_.now;
  // A client that still listens is asked to resume: it comes back with an ICE restart.
  send_leave(lk::DisconnectReason::unknown_reason, lk::LeaveRequest::Action::resume);
}

void Participant::tick() {
  if (state_ == State::disconnected) return;
  if (publisher_) publisher_->timeout();
  if (subscriber_) subscriber_->timeout();
  if (state_ == State::joined && context_.now > joined_ + context_.config.join_timeout) {
    context_.registrar->defer_removal(*this, lk::DisconnectReason::join_failure);
    return;
  }
  if (transport_lost_ && !has_connection() &&
      context_.now > *transport_lost_ + context_.config.resume_grace) {
    context_.registrar->defer_removal(*this, lk::DisconnectReason::connection_timeout);
    return;
  }
  if (!has_connection() && !transport_lost_ && primary_peer() != nullptr &&
      !primary_peer()->connected()) {
    transport_lost_ = context_.now;
  }
  if (context_.now >= next_token_refresh_) send_refresh_token();
  if (negotiate_at_ && context_.now >= *negotiate_at_) negotiate();
  send_nacks_and_feedback();
  if (context_.now >= next_report_) send_reports();
}

Result<void> Participant::update_by_server(const lk::UpdateParticipantRequest& request) {
  std::size_t size = 0;
  auto attributes = params_.grants.attributes;
  for (const auto& [key, value] : request.attributes) {
    if (value.empty()) {
      attributes.erase(key);
    } else {
      attributes[key] = value;
    }
  }
  for (const auto& [key, value] : attributes) size += key.size() + value.size();
  if (size > protocol::livekit::kMaxAttributes)
    return fail(ErrorCode::invalid, "attributes: at most 64 KiB in all");
  if (request.metadata.size() > protocol::livekit::kMaxMetadata)
    return fail(ErrorCode::invalid, "metadata: at most 512 KiB");
  if (request.name.size() > protocol::livekit::kMaxName)
    return fail(ErrorCode::invalid, "name: at most 256 characters");
  params_.grants.attributes = std::move(attributes);
  if (!request.metadata.empty()) params_.grants.metadata = request.metadata;
  if (!request.name.empty()) params_.grants.name = request.name;
  if (request.permission) apply_permission(*request.permission);
  touch();
  room_.broadcast_participant(*this);
  send_refresh_token();
  return {};
}

void Participant::apply_permission(const lk::ParticipantPermission& permission) {
  bool was_hidden = hidden();
  auto& video = params_.grants.video.emplace(video_grants());
  video.can_subscribe = permission.can_subscribe;
  video.can_publish = permission.can_publish;
  video.can_publish_data = permission.can_publish_data;
  video.can_update_own_metadata = permission.can_update_metadata;
  video.can_subscribe_metrics = permission.can_subscribe_metrics;
  video.hidden = permission.hidden;
  video.can_publish_sources.clear();
  for (lk::TrackSource source : permission.can_publish_sources) {
    video.can_publish_sources.emplace_back(source_name(source));
  }
  std::vector<std::string> revoked;
  for (const auto& [track_sid, track] : publications_) {
    if (!video.may_publish() || !video.may_publish_source(source_name(track->info.source)))
      revoked.push_back(track_sid);
  }
  for (const std::string& track_sid : revoked) {
    send(lk::SignalResponse::TrackUnpublished{lk::TrackUnpublishedResponse{track_sid}});
    unpublish(track_sid);
  }
  if (!video.may_subscribe()) {
    drop_subscriptions();
    schedule_negotiation();
  } else {
    room_.subscribe_to_all(*this);
  }
  if (!was_hidden && hidden()) {
    touch();
    room_.announce_hidden(*this);
  }
}

}  // namespace portico::media::room
