#pragma once
// Which addresses this machine has, and what the world outside can do with them.

#include <string>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"

namespace portico::io::net {

enum class AddressScope {
  loopback,
  link_local,
  private_,
  public_
};  // private_: RFC 1918, 6598 (CGN), unique-local

struct InterfaceAddress {
  std::string interface;  // "eth0"
  IpAddress address;
  AddressScope scope;
  auto operator<=>(const InterfaceAddress&) const = default;
};

AddressScope classify_address(const IpAddress& address);

// Addresses of interfaces that are up, best first (public, private, link-local, loopback; IPv4
// before IPv6 in each). Not: temporary and tentative ones cannot be told apart here. At most 64.
// io: the kernel refused.
Result<std::vector<InterfaceAddress>> interface_addresses();

// The source address the kernel would use towards the world (no packet is sent). not_found: no
// route in that family.
Result<IpAddress> default_source(IpAddress::Family family);

}  // namespace portico::io::net
