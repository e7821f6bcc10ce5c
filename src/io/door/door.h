#pragma once
// The front door for TCP: one port, many protocols. Every protocol here lets the client speak
// first, so the first bytes decide:
//
//   0x16                                 TLS; inside: ALPN, else an HTTP method or a STUN header
//   'A'..'Z'                             plain HTTP (loopback only, unless the row allows it)
//   STUN cookie at offset 4              STUN: a Binding request is answered here
//   STUN cookie at offset 6              ICE-TCP (RFC 4571 length first): handed on with the first
//   frame anything else, or no decision in time: closed without a word
//
// A connection is half open until it has been handed to a handler. Half-open ones are bounded in
// number (the oldest gives way), per address (the newcomer is refused; IPv6 counts by /64) and in
// time; open ones in number, in all and per address.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"
#include "io/door/listener_table.h"
#include "io/net/framed_connection.h"
#include "io/net/stream.h"
#include "io/net/tls.h"
#include "io/runtime/loop.h"

namespace portico::io::door {

struct ConnectionInfo {
  std::string listener;  // ListenerRow::name
  SocketAddress local;
  SocketAddress remote;
  bool secure = false;    // inside TLS
  bool loopback = false;  // both ends are loopback addresses
  Instant accepted{};
};

class Handlers {
 public:
  virtual ~Handlers() = default;
  // An HTTP/1.1 connection; nothing has been consumed. On the door's loop.
  virtual void on_http(std::unique_ptr<net::Stream> stream, ConnectionInfo info) = 0;
  // A framed connection whose first packet is whole and starts with a STUN header; it is the first
  // in `socket.received`. On the door's loop; the handler passes the socket to the worker that the
  // USERNAME in the frame names, or drops it.
  virtual void on_ice_tcp(net::FramedSocket socket, ConnectionInfo info) = 0;
};

struct DoorLimits {
  std::size_t half_open = 2048;
  std::size_t half_open_per_address = 64;
  std::size_t half_open_loopback =
      1024;                   // loopback's own: a reverse proxy or a load test on this machine
  std::size_t open = 20'000;  // half-open included
  std::size_t open_per_address = 2'000;  // an office behind one address
  Duration first_bytes =
      5s;                    // until TLS, plain HTTP, STUN or a whole first ICE frame is recognised
  Duration handshake = 10s;  // TLS handshake and the first bytes inside
  Duration stun_idle = 30s;  // between two STUN requests on one connection
  std::size_t stun_requests = 64;  // on one connection
};

struct DoorCounters {
  std::uint64_t accepted = 0, http = 0, https = 0, ice_tcp = 0, stun = 0;
  std::uint64_t refused_address = 0, refused_total = 0, evicted = 0;
  std::uint64_t timed_out = 0, unrecognised = 0, tls_failed = 0, plain_http_refused = 0;
};

class Door {
 public:
  // Opens every TCP row of the table. `tls` may be null: then TLS connections are closed. Handlers,
  // tls and logger outlive the door. Errors: as net::listen_tcp, each a sentence that says what to
  // do.
  static Result<std::unique_ptr<Door>> open(runtime::Loop& loop, const ListenerTable& table,
                                            net::TlsContext* tls, Handlers& handlers,
                                            DoorLimits limits, Logger& logger);
  // close() must have been awaited.
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  // Stops accepting and ends half-open connections; resumes when they are gone. Those handed on are
  // the handlers' business.
  runtime::Task<void> close();

  struct Bound {
    std::string name;
    SocketAddress local;  // with the real port
  };
  const std::vector<Bound>& bound() const;
  const DoorCounters& counters() const;
  std::size_t half_open() const;
  std::size_t open_connections() const;

 private:
  struct Impl;
  explicit Door(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::io::door
