#pragma once
// One connection of a Server: reads requests, calls handlers, writes answers. Internal to this
// folder.

#include <memory>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "io/http/parser.h"
#include "io/http/router.h"
#include "io/http/server.h"
#include "io/net/stream.h"
#include "io/runtime/task.h"

namespace portico::io::http {

// What all connections of a server share. Outlives them.
struct ServerContext {
  runtime::Loop& loop;
  Router router;
  ServerConfig config;
  Logger& logger;
  Random& random;
  Metric& requests;
  Metric& errors;      // answers with 500 and above
  Metric& rejected;    // requests that broke a limit or the syntax
  Metric& websockets;  // open now
  Metric& open;        // connections open now
  bool closing = false;
};

class Connection {
 public:
  Connection(ServerContext& context, std::unique_ptr<net::Stream> stream);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves until the connection ends.
  runtime::Task<void> run();
  // The server goes away: ends an idle connection, lets a request in progress be answered, closes a
  // WebSocket with 1001.
  void go_away();
  // Ends it now.
  void abort();

 private:
  enum class Next { again, end, upgraded };

  runtime::Task<Next> serve_one();
  runtime::Task<Result<void>> read_more();
  // The head of a request; end of the connection and refusals are errors. `parser` lives in
  // serve_one().
  runtime::Task<Result<void>> read_head(RequestParser& parser);
  runtime::Task<Result<void>> read_body(RequestParser& parser);
  runtime::Task<Response> answer(Router::Match match, Request request);
  runtime::Task<Result<void>> write(Bytes data);
  runtime::Task<Result<void>> respond(const Response& response, const Request& request, bool keep);
  runtime::Task<void> refuse(RequestParser& parser, Error error);
  runtime::Task<void> upgrade(Response response);
  // Reads and drops for a moment, so that the peer sees our answer before the connection is reset.
  runtime::Task<void> drain_input();
  void log(const Request& request, const Response& response, Instant started);
  std::string new_id();

  ServerContext& context_;
  std::unique_ptr<net::Stream> stream_;
  ByteVector buffer_;  // received, not yet consumed
  bool idle_ = true;   // between requests
  bool going_away_ = false;
  bool aborted_ = false;
  bool drain_ = false;  // the peer may still be sending what we refused
  std::function<void()> close_websocket_;
};

}  // namespace portico::io::http
