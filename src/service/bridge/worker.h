#pragma once
// A worker: one thread with its own loop, UDP sockets, ICE-TCP flows and rooms. The shell around
// media/room's Engine.
//
// Everything public is called on the control thread unless it says otherwise; work crosses over by
// mailbox or by call(). What the engine says to clients comes back as Outbound messages through the
// sender given at creation.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "io/door/listener_table.h"
#include "io/net/egress.h"
#include "io/net/framed_connection.h"
#include "io/net/udp_socket.h"
#include "io/runtime/mailbox.h"
#include "io/runtime/system.h"
#include "io/runtime/timer.h"
#include "media/room/engine.h"

namespace portico::service::bridge {

namespace room = media::room;

// A message for one signalling connection, or (empty) the order to close it.
struct Outbound {
  room::ConnectionId connection;
  std::unique_ptr<codec::livekit::SignalResponse> message;
};

// A packet that the kernel gave to the wrong worker.
struct ForeignPacket {
  Path path;
  ByteVector data;
};

struct WorkerOptions {
  std::size_t index = 0;  // < kMaxWorkers; names the worker in ufrags
  room::EngineConfig engine;
  std::string api_key, api_secret;  // sign refreshed tokens
  const protocol::dtls::Factory* dtls = nullptr;
  io::runtime::Mailbox<Outbound>::Sender outbound;
};

inline constexpr std::size_t kMaxWorkers = 52;  // one ufrag letter each
char ufrag_letter(std::size_t index);
// The worker that a STUN USERNAME ("ours:theirs") belongs to.
std::optional<std::size_t> worker_of_ufrag(std::string_view username);

class Worker {
 public:
  Worker(WorkerOptions options, Logger& logger, MetricsRegistry& metrics);
  // stop() first.
  ~Worker();

  // Takes this worker's sockets and begins. `peers` are all workers' foreign-packet boxes, by
  // index.
  Result<void> start(std::vector<io::door::BoundUdp> sockets,
                     std::vector<io::runtime::Mailbox<ForeignPacket>::Sender> peers);
  io::runtime::Mailbox<ForeignPacket>::Sender foreign_sender() const { return foreign_; }
  void add_flow(io::net::FramedSocket socket);
  // Runs `work` with the engine on the worker's thread; its result, if any, it posts back itself.
  // Dropped after stop().
  void post(io::runtime::UniqueFunction<void(room::Engine&, Instant)> work);
  // Ends rooms and thread.
  void stop();

 private:
  class Shell;
  std::unique_ptr<Shell> shell_;  // lives on the thread
  io::runtime::LoopThread thread_;
  io::runtime::Mailbox<ForeignPacket>::Sender foreign_;
  bool stopped_ = false;
};

}  // namespace portico::service::bridge
