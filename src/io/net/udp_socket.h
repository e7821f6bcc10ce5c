#pragma once
// One UDP socket of a worker. Packets arrive in batches (recvmmsg, UDP_GRO) and are handed on as a
// list; each says on which of our addresses it arrived, so that the answer leaves from there.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/path.h"
#include "base/result.h"
#include "io/runtime/fd.h"
#include "io/runtime/loop.h"

namespace portico::io::net {

struct Datagram {
  Path path;          // transport udp; local is our address, remote the peer's
  MutableBytes data;  // valid during the callback; may be changed in place (decryption)
};

class UdpSocket {
 public:
  using Receive = std::function<void(std::span<const Datagram>)>;

  struct Counters {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t system_calls = 0;
    std::uint64_t truncated = 0;     // larger than the buffer, or without usable addresses; dropped
    std::uint64_t kernel_drops = 0;  // lost in the socket's queue before we came (SO_RXQ_OVFL)
  };

  // `socket` is bound already (bind_udp). On the worker's loop; `receive` runs there. It must not
  // destroy the socket.
  static Result<std::unique_ptr<UdpSocket>> start(runtime::Loop& loop, runtime::UniqueFd socket,
                                                  Receive receive);
  ~UdpSocket();

  const SocketAddress& local() const { return local_; }
  int fd() const;
  runtime::Loop& loop() const;
  const Counters& counters() const { return counters_; }
  // `callback` when the socket can be written again; an empty function stops it. Used by
  // EgressBatch.
  void on_writable(std::function<void()> callback);

 private:
  struct Buffers;
  UdpSocket(runtime::Fd fd, Receive receive);
  void receive_some();
  void collect(std::size_t messages);

  runtime::Fd fd_;
  SocketAddress local_;
  Receive receive_;
  std::unique_ptr<Buffers> buffers_;
  Counters counters_;
};

}  // namespace portico::io::net
