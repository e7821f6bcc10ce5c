#pragma once
// A client's WebSocket (RFC 6455) over plain TCP, driven by the reactor.

#include <functional>
#include <memory>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/socket_address.h"
#include "bench/bridge/reactor.h"
#include "codec/websocket/websocket.h"

namespace portico::bench {

// "ws://host:port/path"; the host is an address or "localhost".
struct Url {
  SocketAddress address;
  std::string authority;
  std::string path;  // without a trailing slash
};
Result<Url> parse_url(std::string_view text);

class SignalSocket {
 public:
  using Message = std::function<void(Bytes payload)>;

  // Connects and asks for the upgrade of `target`; `headers` are extra lines, each ending in CRLF.
  static Result<std::unique_ptr<SignalSocket>> connect(Reactor& reactor, Random& random,
                                                       const Url& url, const std::string& target,
                                                       const std::string& headers,
                                                       Message on_message);
  ~SignalSocket();

  void send_text(std::string_view text) { send(codec::websocket::Opcode::text, as_bytes(text)); }
  void send_binary(std::string_view data) {
    send(codec::websocket::Opcode::binary, as_bytes(data));
  }
  bool open() const { return upgraded_ && failure_.empty(); }
  const std::string& failure() const { return failure_; }
  void on_open(std::function<void()> callback) { on_open_ = std::move(callback); }

 private:
  SignalSocket(Reactor& reactor, Random& random, int fd, Message on_message);
  void send(codec::websocket::Opcode opcode, Bytes payload);
  void write(Bytes data);
  void receive();
  void read_upgrade();
  void read_frames(Bytes data);

  Reactor& reactor_;
  Random& random_;
  int fd_;
  Message on_message_;
  std::function<void()> on_open_;
  std::string head_;  // of the answer, until it is complete
  bool upgraded_ = false;
  std::string failure_;
  codec::websocket::Decoder decoder_{codec::websocket::Role::client};
};

}  // namespace portico::bench
