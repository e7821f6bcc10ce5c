#pragma once
// HTTP requests and responses as values. A request is complete when a handler sees it: header and
// body have been read and the limits enforced. A response says what to send; framing, Date,
// keep-alive and security headers are the connection's business.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/socket_address.h"
#include "io/runtime/task.h"

namespace portico::io::http {

class WebSocket;

// Header fields in the order they came. Names compare without regard to case (RFC 9110
// section 5.1).
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  // The first value of that name; "" when absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  // Is `token` an element of the comma-separated lists under that name (case ignored)?
  bool lists(std::string_view name, std::string_view token) const;

  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);          // replaces all of that name
  void set_default(std::string_view name, std::string_view value);  // unless there is one
  void remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

struct Request {
  std::string method;  // "GET"; case matters
  std::string path;    // decoded, starts with '/', runs of '/' collapsed ("//rtc" is "/rtc"); may
                       // hold "..": see assets.h
  std::string query;   // raw, without '?'
  Headers headers;
  std::string body;

  SocketAddress remote;  // the socket's peer
  SocketAddress local;
  bool secure = false;  // inside TLS
  std::string id;       // for logs and error bodies; 16 characters
  bool http_1_0 = false;

  // The first query parameter of that name, percent-decoded, '+' as space; nothing when absent or
  // wrongly encoded.
  std::optional<std::string> parameter(std::string_view name) const;
  // The token of "Authorization: Bearer <token>"; "" when there is none.
  std::string_view bearer() const;
  // Does the client ask for a WebSocket (whether or not the request is a correct one)?
  bool wants_websocket() const;
  // Host header's name as a client sees us, with port; "" when absent.
  std::string_view host() const { return headers.get("Host"); }
  // Who is asking: the socket's peer, or, when that is loopback (a proxy on this machine), the last
  // X-Forwarded-For entry.
  IpAddress client_address() const;
};

// Runs for the life of the socket; the WebSocket must not outlive it. On the connection's loop.
using WebSocketHandler = std::function<runtime::Task<void>(std::unique_ptr<WebSocket>)>;

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const void>
      owner;   // keeps `view` alive; may be null for memory that lives as long as the program
  Bytes view;  // sent instead of `body` when not empty: embedded files are not copied
  WebSocketHandler upgrade;  // set by accept_websocket()
  bool quiet = false;        // successes are logged at debug level only (assets, health checks)

  static Response text(unsigned status, std::string body);
  // `body` is JSON text already.
  static Response json(unsigned status, std::string body);
  // {"code": ..., "msg": ...}: the shape of livekit-protocol 5.1, used for every error of ours.
  static Response error(unsigned status, std::string_view code, std::string_view message);
  static Response redirect(unsigned status, std::string_view location);
  // A response without a body: 204, 304, ...
  static Response empty(unsigned status);
};

// The answer to a WebSocket handshake (RFC 6455 section 4.2): 101 and `handler` afterwards, or
// 400/426 when the request is not a correct one. Handlers decide everything that can fail before
// they call this, so that clients get HTTP errors.
Response accept_websocket(const Request& request, WebSocketHandler handler);

// "text", with the quotes and escapes of JSON.
std::string json_string(std::string_view text);
std::string_view reason_phrase(unsigned status);

}  // namespace portico::io::http
