#pragma once
// One UDP socket of a client, as a PacketSink for what leaves and a batch reader for what arrives.

#include <cstdint>
#include <functional>
#include <vector>

#include "base/packet_sink.h"
#include "base/result.h"

namespace portico::bench {

class UdpEndpoint final : public PacketSink {
 public:
  using Receive = std::function<void(const SocketAddress& from, MutableBytes datagram)>;

  // Bound to an ephemeral port of `address`.
  static Result<int> open(const IpAddress& address);
  explicit UdpEndpoint(int fd);
  ~UdpEndpoint() override;
  UdpEndpoint(const UdpEndpoint&) = delete;
  UdpEndpoint& operator=(const UdpEndpoint&) = delete;

  int fd() const { return fd_; }
  const SocketAddress& local() const { return local_; }

  MutableBytes reserve(const Path& path, std::size_t max_size) override;
  void commit(std::size_t size) override;
  // Everything committed leaves with one sendmmsg.
  void flush();

  // Reads until the socket is empty.
  void drain(const Receive& receive);

 private:
  struct Packet {
    SocketAddress to;
    std::size_t offset;
    std::size_t size;
  };
  int fd_;
  SocketAddress local_;
  ByteVector arena_;
  std::size_t used_ = 0;
  SocketAddress reserved_for_;
  std::vector<Packet> packets_;
};

}  // namespace portico::bench
