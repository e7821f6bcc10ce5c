#include "bench/bridge/udp_endpoint.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "io/net/sockaddr.h"

namespace portico::bench {

namespace {

constexpr std::size_t kArena = 256 * 1024;
constexpr std::size_t kBatch = 64;
constexpr std::size_t kDatagram = 2048;

// One thread reads one socket at a time, so all share this memory.
struct ReadBuffers {
  std::vector<std::uint8_t> data = std::vector<std::uint8_t>(kBatch * kDatagram);
  std::array<mmsghdr, kBatch> headers{};
  std::array<iovec, kBatch> vectors{};
  std::array<sockaddr_storage, kBatch> names{};
};

ReadBuffers& read_buffers() {
  static ReadBuffers buffers;
  return buffers;
}

}  // namespace

Result<int> UdpEndpoint::open(const IpAddress& address) {
  int family = address.is_v4() ? AF_INET : AF_INET6;
  int fd = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(ErrorCode::io, std::strerror(errno));
  // A stall of the generator must not look like loss: room for half a second of a fast stream.
  int bytes = 4 << 20;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  io::net::KernelAddress name = io::net::to_kernel(SocketAddress{address, 0});
  if (::bind(fd, name.get(), name.size) != 0) {
    std::string reason = "cannot bind " + address.to_string() + ": " + std::strerror(errno);
    ::close(fd);
    return fail(ErrorCode::io, reason);
  }
  return fd;
}

UdpEndpoint::UdpEndpoint(int fd) : fd_(fd), arena_(kArena) {
  io::net::KernelAddress name;
  getsockname(fd, name.get(), &name.size);
  local_ = io::net::from_kernel(name.storage);
}

UdpEndpoint::~UdpEndpoint() { ::close(fd_); }

MutableBytes UdpEndpoint::reserve(const Path& path, std::size_t max_size) {
  if (used_ + max_size > arena_.size() || packets_.size() >= kBatch) flush();
  if (used_ + max_size > arena_.size()) return {};
  reserved_for_ = path.remote;
  return {arena_.data() + used_, max_size};
}

void UdpEndpoint::commit(std::size_t size) {
  if (size == 0) return;
  packets_.push_back({reserved_for_, used_, size});
  used_ += size;
}

void UdpEndpoint::flush() {
  if (packets_.empty()) return;
  std::array<mmsghdr, kBatch> headers{};
  std::array<iovec, kBatch> vectors{};
  std::array<io::net::KernelAddress, kBatch> names{};
  for (std::size_t i = 0; i < packets_.size(); ++i) {
    vectors[i] = {arena_.data() + packets_[i].offset, packets_[i].size};
    names[i] = io::net::to_kernel(packets_[i].to);
    headers[i].msg_hdr.msg_name = names[i].get();
    headers[i].msg_hdr.msg_namelen = names[i].size;
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  std::size_t done = 0;
  while (done < packets_.size()) {
    int sent =
        ::sendmmsg(fd_, headers.data() + done, static_cast<unsigned>(packets_.size() - done), 0);
    done +=
        sent > 0 ? static_cast<std::size_t>(sent) : 1;  // a refused packet is lost, as on a network
  }
  packets_.clear();
  used_ = 0;
}

void UdpEndpoint::drain(const Receive& receive) {
  ReadBuffers& b = read_buffers();
  while (true) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      b.vectors[i] = {b.data.data() + i * kDatagram, kDatagram};
      msghdr& message = b.headers[i].msg_hdr;
      message = msghdr{};
      message.msg_name = &b.names[i];
      message.msg_namelen = sizeof(sockaddr_storage);
      message.msg_iov = &b.vectors[i];
      message.msg_iovlen = 1;
    }
    int count = ::recvmmsg(fd_, b.headers.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      receive(io::net::from_kernel(b.names[i]),
              MutableBytes(b.data.data() + i * kDatagram, b.headers[i].msg_len));
    }
    if (static_cast<std::size_t>(count) < kBatch) return;
  }
}

}  // namespace portico::bench
