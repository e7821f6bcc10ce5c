#include "service/bridge/bridge.h"

#include <algorithm>

#include "codec/stun/message.h"
#include "io/runtime/loop.h"
#include "protocol/dtls/openssl_context.h"
#include "service/bridge/join_request.h"
#include "service/bridge/room_service.h"

namespace portico::service::bridge {

namespace lk = codec::livekit;
namespace http = io::http;
using io::runtime::Task;

namespace {

constexpr std::size_t kOutboundCapacity = 1 << 18;  // messages on their way to WebSockets
constexpr std::size_t kMaxWaiting = 1024;           // before the upgrade
// A client that sends faster than this for long is cut off (close code 1008).
constexpr double kMessagesPerSecond = 200;
constexpr double kMessageBurst = 2000;
constexpr std::uint16_t kPolicyViolation = 1008;  // RFC 6455 7.4.1

}  // namespace

// Ends the session when the connection went away before or without a WebSocket.
class Bridge::Ticket {
 public:
  Ticket(Bridge& bridge, room::ConnectionId id) : bridge_(bridge), id_(id) {}
  ~Ticket() { bridge_.end_session(id_); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  room::ConnectionId id() const { return id_; }

 private:
  Bridge& bridge_;
  room::ConnectionId id_;
};

Bridge::Bridge(io::runtime::Loop& loop, BridgeOptions options, Logger& logger)
    : loop_(loop), options_(std::move(options)), logger_(logger) {}

Bridge::~Bridge() = default;

Result<std::unique_ptr<Bridge>> Bridge::create(io::runtime::Loop& loop, BridgeOptions options,
                                               Logger& logger, MetricsRegistry& metrics) {
  std::unique_ptr<Bridge> bridge(new Bridge(loop, std::move(options), logger));
  PORTICO_TRY(certificate, protocol::dtls::Context::create_self_signed());
  bridge->dtls_ = std::move(certificate);
  Bridge& self = *bridge;
  bridge->outbound_ = std::make_unique<io::runtime::Mailbox<Outbound>>(
      loop, kOutboundCapacity, [&self](std::vector<Outbound>& batch) { self.deliver(batch); });
  for (std::size_t k = 0; k < std::clamp<std::size_t>(self.options_.workers, 1, kMaxWorkers); ++k) {
    WorkerOptions worker;
    worker.index = k;
    worker.engine = self.options_.engine;
    worker.api_key = self.options_.keys.begin()->first;
    worker.api_secret = self.options_.keys.begin()->second;
    worker.dtls = self.dtls_.get();
    worker.outbound = self.outbound_->sender();
    self.workers_.push_back(std::make_unique<Worker>(std::move(worker), logger, metrics));
  }
  return bridge;
}

Result<void> Bridge::start(std::vector<io::door::BoundUdp> sockets) {
  std::vector<io::runtime::Mailbox<ForeignPacket>::Sender> peers;
  for (const auto& worker : workers_) peers.push_back(worker->foreign_sender());
  for (std::size_t k = 0; k < workers_.size(); ++k) {
    std::vector<io::door::BoundUdp> own;
    for (auto& socket : sockets) {
      if (socket.shard == k) own.push_back(std::move(socket));
    }
    PORTICO_TRY_DO(workers_[k]->start(std::move(own), peers));
  }
  return {};
}

protocol::livekit::KeyLookup Bridge::key_lookup() const {
  return [this](std::string_view key) -> std::optional<std::string> {
    auto found = options_.keys.find(std::string(key));
    if (found == options_.keys.end()) return std::nullopt;
    return found->second;
  };
}

Worker& Bridge::worker_of(const std::string& room_name) {
  return *workers_[std::hash<std::string>{}(room_name) % workers_.size()];
}

void Bridge::add_routes(http::Router& router) {
  http::RouteOptions cors;
  cors.cors = true;
  for (bool v1 : {false, true}) {
    std::string path = v1 ? "/rtc/v1" : "/rtc";
    router.add(
        "GET", path, [this, v1](http::Request request) { return connect(std::move(request), v1); },
        cors);
    router.add("GET", path + "/validate", http::immediate([this, v1](const http::Request& request) {
                 auto join = read_join(request, v1, key_lookup(), io::runtime::wall_clock());
                 if (join) return http::Response::text(200, "success");
                 return http::Response::text(static_cast<unsigned>(join.error().status),
                                             join.error().text);
               }),
               cors);
  }
  add_room_service(router, *this);
}

Task<http::Response> Bridge::connect(http::Request request, bool v1) {
  if (!request.wants_websocket()) co_return http::Response::empty(404);
  if (draining_) co_return http::Response::text(503, "this server is shutting down");
  auto params = read_join(request, v1, key_lookup(), io::runtime::wall_clock());
  if (!params)
    co_return http::Response::text(static_cast<unsigned>(params.error().status),
                                   params.error().text);
  auto join = std::make_shared<room::JoinParams>(std::move(*params));
  room::ConnectionId id(next_connection_++);
  std::string room_name = join->grants.grants().room;
  Session& session = sessions_[id];
  session.worker = std::hash<std::string>{}(room_name) % workers_.size();
  logger_.info("signal_connect", {{"request", request.id},
                                  {"room", room_name},
                                  {"participant", join->grants.identity},
                                  {"client", join->client.version},
                                  {"resume", join->reconnect ? "true" : "false"}});
  auto ticket =
      std::make_shared<Ticket>(*this, id);  // shared with the upgrade, which may never happen
  auto work = [id, join](room::Engine& engine, Instant now) {
    return engine.join(id, std::move(*join), now);
  };
  auto joined = co_await on_worker(room_name, std::move(work));
  if (!joined)
    co_return http::Response::text(static_cast<unsigned>(joined.error().status),
                                   joined.error().text);
  co_return http::accept_websocket(request,
                                   [this, ticket](std::unique_ptr<http::WebSocket> socket) {
                                     return serve(ticket, std::move(socket));
                                   });
}

Task<void> Bridge::serve(std::shared_ptr<Ticket> ticket, std::unique_ptr<http::WebSocket> socket) {
  room::ConnectionId id = ticket->id();
  auto found = sessions_.find(id);
  if (found == sessions_.end()) co_return;
  found->second.socket = socket.get();
  std::size_t worker = found->second.worker;
  std::vector<Outbound> waiting;
  for (auto& message : found->second.waiting) waiting.push_back(Outbound{id, std::move(message)});
  found->second.waiting.clear();
  if (found->second.closing) waiting.push_back(Outbound{id, nullptr});
  deliver(waiting);
  double credit = kMessageBurst;
  Instant last = loop_.now();
  for (;;) {
    auto message = co_await socket->receive();
    if (!message) break;
    Instant now = loop_.now();
    credit = std::min(kMessageBurst, credit + std::chrono::duration<double>(now - last).count() *
                                                  kMessagesPerSecond) -
             1;
    last = now;
    if (credit < 0) {
      socket->close(kPolicyViolation, "too many messages");
      break;
    }
    auto framing =
        message->kind == http::WebSocket::Kind::text ? lk::Framing::json : lk::Framing::binary;
    auto session = sessions_.find(id);
    if (session != sessions_.end()) session->second.framing = framing;
    auto request = lk::parse_signal_request(message->data, framing);
    if (!request) continue;  // one bad message is no reason to lose a call
    auto boxed = std::make_unique<lk::SignalRequest>(std::move(*request));
    workers_[worker]->post([id, boxed = std::move(boxed)](room::Engine& engine, Instant at) {
      engine.signal(id, *boxed, at);
    });
  }
  if (auto session = sessions_.find(id); session != sessions_.end())
    session->second.socket = nullptr;
}

void Bridge::deliver(std::vector<Outbound>& batch) {
  for (Outbound& outbound : batch) {
    auto found = sessions_.find(outbound.connection);
    if (found == sessions_.end()) continue;
    Session& session = found->second;
    if (session.socket == nullptr) {
      if (outbound.message == nullptr) {
        session.closing = true;
      } else if (session.waiting.size() < kMaxWaiting) {
        session.waiting.push_back(std::move(outbound.message));
      }
      continue;
    }
    if (outbound.message == nullptr) {
      session.socket->close();
      continue;
    }
    std::string frame = lk::serialise(*outbound.message, session.framing);
    auto kind = session.framing == lk::Framing::json ? http::WebSocket::Kind::text
                                                     : http::WebSocket::Kind::binary;
    // A reader that is too slow has been cut off by the socket; its receive() ends and the session
    // with it.
    static_cast<void>(session.socket->send(as_bytes(frame), kind));
  }
}

void Bridge::end_session(room::ConnectionId id) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  std::size_t worker = found->second.worker;
  sessions_.erase(found);
  workers_[worker]->post(
      [id](room::Engine& engine, Instant now) { engine.signal_closed(id, now); });
}

void Bridge::on_ice_tcp(io::net::FramedSocket socket) {
  // RFC 4571: two bytes of length, then the STUN message whose USERNAME names the worker.
  std::size_t home = 0;
  if (socket.received.size() > 2) {
    std::size_t size =
        std::min<std::size_t>(load16(socket.received.data()), socket.received.size() - 2);
    auto message = codec::stun::parse(Bytes(socket.received).subspan(2, size));
    auto username = message ? message->username() : std::nullopt;
    auto worker = username ? worker_of_ufrag(*username) : std::nullopt;
    if (worker && *worker < workers_.size()) home = *worker;
  }
  workers_[home]->add_flow(std::move(socket));
}

Task<void> Bridge::drain() {
  draining_ = true;
  for (auto& worker : workers_) {
    auto work = [](room::Engine& engine, Instant now) {
      engine.shut_down(now);
      return true;
    };
    co_await on_worker(*worker, work);
  }
}

void Bridge::stop() {
  for (auto& worker : workers_) worker->stop();
}

}  // namespace portico::service::bridge
