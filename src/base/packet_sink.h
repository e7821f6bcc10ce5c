#pragma once
// Where engines put packets to send. The sink owns the memory: reserve() hands out room in the
// destination's send buffer, the engine encrypts straight into it, commit() says how much was used.
// Nothing calls back from inside these calls, so an engine may use them in any of its own functions
// without fear of re-entry. Runs of equal-sized packets to one path leave as one UDP GSO send.

#include <cstring>

#include "base/bytes.h"
#include "base/path.h"

namespace portico {

class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // Room for one packet of at most `max_size` bytes (<= 1500 for UDP, <= 65535 for TCP); an empty
  // span means the queue for this path is full and the packet is to be dropped. Valid until the
  // next call on this sink.
  virtual MutableBytes reserve(const Path& path, std::size_t max_size) = 0;
  // Queues the first `size` bytes of the last reserve(); 0 gives the room back.
  virtual void commit(std::size_t size) = 0;

  // Copies a finished packet. False: dropped, the queue is full.
  bool send(const Path& path, Bytes packet) {
    MutableBytes room = reserve(path, packet.size());
    if (room.size() < packet.size()) return false;
    std::memcpy(room.data(), packet.data(), packet.size());
    commit(packet.size());
    return true;
  }
};

}  // namespace portico
