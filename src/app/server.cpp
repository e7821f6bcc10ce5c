#include "app/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include "app/config.h"
#include "app/embedded_assets.h"
#include "app/listeners.h"
#include "app/version.h"
#include "app/web_api.h"
#include "io/door/door.h"
#include "io/http/admin.h"
#include "io/http/assets.h"
#include "io/http/server.h"
#include "io/net/tls.h"
#include "io/runtime/system.h"
#include "protocol/livekit/sid.h"
#include "service/bridge/bridge.h"

namespace portico::app {

using io::runtime::Task;
namespace bridge = service::bridge;

namespace {

constexpr Duration kCertificateCheck = 30s;

std::size_t worker_count(std::size_t configured) {
  if (configured != 0) return std::min(configured, bridge::kMaxWorkers);
  std::size_t cores = std::thread::hardware_concurrency();
  return std::clamp<std::size_t>(cores > 1 ? cores - 1 : 1, 1, bridge::kMaxWorkers);
}

// Sends accepted connections where they belong.
class Reception final : public io::door::Handlers {
 public:
  Reception(io::http::Server& web, io::http::Server& admin, bridge::Bridge& video)
      : web_(web), admin_(admin), video_(video) {}
  void on_http(std::unique_ptr<io::net::Stream> stream, io::door::ConnectionInfo info) override {
    (info.listener == "admin" ? admin_ : web_).serve(std::move(stream));
  }
  void on_ice_tcp(io::net::FramedSocket socket, io::door::ConnectionInfo) override {
    video_.on_ice_tcp(std::move(socket));
  }

 private:
  io::http::Server& web_;
  io::http::Server& admin_;
  bridge::Bridge& video_;
};

bridge::BridgeOptions bridge_options(const ServerOptions& options, const Advertised& advertised,
                                     Random& random) {
  bridge::BridgeOptions out;
  out.workers = worker_count(options.workers);
  out.keys = options.keys;
  out.engine.candidates = candidate_lines(options, advertised);
  out.engine.node_id = protocol::livekit::new_sid(protocol::livekit::sid_prefix::node, random);
  out.engine.auto_create = options.auto_create;
  out.engine.max_participants = options.max_participants;
  out.engine.empty_timeout = options.empty_timeout;
  out.engine.departure_timeout = options.departure_timeout;
  out.engine.remote_unmute = options.remote_unmute;
  return out;
}

Result<std::unique_ptr<io::net::TlsContext>> tls_context(const ServerOptions& options,
                                                         const Advertised& advertised) {
  WallTime now = io::runtime::wall_clock();
  if (!options.certificate_file.empty()) {
    return io::net::TlsContext::from_files(options.certificate_file, options.key_file, now);
  }
  std::vector<std::string> names{"localhost"};
  if (!options.public_name.empty()) names.push_back(options.public_name);
  for (const IpAddress& address : advertised.addresses) names.push_back(address.to_string());
  return io::net::TlsContext::self_signed(options.data_directory, names, now);
}

Task<void> shut_down(io::door::Door& door, bridge::Bridge& video, io::http::Server& web,
                     io::http::Server& admin) {
  co_await door.close();
  co_await video.drain();
  co_await web.close();
  video.stop();
  co_await admin.close();
}

}  // namespace

Result<void> serve(const ServerOptions& options, Logger& logger,
                   const std::function<void(const std::string&)>& ready) {
  std::error_code error;
  std::filesystem::create_directories(options.data_directory, error);
  if (error) {
    return fail(ErrorCode::io,
                fmt::format("cannot make the data directory {}: {}; choose another with --data",
                            options.data_directory, error.message()));
  }
  PORTICO_TRY(advertised, advertise(options));
  for (const std::string& warning : advertised.warnings) logger.warning(warning, {});
  io::door::ListenerTable table = listener_table(options, advertised);
  PORTICO_TRY_DO(table.check());

  io::runtime::Loop loop;
  io::runtime::SystemRandom random;
  MetricsRegistry metrics;
  PORTICO_TRY(tls, tls_context(options, advertised));
  PORTICO_TRY(video, bridge::Bridge::create(loop, bridge_options(options, advertised, random),
                                            logger, metrics));

  bool draining = false;
  io::http::Router routes;
  video->add_routes(routes);
  WebApi web_api(options, *video, base_url(options), random);
  web_api.add_routes(routes);
  routes.set_fallback(options.web_directory.empty()
                          ? io::http::asset_handler(embedded_assets())
                          : io::http::directory_handler(options.web_directory));
  io::http::ServerConfig web_config;
  web_config.security.hsts =
      options.hsts && !options.public_name.empty() && !tls->info().self_signed;
  io::http::Server web(loop, std::move(routes), web_config, logger, metrics, random);

  io::http::Router admin_routes;
  io::http::add_admin_routes(admin_routes, metrics, [&draining] {
    return draining ? io::http::Readiness{false, "shutting down"} : io::http::Readiness{};
  });
  io::http::ServerConfig admin_config;
  admin_config.name = "admin";
  io::http::Server admin(loop, std::move(admin_routes), admin_config, logger, metrics, random);

  Reception reception(web, admin, *video);
  // UDP first: it refuses a port that somebody else shares by SO_REUSEPORT.
  PORTICO_TRY(sockets, io::door::open_udp(table, video->workers().size()));
  PORTICO_TRY(door, io::door::Door::open(loop, table, tls.get(), reception, io::door::DoorLimits{},
                                         logger));
  PORTICO_TRY_DO(video->start(std::move(sockets)));

  io::net::CertificateWatch watch(loop, *tls, kCertificateCheck,
                                  [&logger](const Result<bool>& outcome) {
                                    if (outcome) {
                                      logger.info("the TLS certificate was loaded again", {});
                                    } else {
                                      logger.error(outcome.error().message, {});
                                    }
                                  });
  if (auto warning = tls->info().warning; !warning.empty()) logger.warning(warning, {});

  io::runtime::Signals signals(loop, {SIGTERM, SIGINT, SIGHUP}, [&](int number) {
    if (number == SIGHUP) {
      watch.check();
    } else if (!draining) {
      draining = true;
      logger.info("shutting down", {});
      loop.stop();
    }
  });
  std::string admin_address;
  for (const auto& bound : door->bound()) {
    if (bound.name == "admin") admin_address = bound.local.to_string();
  }
  std::string link = web_api.first_link();
  logger.info("ready", {{"version", std::string(version())},
                        {"address", base_url(options)},
                        {"admin", admin_address},
                        {"workers", std::to_string(video->workers().size())}});
  ready(link);
  loop.run();
  io::runtime::run_until_complete(loop, shut_down(*door, *video, web, admin));
  logger.info("stopped", {});
  return {};
}

}  // namespace portico::app
