#include "io/net/interfaces.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/net/sockaddr.h"
#include "io/net/socket.h"

namespace portico::io::net {

namespace {
constexpr std::size_t kMaxAddresses = 64;

auto rank(const InterfaceAddress& a) {
  return std::make_pair(-static_cast<int>(a.scope), static_cast<int>(a.address.family));
}
}  // namespace

AddressScope classify_address(const IpAddress& address) {
  if (address.is_loopback()) return AddressScope::loopback;
  if (address.is_link_local()) return AddressScope::link_local;
  return address.is_private() ? AddressScope::private_ : AddressScope::public_;
}

Result<std::vector<InterfaceAddress>> interface_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0)
    return fail(ErrorCode::io,
                fmt::format("cannot list network interfaces: {}", std::strerror(errno)));
  std::vector<InterfaceAddress> out;
  for (const ifaddrs* i = list; i != nullptr && out.size() < kMaxAddresses; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0) continue;
    if (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6) continue;
    sockaddr_storage storage{};
    std::memcpy(&storage, i->ifa_addr,
                i->ifa_addr->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    IpAddress address = from_kernel(storage).ip;
    InterfaceAddress entry{i->ifa_name, address, classify_address(address)};
    if (std::find(out.begin(), out.end(), entry) == out.end()) out.push_back(std::move(entry));
  }
  freeifaddrs(list);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
  });
  return out;
}

Result<IpAddress> default_source(IpAddress::Family family) {
  // Documentation prefixes (RFC 5737, 3849): connecting a UDP socket asks the routing table and
  // sends nothing.
  const char* target = family == IpAddress::Family::v4 ? "192.0.2.1:9" : "[2001:db8::1]:9";
  PORTICO_TRY(address, SocketAddress::parse(target));
  runtime::UniqueFd socket(::socket(family_of(address), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  KernelAddress kernel = to_kernel(address);
  if (!socket || ::connect(socket.get(), kernel.get(), kernel.size) != 0)
    return fail(ErrorCode::not_found,
                "this machine has no route to the world in that address family");
  return local_address(socket.get()).ip;
}

}  // namespace portico::io::net
