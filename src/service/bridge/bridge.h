#pragma once
// The video bridge as a service: workers, the signalling WebSockets in front of them, and LiveKit's
// server API. Lives on the control loop; rooms live on workers (worker.h). A room's name decides
// its worker.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "io/door/door.h"
#include "io/door/listener_table.h"
#include "io/http/router.h"
#include "io/http/websocket.h"
#include "io/runtime/event.h"
#include "io/runtime/gate.h"
#include "io/runtime/task.h"
#include "protocol/livekit/token.h"
#include "service/bridge/worker.h"

namespace portico::service::bridge {

struct BridgeOptions {
  std::size_t workers = 1;  // 1..kMaxWorkers
  room::EngineConfig engine;
  std::map<std::string, std::string> keys;  // API key -> secret; at least one
};

class Bridge {
 public:
  // Everything referenced outlives the bridge. Errors: internal (no DTLS certificate).
  static Result<std::unique_ptr<Bridge>> create(io::runtime::Loop& loop, BridgeOptions options,
                                                Logger& logger, MetricsRegistry& metrics);
  // stop() first.
  ~Bridge();

  // One shard of every UDP row for each worker.
  Result<void> start(std::vector<io::door::BoundUdp> sockets);
  void add_routes(io::http::Router& router);
  void on_ice_tcp(io::net::FramedSocket socket);
  // Shutdown, first half: everybody is told to come back (leave with action RECONNECT) and rooms
  // end; new joins get 503. The messages leave while the HTTP server closes its WebSockets.
  io::runtime::Task<void> drain();
  // Second half, when no WebSocket is left: the workers' threads end.
  void stop();

  const std::map<std::string, std::string>& keys() const { return options_.keys; }
  protocol::livekit::KeyLookup key_lookup() const;
  std::size_t signal_connections() const { return sessions_.size(); }

  // Runs `work(engine, now)` on the worker of that room and resumes here with its result.
  template <class Work>
  io::runtime::Task<std::invoke_result_t<Work, room::Engine&, Instant>> on_worker(
      std::string room_name, Work work);
  template <class Work>
  io::runtime::Task<std::invoke_result_t<Work, room::Engine&, Instant>> on_worker(Worker& worker,
                                                                                  Work work);
  std::vector<std::unique_ptr<Worker>>& workers() { return workers_; }

 private:
  // One signalling connection on this side of the border.
  struct Session {
    io::http::WebSocket* socket = nullptr;  // null until upgraded
    codec::livekit::Framing framing = codec::livekit::Framing::binary;
    std::vector<std::unique_ptr<codec::livekit::SignalResponse>>
        waiting;  // sent before the upgrade
    bool closing = false;
    std::size_t worker = 0;
  };
  class Ticket;

  Bridge(io::runtime::Loop& loop, BridgeOptions options, Logger& logger);
  Worker& worker_of(const std::string& room_name);
  io::runtime::Task<io::http::Response> connect(io::http::Request request, bool v1);
  io::runtime::Task<void> serve(std::shared_ptr<Ticket> ticket,
                                std::unique_ptr<io::http::WebSocket> socket);
  void deliver(std::vector<Outbound>& batch);
  void end_session(room::ConnectionId id);

  io::runtime::Loop& loop_;
  BridgeOptions options_;
  Logger& logger_;
  std::unique_ptr<protocol::dtls::Factory> dtls_;
  std::unique_ptr<io::runtime::Mailbox<Outbound>> outbound_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unordered_map<room::ConnectionId, Session> sessions_;
  std::uint64_t next_connection_ = 1;
  bool draining_ = false;
};

template <class Work>
io::runtime::Task<std::invoke_result_t<Work, room::Engine&, Instant>> Bridge::on_worker(
    Worker& worker, Work work) {
  using R = std::invoke_result_t<Work, room::Engine&, Instant>;
  struct State {
    explicit State(io::runtime::Loop& loop) : done(loop) {}
    io::runtime::Event done;
    std::optional<R> result;
  };
  // Shared with the worker for as long as the call takes; touched on this loop only.
  auto state = std::make_shared<State>(loop_);
  auto remote = loop_.remote();
  worker.post([state, remote, work = std::move(work)](room::Engine& engine, Instant now) mutable {
    auto result = std::make_unique<R>(work(engine, now));
    remote.post([state = std::move(state), result = std::move(result)] {
      state->result.emplace(std::move(*result));
      state->done.set();
    });
  });
  co_await state->done.wait();
  co_return std::move(*state->result);
}

template <class Work>
io::runtime::Task<std::invoke_result_t<Work, room::Engine&, Instant>> Bridge::on_worker(
    std::string room_name, Work work) {
  return on_worker(worker_of(room_name), std::move(work));
}

}  // namespace portico::service::bridge
