#include "io/door/listener_table.h"

#include <fmt/format.h>

#include <map>
#include <set>

namespace portico::io::door {

namespace {

constexpr std::size_t kMaxRows = 64;

Result<void> check_row(const ListenerRow& row) {
  if (row.name.empty()) return fail(ErrorCode::invalid, "a listener has no name");
  const ProtocolSet& p = row.protocols;
  bool streams = p.has(Protocol::http_loopback) || p.has(Protocol::http) ||
                 p.has(Protocol::https) || p.has(Protocol::ice_tcp);
  bool datagrams = p.has(Protocol::media);
  bool fits = row.transport == Transport::tcp ? !datagrams : !streams;
  bool any = streams || datagrams || p.has(Protocol::stun);
  if (!fits || !any)
    return fail(ErrorCode::invalid,
                fmt::format("listener {}: protocols that do not fit the transport", row.name));
  return {};
}

}  // namespace

Result<void> ListenerTable::check() const {
  if (rows.size() > kMaxRows) return fail(ErrorCode::limit, "more than 64 listeners");
  std::set<std::pair<Transport, SocketAddress>> seen;
  for (const ListenerRow& row : rows) {
    if (Result<void> good = check_row(row); !good) return good;
    if (row.address.port != 0 && !seen.emplace(row.transport, row.address).second)
      return fail(
          ErrorCode::invalid,
          fmt::format("two listeners want {} {}: give one of them another port",
                      row.transport == Transport::tcp ? "TCP" : "UDP", row.address.to_string()));
  }
  return {};
}

Result<std::vector<BoundUdp>> open_udp(const ListenerTable& table, std::size_t shards,
                                       const net::UdpOptions& options) {
  std::vector<BoundUdp> out;
  std::map<std::string, std::uint16_t>
      chosen;  // port 0 becomes the same port for a name's families
  for (const ListenerRow& row : table.rows) {
    if (row.transport != Transport::udp) continue;
    SocketAddress address = row.address;
    if (address.port == 0) address.port = chosen[row.name];
    Result<void> is_free = net::check_udp_port_free(address);
    if (!is_free && row.optional && is_free.error().code == ErrorCode::not_found) continue;
    if (!is_free) return tl::unexpected(is_free.error());
    for (std::size_t shard = 0; shard < shards; ++shard) {
      PORTICO_TRY(socket, net::bind_udp(address, options));
      address.port = net::local_address(socket.get()).port;
      out.push_back({row.name, shard, address, std::move(socket)});
    }
    chosen[row.name] = address.port;
  }
  return out;
}

void same_port(ListenerTable& table, const std::string& name, std::uint16_t port) {
  for (ListenerRow& row : table.rows) {
    if (row.transport == Transport::udp && row.name == name && row.address.port == 0)
      row.address.port = port;
  }
}

}  // namespace portico::io::door
