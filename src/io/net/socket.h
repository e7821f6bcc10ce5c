#pragma once
// Making sockets: binding and connecting with errors that tell a person what to do.

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/socket_address.h"
#include "io/net/stream.h"
#include "io/runtime/fd.h"

namespace portico::io::net {

// TCP, non-blocking, listening; SO_REUSEADDR; IPv6 sockets take IPv6 only. Port 0 picks a free one.
// Errors: conflict (in use), denied (port < 1024 without the right), not_found (address not on this
// machine), io.
Result<runtime::UniqueFd> listen_tcp(const SocketAddress& address, int backlog = 1024);

struct UdpOptions {
  int receive_buffer = 4 << 20;  // bytes asked for; the kernel may give less (net.core.rmem_max)
  int send_buffer = 4 << 20;
};
// UDP, non-blocking, with SO_REUSEPORT, UDP_GRO where the kernel has it, and the local address of
// each packet. Errors as listen_tcp().
Result<runtime::UniqueFd> bind_udp(const SocketAddress& address, const UdpOptions& options = {});
// Could the address be bound? Errors as listen_tcp(); `conflict` when somebody else holds the UDP
// port: SO_REUSEPORT alone would silently share it.
Result<void> check_udp_port_free(const SocketAddress& address);

// Non-blocking connect. Errors: timeout, closed (refused), io.
runtime::Task<Result<runtime::UniqueFd>> connect_socket(runtime::Loop& loop, SocketAddress address,
                                                        Instant deadline);
runtime::Task<Result<std::unique_ptr<Stream>>> connect_tcp(runtime::Loop& loop,
                                                           SocketAddress address, Instant deadline);

SocketAddress local_address(int socket);
SocketAddress remote_address(int socket);
// TCP_NODELAY, TCP_NOTSENT_LOWAT, keep-alive (first probe after 30 s, dead after about 60 s).
void tune_tcp(int socket);

// A sentence for a failed bind: what happened, and what to do about it.
Error bind_error(int errno_value, const SocketAddress& address, const char* transport);

}  // namespace portico::io::net
