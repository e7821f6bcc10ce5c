#pragma once
// What a room engine needs from the world around it, and the values that cross that border. An
// engine lives on one worker thread; everything here is called on that thread.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/packet_sink.h"
#include "base/random.h"
#include "base/time.h"
#include "codec/livekit/models.h"
#include "codec/livekit/room_service.h"
#include "codec/livekit/signal_request.h"
#include "codec/livekit/signal_response.h"
#include "protocol/dtls/transport.h"
#include "protocol/livekit/token.h"

namespace portico::media::room {

// One signalling connection (WebSocket), numbered by the shell; never reused.
using ConnectionId = Strong<struct ConnectionIdTag, std::uint64_t>;

// Implemented by the shell (service/bridge) or by a simulation. No function calls back into the
// engine.
class Host {
 public:
  virtual ~Host() = default;
  // Queues a message; order is kept. Ignored for a connection that is gone.
  virtual void send_signal(ConnectionId connection,
                           const codec::livekit::SignalResponse& message) = 0;
  // Closes the connection after everything queued has been sent. The engine forgets it at once.
  virtual void close_signal(ConnectionId connection) = 0;
  virtual PacketSink& sink() = 0;
  virtual Random& random() = 0;
  virtual WallTime wall_time() = 0;
  // A token like the participant's own with its present name, metadata and permissions; see
  // livekit-protocol 2.2.
  virtual std::string refresh_token(const protocol::livekit::Grants& grants) = 0;
  // Makes the DTLS side of a transport; its fingerprint goes into our SDP. Outlives the engine.
  virtual const protocol::dtls::Factory& dtls() = 0;
  // A structured event for the log: {"room", ...} {"participant", ...} are added by the engine.
  virtual void log(std::string_view event, const std::string& room, const std::string& participant,
                   std::string_view detail) = 0;
};

struct EngineConfig {
  std::string server_version =
      "1.13.5";  // what clients switch features on; see livekit-protocol 0 (11)
  std::string region;
  std::string node_id;                  // ND_...
  std::vector<std::string> candidates;  // "candidate:..." lines of this worker
  char ufrag_prefix =
      'A';  // first character of every local ufrag: tells the workers' transports apart
  std::int32_t ping_interval_s = 5;  // > 0: the Rust core panics on 0
  std::int32_t ping_timeout_s = 15;
  Duration empty_timeout = 300s;       // nobody ever joined
  Duration departure_timeout = 20s;    // the last one left
  Duration join_timeout = 60s;         // not ACTIVE by then: removed
  Duration resume_grace = 10s;         // a participant without transport may come back for so long
  std::uint32_t max_participants = 0;  // a room's default limit; 0 = none
  std::uint32_t max_rooms = 10'000;
  std::uint32_t max_tracks_per_participant = 64;
  bool auto_create = true;
  bool remote_unmute = false;
};

// Everything a join or resume brings along, from either signalling generation.
struct JoinParams {
  protocol::livekit::Grants grants;
  codec::livekit::ClientInfo client;
  bool single_peer_connection = false;  // /rtc/v1
  bool auto_subscribe = true;
  bool adaptive_stream = false;
  bool reconnect = false;
  std::string participant_sid;  // resume only
  std::string metadata;
  std::map<std::string, std::string> attributes;
  std::vector<codec::livekit::AddTrackRequest> add_tracks;
  std::optional<codec::livekit::SessionDescription> publisher_offer;
};

// Why a join was refused, as HTTP wants it (livekit-protocol 1.6).
struct JoinRefusal {
  int status = 500;
  std::string text;
};

}  // namespace portico::media::room
