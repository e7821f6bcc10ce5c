#include "io/http/server.h"

#include <set>
#include <vector>

#include "io/http/connection.h"
#include "io/runtime/gate.h"
#include "io/runtime/timer.h"

namespace portico::io::http {

struct Server::Impl {
  Impl(runtime::Loop& loop, Router router, ServerConfig config, Logger& logger,
       MetricsRegistry& metrics, Random& random)
      : context(make_context(loop, std::move(router), std::move(config), logger, metrics, random)),
        gate(loop),
        drain(loop, [this] { abort_all(); }) {}

  static ServerContext make_context(runtime::Loop& loop, Router router, ServerConfig config,
                                    Logger& logger, MetricsRegistry& metrics, Random& random) {
    const MetricsRegistry::Labels labels{{"server", config.name}};
    return ServerContext{
        .loop = loop,
        .router = std::move(router),
        .config = std::move(config),
        .logger = logger,
        .random = random,
        .requests =
            metrics.counter("portico_http_requests_total", "HTTP requests received", labels),
        .errors = metrics.counter("portico_http_errors_total",
                                  "HTTP requests answered with 500 or above", labels),
        .rejected = metrics.counter("portico_http_rejected_total",
                                    "HTTP requests refused for syntax, size or slowness", labels),
        .websockets = metrics.gauge("portico_http_websockets", "Open WebSockets", labels),
        .open = metrics.gauge("portico_http_connections", "Open HTTP connections", labels)};
  }

  // By value: the connection lives in this frame.
  runtime::Task<void> run(std::unique_ptr<net::Stream> stream) {
    Connection connection(context, std::move(stream));
    connections.insert(&connection);
    co_await connection.run();
    connections.erase(&connection);
  }

  template <class Call>
  void each(Call call) {
    const std::vector<Connection*> all(connections.begin(), connections.end());
    for (Connection* connection : all) {
      if (connections.contains(connection)) call(*connection);
    }
  }
  void abort_all() {
    each([](Connection& connection) { connection.abort(); });
  }

  ServerContext context;
  std::set<Connection*> connections;
  runtime::Gate gate;
  runtime::Timer drain;
};

Server::Server(runtime::Loop& loop, Router router, ServerConfig config, Logger& logger,
               MetricsRegistry& metrics, Random& random)
    : impl_(std::make_unique<Impl>(loop, std::move(router), std::move(config), logger, metrics,
                                   random)) {}

Server::~Server() = default;

void Server::serve(std::unique_ptr<net::Stream> stream) {
  impl_->context.loop.assert_here();
  runtime::spawn(impl_->gate, impl_->run(std::move(stream)));
}

runtime::Task<void> Server::close() {
  impl_->context.closing = true;
  impl_->gate.close();
  impl_->each([](Connection& connection) { connection.go_away(); });
  impl_->drain.arm_after(impl_->context.config.drain);
  co_await impl_->gate.drained();
  impl_->drain.cancel();
}

std::size_t Server::connections() const { return impl_->connections.size(); }

}  // namespace portico::io::http
