#pragma once
// SocketAddress <-> the kernel's sockaddr. Only for the .cpp files that make system calls.

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "base/socket_address.h"

namespace portico::io::net {

struct KernelAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

inline KernelAddress to_kernel(const SocketAddress& address) {
  KernelAddress out;
  if (address.ip.is_v4()) {
    auto* in = reinterpret_cast<sockaddr_in*>(&out.storage);
    in->sin_family = AF_INET;
    in->sin_port = htons(address.port);
    std::memcpy(&in->sin_addr, address.ip.bytes.data(), 4);
    out.size = sizeof(sockaddr_in);
  } else {
    auto* in = reinterpret_cast<sockaddr_in6*>(&out.storage);
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(address.port);
    std::memcpy(&in->sin6_addr, address.ip.bytes.data(), 16);
    out.size = sizeof(sockaddr_in6);
  }
  return out;
}

// Families other than IPv4 and IPv6 give the unspecified IPv4 address with port 0.
inline SocketAddress from_kernel(const sockaddr_storage& storage) {
  SocketAddress out;
  if (storage.ss_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(&storage);
    out.port = ntohs(in->sin_port);
    std::memcpy(out.ip.bytes.data(), &in->sin_addr, 4);
  } else if (storage.ss_family == AF_INET6) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(&storage);
    out.port = ntohs(in->sin6_port);
    out.ip.family = IpAddress::Family::v6;
    std::memcpy(out.ip.bytes.data(), &in->sin6_addr, 16);
    out.ip = out.ip.unmapped();
  }
  return out;
}

inline int family_of(const SocketAddress& address) {
  return address.ip.is_v4() ? AF_INET : AF_INET6;
}

}  // namespace portico::io::net
