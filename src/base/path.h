#pragma once
// The way a packet takes: which transport, from which of our addresses, to which peer.

#include <cstdint>

#include "base/socket_address.h"

namespace portico {

enum class Transport : std::uint8_t { udp, tcp };

// For UDP, `flow` is 0 and the addresses identify the way. For TCP (RFC 4571 framing, ICE-TCP)
// `flow` is the number of the connection in the shell that owns it and the addresses only describe
// it.
struct Path {
  Transport transport = Transport::udp;
  SocketAddress local;
  SocketAddress remote;
  std::uint64_t flow = 0;
  auto operator<=>(const Path&) const = default;
};

}  // namespace portico

template <>
struct std::hash<portico::Path> {
  std::size_t operator()(const portico::Path& p) const noexcept {
    return std::hash<portico::SocketAddress>{}(p.remote) * 31 +
           std::hash<portico::SocketAddress>{}(p.local) + p.flow * 0x9e3779b9U +
           static_cast<std::size_t>(p.transport);
  }
};
