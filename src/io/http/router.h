#pragma once
// Which handler answers a request: by method and exact path, else by the longest prefix, else the
// fallback.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/http/message.h"
#include "io/runtime/task.h"

namespace portico::io::http {

// Runs on the connection's loop. Owns the request; whatever else it uses must outlive the server.
// House rule: a handler is a plain lambda or functor that calls a coroutine function; it is not
// itself a capturing lambda coroutine.
using Handler = std::function<runtime::Task<Response>(Request)>;

inline constexpr std::size_t kDefaultMaxBody =
    10 * 1024 * 1024;  // "Request bodies over 10 MiB -> 413"

struct RouteOptions {
  // Any origin may call: preflights are answered, and every answer carries
  // Access-Control-Allow-Origin: * (livekit-protocol 1.1).
  bool cors = false;
  std::size_t max_body = kDefaultMaxBody;  // bytes; more is answered with 413
};

struct Route {
  Handler handler;
  RouteOptions options;
};

class Router {
 public:
  // Method "GET" answers HEAD too; "*" is any method. Set up before the server starts.
  void add(std::string_view method, std::string_view path, Handler handler,
           RouteOptions options = {});
  // `prefix` matches itself and everything that starts with it; end it with '/' to match below
  // only.
  void add_prefix(std::string_view method, std::string_view prefix, Handler handler,
                  RouteOptions options = {});
  // For paths without any route, GET and HEAD only (the web app).
  void set_fallback(Handler handler);

  struct Match {
    const Route* route = nullptr;  // null: see `path_known`
    bool path_known = false;       // the path exists, the method doesn't: 405 with `allow`
    bool cors = false;             // some route of that path has CORS
    std::string allow;             // "GET, HEAD, POST"
  };
  Match find(std::string_view method, std::string_view path) const;

 private:
  struct Entry {
    std::string method;
    std::shared_ptr<const Route> route;  // shared: a Router is copied into servers
  };
  using Entries = std::vector<Entry>;
  static bool look(const Entries& entries, std::string_view method, Match& match);

  std::map<std::string, Entries, std::less<>> exact_;
  std::map<std::string, Entries, std::less<>> prefixes_;
  std::shared_ptr<const Route> fallback_;
};

// Wraps a function that needs no waiting.
Handler immediate(std::function<Response(const Request&)> function);

}  // namespace portico::io::http
