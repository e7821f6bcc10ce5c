#pragma once
// What every object of one engine shares. `now` is set at each entry into the engine and never goes
// back.

#include "base/time.h"
#include "media/forwarding/cell_pool.h"
#include "media/room/host.h"

namespace portico::media::room {

class Room;
class Participant;
class Peer;
class Publication;
class Subscription;

struct Context {
  const EngineConfig& config;
  Host& host;
  forwarding::CellPool& cells;
  Instant now;

  // Peers register the ufrags under which their first packets will arrive, and ask to be flushed.
  class Registrar {
   public:
    virtual ~Registrar() = default;
    virtual void add_ufrag(const std::string& ufrag, Peer& peer) = 0;
    virtual void remove_peer(Peer& peer) = 0;
    virtual void mark_dirty(Peer& peer) = 0;
    // Runs after the present packet, message or tick: for what must not happen inside a transport's
    // callback.
    virtual void defer_removal(Participant& participant,
                               codec::livekit::DisconnectReason reason) = 0;
  };
  Registrar* registrar = nullptr;
};

}  // namespace portico::media::room
