#pragma once
// All rooms of one worker: signalling messages, datagrams and time go in; signalling messages and
// packets come out through the Host. No socket, thread or clock: a simulation drives whole
// conferences in virtual time.
//
//   join / signal / signal_closed     from signalling connections
//   receive (any number), then settle from the network: settle() sends what the batch caused
//   tick                              every kTick while !idle()
//
// Thread: the worker's. Functions of the server API answer Errors with the codes not_found,
// invalid, denied, conflict, limit.

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/room/context.h"
#include "media/room/room.h"

namespace portico::media::room {

inline constexpr Duration kTick = 10ms;

struct EngineStats {
  std::size_t rooms = 0;
  std::size_t participants = 0;
  std::size_t published_tracks = 0;
  std::size_t subscriptions = 0;
  std::uint64_t unroutable_packets = 0;  // no transport knows them
};

class Engine final : private Context::Registrar {
 public:
  Engine(EngineConfig config, Host& host);
  ~Engine() override;

  // A join or a resume, already authenticated. The answers are sent through the host before this
  // returns. A resume that is not possible is not refused: its connection gets a `leave` that asks
  // for a full reconnect.
  tl::expected<void, JoinRefusal> join(ConnectionId connection, JoinParams params, Instant now);
  void signal(ConnectionId connection, const codec::livekit::SignalRequest& request, Instant now);
  void signal_closed(ConnectionId connection, Instant now);

  void receive(const Path& path, MutableBytes datagram, Instant now);
  void flow_closed(std::uint64_t flow, Instant now);
  void settle(Instant now);
  void tick(Instant now);
  // Nothing to tick for.
  bool idle() const { return rooms_.empty(); }
  // Everybody is told to come back later or elsewhere; then idle() becomes true.
  void shut_down(Instant now);
  EngineStats stats() const;

  // RoomService (livekit-protocol 5.2, 5.3).
  Result<codec::livekit::Room> create_room(const codec::livekit::CreateRoomRequest& request,
                                           Instant now);
  codec::livekit::ListRoomsResponse list_rooms(
      const codec::livekit::ListRoomsRequest& request) const;
  Result<void> delete_room(const std::string& room, Instant now);
  Result<codec::livekit::ListParticipantsResponse> list_participants(const std::string& room) const;
  Result<codec::livekit::ParticipantInfo> get_participant(const std::string& room,
                                                          const std::string& identity) const;
  Result<void> remove_participant(const std::string& room, const std::string& identity,
                                  Instant now);
  Result<codec::livekit::TrackInfo> mute_published_track(
      const codec::livekit::MuteRoomTrackRequest& request, Instant now);
  Result<codec::livekit::ParticipantInfo> update_participant(
      const codec::livekit::UpdateParticipantRequest& request, Instant now);
  Result<void> update_subscriptions(const codec::livekit::UpdateSubscriptionsRequest& request,
                                    Instant now);
  Result<void> send_data(const codec::livekit::SendDataRequest& request, Instant now);
  Result<codec::livekit::Room> update_room_metadata(
      const codec::livekit::UpdateRoomMetadataRequest& request, Instant now);

 private:
  void add_ufrag(const std::string& ufrag, Peer& peer) override;
  void remove_peer(Peer& peer) override;
  void mark_dirty(Peer& peer) override;
  void defer_removal(Participant& participant, codec::livekit::DisconnectReason reason) override;

  Room* find_room(const std::string& name) const;
  tl::expected<Room*, JoinRefusal> open_room(const protocol::livekit::Grants& grants);
  Result<Participant*> find_participant(const std::string& room, const std::string& identity) const;
  Participant* find_by_connection(ConnectionId connection) const;
  Peer* find_peer(const Path& path, Bytes datagram);
  void adopt_path(Peer& peer, const Path& path);
  void settle();

  EngineConfig config_;
  forwarding::CellPool cells_;
  Context context_;
  std::map<std::string, std::unique_ptr<Room>> rooms_;
  struct Place {
    std::string room;
    std::string identity;
  };
  std::unordered_map<ConnectionId, Place> places_;
  std::unordered_map<std::string, Peer*> peers_by_ufrag_;
  std::unordered_map<Path, Peer*> peers_by_path_;
  std::vector<Peer*> dirty_;
  struct Removal {
    std::string room;
    std::string participant_sid;
    codec::livekit::DisconnectReason reason;
  };
  std::vector<Removal> removals_;
  std::uint64_t unroutable_packets_ = 0;
  Instant next_room_check_;
};

}  // namespace portico::media::room
