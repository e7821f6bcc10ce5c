#pragma once
// One WebSocket of a client, after the handshake. Receiving and sending are independent: send()
// queues and returns, a writer of its own empties the queue, so any code on the loop may send while
// a receive() is pending.
//
// Bounds: incoming messages 2 MiB (closed with 1009 beyond), outgoing queue Limits::max_queued: a
// reader that is slower than that is cut off. A peer that has sent nothing, not even the pong to
// one of our pings, for Limits::dead_after is gone.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "codec/websocket/websocket.h"
#include "io/net/stream.h"
#include "io/runtime/task.h"

namespace portico::io::http {

class WebSocket {
 public:
  enum class Kind { text, binary };
  struct Message {
    Kind kind = Kind::binary;
    ByteVector data;
  };
  struct Limits {
    std::size_t max_message = codec::websocket::kMaxMessage;
    std::size_t max_queued = 4 * 1024 * 1024;  // bytes not yet taken by the kernel
    Duration ping_interval = 10s;  // "The server sends WebSocket ping control frames every 10 s"
    Duration dead_after = 30s;
    Duration stall = 20s;      // 64 KiB must leave within this time
    Duration close_wait = 5s;  // for the peer's close frame
  };

  // Sends a close frame (1000) if none was sent.
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // The next message. One call at a time. Errors: closed (the peer's close frame, the end of the
  // connection, close() here), timeout (dead peer), invalid and limit (protocol violation; the
  // close frame has been sent).
  runtime::Task<Result<Message>> receive();

  // Queues one message. Errors: closed; limit (the queue is full: the connection has been cut).
  Result<void> send(Bytes data, Kind kind = Kind::binary);
  Result<void> send(std::string_view data, Kind kind = Kind::text) {
    return send(as_bytes(data), kind);
  }

  // Queues a close frame behind what was sent; a pending receive() goes on until the peer answers
  // or close_wait is over.
  void close(std::uint16_t code = codec::websocket::close_code::kNormal,
             std::string_view reason = {});
  // Ends the connection without ceremony; receive() fails with closed.
  void abort();

  bool open() const;           // send() would be accepted
  std::size_t queued() const;  // bytes
  // What the peer's close frame said; kAbnormal when there was none (yet).
  std::uint16_t peer_close_code() const;
  std::string_view peer_close_reason() const;

  class Channel;
  explicit WebSocket(std::shared_ptr<Channel> channel);

 private:
  std::shared_ptr<Channel>
      channel_;  // shared with the writer and the connection, which outlive us until all is flushed
};

// Speaks WebSocket on a stream whose handshake is over, for as long as `handler` runs and until all
// is flushed. `received` are bytes that came behind the handshake. Used by connections and by
// tests; the client role masks what it sends. `on_start` is given a function that asks the socket
// to go away (1001) and, called again, cuts it: for shutdowns.
runtime::Task<void> run_websocket(
    std::unique_ptr<net::Stream> stream, ByteVector received,
    std::function<runtime::Task<void>(std::unique_ptr<WebSocket>)> handler,
    WebSocket::Limits limits, codec::websocket::Role role = codec::websocket::Role::server,
    std::function<void(std::function<void()>)> on_start = {});

}  // namespace portico::io::http
