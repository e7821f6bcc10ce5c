#pragma once
// Accepts TCP connections on one socket. Takes a limited number a turn, so that a flood of connects
// leaves the loop alive, and pauses for a quarter of a second when the process is out of
// descriptors.

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "io/net/stream.h"
#include "io/runtime/fd.h"
#include "io/runtime/loop.h"
#include "io/runtime/timer.h"

namespace portico::io::net {

class TcpListener {
 public:
  using Accept = std::function<void(runtime::UniqueFd, const Endpoints&)>;
  // `socket` listens already (listen_tcp).
  static Result<std::unique_ptr<TcpListener>> start(runtime::Loop& loop, runtime::UniqueFd socket,
                                                    Accept accept);
  const SocketAddress& local() const { return local_; }
  // Connections refused by the kernel's descriptor limit since the start.
  std::uint64_t exhausted() const { return exhausted_; }

 private:
  TcpListener(runtime::Loop& loop, runtime::Fd fd, Accept accept);
  void accept_some();
  void listen();

  runtime::Fd fd_;
  SocketAddress local_;
  Accept accept_;
  runtime::Timer pause_;
  std::uint64_t exhausted_ = 0;
};

}  // namespace portico::io::net
