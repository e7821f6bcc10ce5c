#include "media/room/engine.h"

#include <algorithm>

#include "codec/stun/message.h"
#include "protocol/livekit/sid.h"

namespace portico::media::room {

namespace lk = codec::livekit;
namespace sid_prefix = protocol::livekit::sid_prefix;

namespace {

constexpr Duration kRoomCheck = 1s;

}  // namespace

Engine::Engine(EngineConfig config, Host& host)
    : config_(std::move(config)), context_{config_, host, cells_, Instant{}, this} {}

Engine::~Engine() { rooms_.clear(); }

Room* Engine::find_room(const std::string& name) const {
  auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : found->second.get();
}

tl::expected<Room*, JoinRefusal> Engine::open_room(const protocol::livekit::Grants& grants) {
  const std::string& name = grants.grants().room;
  if (Room* room = find_room(name)) return room;
  if (!config_.auto_create)
    return tl::unexpected(JoinRefusal{404, "requested room does not exist"});
  if (rooms_.size() >= config_.max_rooms)
    return tl::unexpected(JoinRefusal{503, "this server has no room for more rooms"});
  auto room = std::make_unique<Room>(
      context_, name, protocol::livekit::new_sid(sid_prefix::room, context_.host.random()));
  if (!grants.room_config.empty()) {
    auto configuration =
        lk::parse_message<lk::RoomConfiguration>(as_bytes(grants.room_config), lk::Framing::json);
    if (!configuration)
      return tl::unexpected(JoinRefusal{400, "the token's roomConfig is not a RoomConfiguration"});
    room->configure(*configuration);
  }
  context_.host.log("room_started", name, "", room->info().sid);
  return (rooms_[name] = std::move(room)).get();
}

tl::expected<void, JoinRefusal> Engine::join(ConnectionId connection, JoinParams params,
                                             Instant now) {
  context_.now = now;
  const std::string identity = params.grants.identity;
  const std::string name = params.grants.grants().room;
  Room* room = nullptr;
  if (params.reconnect) {
    room = find_room(name);
    auto resumed = room == nullptr ? nullptr : room->resume(connection, params).value_or(nullptr);
    if (resumed == nullptr) {
      lk::LeaveRequest leave;
      leave.reason = lk::DisconnectReason::state_mismatch;
      leave.action = lk::LeaveRequest::Action::reconnect;
      leave.can_reconnect = true;
      context_.host.send_signal(connection, lk::SignalResponse{lk::SignalResponse::Leave{leave}});
      context_.host.close_signal(connection);
      return {};
    }
  } else {
    auto opened = open_room(params.grants);
    if (!opened) return tl::unexpected(opened.error());
    room = *opened;
    auto joined = room->join(connection, std::move(params));
    if (!joined) return tl::unexpected(joined.error());
  }
  places_[connection] = Place{name, identity};
  settle();
  return {};
}

Participant* Engine::find_by_connection(ConnectionId connection) const {
  auto place = places_.find(connection);
  Room* room = place == places_.end() ? nullptr : find_room(place->second.room);
  Participant* participant = room == nullptr ? nullptr : room->find(place->second.identity);
  return participant != nullptr && participant->connection() == connection ? participant : nullptr;
}

void Engine::signal(ConnectionId connection, const lk::SignalRequest& request, Instant now) {
  context_.now = now;
  if (Participant* participant = find_by_connection(connection)) participant->handle(request);
  settle();
}

void Engine::signal_closed(ConnectionId connection, Instant now) {
  context_.now = now;
  Participant* participant = find_by_connection(connection);
  places_.erase(connection);
  if (participant != nullptr) participant->connection_lost();
  settle();
}

Peer* Engine::find_peer(const Path& path, Bytes datagram) {
  auto known = peers_by_path_.find(path);
  Peer* peer = known == peers_by_path_.end() ? nullptr : known->second;
  if (!codec::stun::looks_like_stun(datagram)) return peer;
  // A live path stays with its transport: whoever forges its source address must not be able to
  // take it away.
  if (peer != nullptr && peer->connected() && peer->transport().selected() == path) return peer;
  auto message = codec::stun::parse(datagram);
  if (!message) return nullptr;
  auto username = message->username();
  if (!username) return peer;
  std::string_view ufrag = std::string_view(*username).substr(0, username->find(':'));
  auto named = peers_by_ufrag_.find(std::string(ufrag));
  if (named == peers_by_ufrag_.end()) return peer;
  if (named->second != peer) adopt_path(*named->second, path);
  return named->second;
}

void Engine::adopt_path(Peer& peer, const Path& path) {
  if (peer.paths.size() >= Peer::kMaxPaths) {
    auto stale = std::find_if(peer.paths.begin(), peer.paths.end(),
                              [&](const Path& p) { return peer.transport().selected() != p; });
    peers_by_path_.erase(*stale);
    peer.paths.erase(stale);
  }
  if (auto old = peers_by_path_.find(path); old != peers_by_path_.end())
    std::erase(old->second->paths, path);
  peers_by_path_[path] = &peer;
  peer.paths.push_back(path);
}

void Engine::receive(const Path& path, MutableBytes datagram, Instant now) {
  context_.now = now;
  if (Peer* peer = find_peer(path, datagram)) {
    peer->receive(path, datagram);
  } else {
    ++unroutable_packets_;
  }
}

void Engine::flow_closed(std::uint64_t flow, Instant now) {
  context_.now = now;
  std::erase_if(peers_by_path_, [&](auto& entry) {
    if (entry.first.transport != Transport::tcp || entry.first.flow != flow) return false;
    entry.second->flow_closed(flow);
    std::erase(entry.second->paths, entry.first);
    return true;
  });
  settle();
}

void Engine::settle(Instant now) {
  context_.now = now;
  settle();
}

void Engine::settle() {
  // Removals cause messages and may cause further removals; each participant is removed once, so
  // this ends.
  while (!removals_.empty()) {
    auto removals = std::move(removals_);
    removals_.clear();
    for (const Removal& removal : removals) {
      Room* room = find_room(removal.room);
      Participant* participant =
          room == nullptr ? nullptr : room->find_by_sid(removal.participant_sid);
      if (participant != nullptr) room->remove(*participant, removal.reason);
    }
  }
  for (std::size_t k = 0; k < dirty_.size(); ++k) {
    if (Peer* peer = dirty_[k]) {
      peer->dirty = false;
      peer->flush();
    }
  }
  dirty_.clear();
}

void Engine::tick(Instant now) {
  context_.now = now;
  for (auto& [name, room] : rooms_) room->tick();
  settle();
  if (now < next_room_check_) return;
  next_room_check_ = now + kRoomCheck;
  for (auto entry = rooms_.begin(); entry != rooms_.end();) {
    if (entry->second->expired()) {
      entry->second->close(lk::DisconnectReason::room_closed);
      entry = rooms_.erase(entry);
    } else {
      ++entry;
    }
  }
  settle();
}

void Engine::shut_down(Instant now) {
  context_.now = now;
  for (auto& [name, room] : rooms_) {
    for (const auto& [identity, participant] : room->participants()) {
      participant->send_leave(lk::DisconnectReason::server_shutdown,
                              lk::LeaveRequest::Action::reconnect);
    }
    room->close(lk::DisconnectReason::server_shutdown);
  }
  settle();
  rooms_.clear();
  places_.clear();
}

EngineStats Engine::stats() const {
  EngineStats stats;
  stats.rooms = rooms_.size();
  stats.unroutable_packets = unroutable_packets_;
  for (const auto& [name, room] : rooms_) {
    stats.participants += room->participants().size();
    for (const auto& [identity, participant] : room->participants()) {
      stats.published_tracks += participant->publications().size();
      stats.subscriptions += participant->subscriptions().size();
    }
  }
  return stats;
}

void Engine::add_ufrag(const std::string& ufrag, Peer& peer) { peers_by_ufrag_[ufrag] = &peer; }

void Engine::remove_peer(Peer& peer) {
  std::erase_if(peers_by_ufrag_, [&](const auto& entry) { return entry.second == &peer; });
  for (const Path& path : peer.paths) peers_by_path_.erase(path);
  std::replace(dirty_.begin(), dirty_.end(), &peer, static_cast<Peer*>(nullptr));
}

void Engine::mark_dirty(Peer& peer) {
  if (peer.dirty) return;
  peer.dirty = true;
  dirty_.push_back(&peer);
}

void Engine::defer_removal(Participant& participant, lk::DisconnectReason reason) {
  removals_.push_back(Removal{participant.grants().grants().room, participant.sid(), reason});
}

}  // namespace portico::media::room
