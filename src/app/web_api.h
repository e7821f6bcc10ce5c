#pragma once
// The few requests behind the web app's call pages: what this server is, exchanging an invitation
// for a room token, making invitations. Errors are problem details (RFC 9457).

#include <string>

#include "app/server.h"
#include "io/http/rate_limiter.h"
#include "io/http/router.h"
#include "service/bridge/bridge.h"

namespace portico::app {

class WebApi {
 public:
  // `base` is the origin in links: "https://host:port". Everything referenced outlives the object,
  // which outlives the router.
  WebApi(const ServerOptions& options, service::bridge::Bridge& bridge, std::string base,
         Random& random);

  void add_routes(io::http::Router& router);
  // A link to a new room for the person who started the server.
  std::string first_link();

 private:
  io::http::Response about(const io::http::Request& request);
  io::http::Response join(const io::http::Request& request);
  io::http::Response make_link(const io::http::Request& request);
  std::string link(const std::string& room, Duration valid_for, bool host);

  const ServerOptions& options_;
  service::bridge::Bridge& bridge_;
  std::string base_;
  Random& random_;
  io::http::RateLimiter join_limit_;
};

}  // namespace portico::app
