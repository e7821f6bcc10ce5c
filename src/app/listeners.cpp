#include "app/listeners.h"

#include <fmt/format.h>

#include "io/net/interfaces.h"

namespace portico::app {

using io::door::ListenerRow;
using io::door::Protocol;

namespace {

constexpr std::uint16_t kFirstUnprivileged = 1024;
constexpr std::size_t kMaxAdvertised = 4;  // candidates cost every client a round of checks

bool refused_by_browsers(const IpAddress& address, std::uint16_t port) {
  return port < kFirstUnprivileged && address.is_private();
}

}  // namespace

Result<Advertised> advertise(const ServerOptions& options) {
  Advertised advertised;
  for (const auto& address : {options.public_v4, options.public_v6}) {
    if (address) advertised.addresses.push_back(*address);
  }
  if (advertised.addresses.empty()) {
    PORTICO_TRY(interfaces, io::net::interface_addresses());
    bool loopback_only = true;
    for (const auto& candidate : interfaces) {
      bool usable = candidate.scope == io::net::AddressScope::public_ ||
                    candidate.scope == io::net::AddressScope::private_;
      if (usable && advertised.addresses.size() < kMaxAdvertised) {
        advertised.addresses.push_back(candidate.address);
        loopback_only = false;
      }
    }
    // Calls between windows of one machine work without any network.
    advertised.addresses.push_back(IpAddress::v4(127, 0, 0, 1));
    bool any_public = !loopback_only && !advertised.addresses.front().is_private();
    if (!loopback_only && !any_public) {
      advertised.warnings.push_back(
          "no interface has a public address: people outside this network can join only if you set "
          "public_address_v4 "
          "(or public_address_v6) to the address that your router forwards to this machine");
    }
  }
  for (const IpAddress& address : advertised.addresses) {
    if (refused_by_browsers(address, options.port)) advertised.media_port = true;
  }
  if (advertised.media_port) {
    advertised.warnings.push_back(
        fmt::format("browsers refuse media on ports below 1024 of private addresses, so UDP and "
                    "TCP {} are opened for media as well as {}",
                    options.media_port, options.port));
  }
  return advertised;
}

io::door::ListenerTable listener_table(const ServerOptions& options, const Advertised& advertised) {
  io::door::ListenerTable table;
  std::vector<IpAddress> bind = options.bind;
  bool everywhere = bind.empty();
  if (everywhere) bind = {IpAddress::v4(0, 0, 0, 0), *IpAddress::parse("::")};
  for (const IpAddress& address : bind) {
    bool optional = everywhere && !address.is_v4();
    table.rows.push_back(
        ListenerRow{"main",
                    Transport::tcp,
                    {address, options.port},
                    {Protocol::http_loopback, Protocol::https, Protocol::stun, Protocol::ice_tcp},
                    "web, signalling, media over TCP, STUN",
                    optional});
    table.rows.push_back(ListenerRow{"main",
                                     Transport::udp,
                                     {address, options.port},
                                     {Protocol::media, Protocol::stun},
                                     "media and STUN",
                                     optional});
    if (!advertised.media_port) continue;
    table.rows.push_back(ListenerRow{"media",
                                     Transport::tcp,
                                     {address, options.media_port},
                                     {Protocol::ice_tcp},
                                     "media over TCP where browsers refuse low ports",
                                     optional});
    table.rows.push_back(ListenerRow{"media",
                                     Transport::udp,
                                     {address, options.media_port},
                                     {Protocol::media, Protocol::stun},
                                     "media where browsers refuse low ports",
                                     optional});
  }
  table.rows.push_back(ListenerRow{"admin",
                                   Transport::tcp,
                                   options.admin,
                                   {Protocol::http_loopback, Protocol::http},
                                   "metrics and health",
                                   false});
  return table;
}

std::vector<std::string> candidate_lines(const ServerOptions& options,
                                         const Advertised& advertised) {
  std::vector<std::string> lines;
  unsigned foundation = 1;
  // RFC 8445 5.1.2: type preference 126 for host; UDP before TCP; earlier addresses before later
  // ones.
  unsigned local = 65'535;
  for (const IpAddress& address : advertised.addresses) {
    std::vector<std::uint16_t> ports;
    if (!refused_by_browsers(address, options.port)) ports.push_back(options.port);
    if (advertised.media_port && address.is_private()) ports.push_back(options.media_port);
    for (std::uint16_t port : ports) {
      unsigned udp_priority = (126U << 24) | (local << 8) | 255U;
      unsigned tcp_priority = (90U << 24) | (local << 8) | 255U;
      lines.push_back(fmt::format("candidate:{} 1 udp {} {} {} typ host", foundation++,
                                  udp_priority, address.to_string(), port));
      lines.push_back(fmt::format("candidate:{} 1 tcp {} {} {} typ host tcptype passive",
                                  foundation++, tcp_priority, address.to_string(), port));
      --local;
    }
  }
  return lines;
}

}  // namespace portico::app
