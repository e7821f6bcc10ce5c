#include "io/net/socket.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include <cerrno>
#include <cstring>

#include "io/net/sockaddr.h"

namespace portico::io::net {

namespace {

void set_option(int socket, int level, int name, int value) {
  setsockopt(socket, level, name, &value,
             sizeof value);  // a tuning option the kernel lacks is no error
}

void set_buffer(int socket, int forced, int normal, int bytes) {
  if (setsockopt(socket, SOL_SOCKET, forced, &bytes, sizeof bytes) != 0)
    set_option(socket, SOL_SOCKET, normal, bytes);
}

Result<runtime::UniqueFd> make_socket(const SocketAddress& address, int type,
                                      const char* transport) {
  runtime::UniqueFd fd(::socket(family_of(address), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return tl::unexpected(bind_error(errno, address, transport));
  if (!address.ip.is_v4()) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  return fd;
}

Result<void> bind_socket(int socket, const SocketAddress& address, const char* transport) {
  KernelAddress kernel = to_kernel(address);
  if (::bind(socket, kernel.get(), kernel.size) == 0) return {};
  return tl::unexpected(bind_error(errno, address, transport));
}

}  // namespace

Error bind_error(int errno_value, const SocketAddress& address, const char* transport) {
  std::string where = fmt::format("{} {}", transport, address.to_string());
  switch (errno_value) {
    case EADDRINUSE:
      return {ErrorCode::conflict,
              fmt::format("{} is in use by another program: stop that program (`ss -lnp | grep "
                          ":{}` shows it) or choose another port",
                          where, address.port)};
    case EACCES:
    case EPERM:
      if (address.port < 1024)
        return {
            ErrorCode::denied,
            fmt::format(
                "no right to listen on {}: ports below 1024 need root or the capability "
                "CAP_NET_BIND_SERVICE "
                "(`setcap cap_net_bind_service=+ep` on the program), or choose a port from 1024 up",
                where)};
      return {ErrorCode::denied,
              fmt::format("no right to listen on {}: a security policy of this machine forbids it",
                          where)};
    case EADDRNOTAVAIL:
      return {ErrorCode::not_found,
              fmt::format(
                  "cannot listen on {}: this machine has no such address (`ip address` lists them)",
                  where)};
    case EAFNOSUPPORT:
      return {ErrorCode::not_found,
              fmt::format("cannot listen on {}: IPv6 is switched off on this machine", where)};
    case EMFILE:
    case ENFILE:
      return {ErrorCode::limit, fmt::format("cannot listen on {}: out of file descriptors; raise "
                                            "the limit (`ulimit -n`, LimitNOFILE=)",
                                            where)};
    default:
      return {ErrorCode::io,
              fmt::format("cannot listen on {}: {}", where, std::strerror(errno_value))};
  }
}

Result<runtime::UniqueFd> listen_tcp(const SocketAddress& address, int backlog) {
  PORTICO_TRY(fd, make_socket(address, SOCK_STREAM, "TCP"));
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (Result<void> bound = bind_socket(fd.get(), address, "TCP"); !bound)
    return tl::unexpected(bound.error());
  if (::listen(fd.get(), backlog) != 0) return tl::unexpected(bind_error(errno, address, "TCP"));
  return std::move(fd);
}

Result<runtime::UniqueFd> bind_udp(const SocketAddress& address, const UdpOptions& options) {
  PORTICO_TRY(fd, make_socket(address, SOCK_DGRAM, "UDP"));
  int socket = fd.get();
  set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  set_option(socket, SOL_UDP, UDP_GRO, 1);
  set_option(socket, SOL_SOCKET, SO_RXQ_OVFL, 1);
  if (address.ip.is_v4()) {
    set_option(socket, IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
  set_buffer(socket, SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer);
  set_buffer(socket, SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer);
  if (Result<void> bound = bind_socket(socket, address, "UDP"); !bound)
    return tl::unexpected(bound.error());
  return std::move(fd);
}

Result<void> check_udp_port_free(const SocketAddress& address) {
  PORTICO_TRY(fd, make_socket(address, SOCK_DGRAM, "UDP"));
  return bind_socket(fd.get(), address, "UDP");
}

runtime::Task<Result<runtime::UniqueFd>> connect_socket(runtime::Loop& loop, SocketAddress address,
                                                        Instant deadline) {
  runtime::UniqueFd socket(
      ::socket(family_of(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) co_return fail(ErrorCode::io, std::strerror(errno));
  KernelAddress kernel = to_kernel(address);
  int error = ::connect(socket.get(), kernel.get(), kernel.size) == 0 ? 0 : errno;
  PORTICO_CO_TRY(fd, runtime::Fd::open(loop, std::move(socket)));
  if (error == EINPROGRESS) {
    fd.set_deadline(runtime::Fd::Direction::write, deadline);
    PORTICO_CO_TRY_VOID(co_await fd.writable());
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0) {
    co_return fail(
        error == ECONNREFUSED ? ErrorCode::closed : ErrorCode::io,
        fmt::format("cannot connect to {}: {}", address.to_string(), std::strerror(error)));
  }
  tune_tcp(fd.get());
  co_return fd.release();
}

runtime::Task<Result<std::unique_ptr<Stream>>> connect_tcp(runtime::Loop& loop,
                                                           SocketAddress address,
                                                           Instant deadline) {
  PORTICO_CO_TRY(socket, co_await connect_socket(loop, address, deadline));
  Endpoints endpoints;
  endpoints.local = local_address(socket.get());
  endpoints.remote = address;
  co_return make_plain_stream(loop, std::move(socket), endpoints);
}

SocketAddress local_address(int socket) {
  KernelAddress kernel;
  if (getsockname(socket, kernel.get(), &kernel.size) != 0) return {};
  return from_kernel(kernel.storage);
}

SocketAddress remote_address(int socket) {
  KernelAddress kernel;
  if (getpeername(socket, kernel.get(), &kernel.size) != 0) return {};
  return from_kernel(kernel.storage);
}

void tune_tcp(int socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  // Unsent bytes stay with us, where late media can still be dropped, instead of in the kernel.
  set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 32 << 10);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace portico::io::net
