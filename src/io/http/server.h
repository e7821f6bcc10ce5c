#pragma once
// An HTTP/1.1 server for streams that somebody else accepts (io/door, tests). Per connection: one
// request at a time, in order, so pipelined requests are answered in order; keep-alive; limits on
// header, body and time, so that a slow or hostile client costs one small buffer for a bounded
// time.

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/time.h"
#include "io/http/router.h"
#include "io/http/security.h"
#include "io/http/websocket.h"
#include "io/net/stream.h"
#include "io/runtime/loop.h"
#include "io/runtime/task.h"

namespace portico::io::http {

struct ServerConfig {
  std::string name = "web";    // in metrics and logs
  Duration idle = 75s;         // between requests
  Duration header = 10s;       // from a request's first byte to the end of its header
  Duration body = 120s;        // for a request's body
  Duration write_stall = 30s;  // 64 KiB of a response must leave within this time
  Duration drain = 10s;        // close(): how long requests in progress may take
  // Request line and header together. /rtc/v1 carries a join request of up to 256 KiB in the
  // request line.
  std::size_t max_header = 320 * 1024;
  std::size_t max_fields = 128;
  std::size_t max_requests_per_connection = 10'000;
  SecurityPolicy security;
  WebSocket::Limits websocket;
};

class Server {
 public:
  // Everything referenced outlives the server. On `loop`'s thread, as everything here.
  Server(runtime::Loop& loop, Router router, ServerConfig config, Logger& logger,
         MetricsRegistry& metrics, Random& random);
  // close() must have been awaited.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves this connection until it ends. Never blocks; after close() the stream is dropped.
  void serve(std::unique_ptr<net::Stream> stream);

  // Stops keep-alive: idle connections end now, requests in progress are answered, WebSockets get
  // 1001. Whatever is left after `drain` is cut. Resumes when nothing is left.
  runtime::Task<void> close();

  std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::io::http
