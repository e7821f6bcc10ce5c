#pragma once
// The one table of what this server listens on. Services and app declare rows; the door opens
// sockets from this table and from nothing else, and whoever explains the network (contract,
// firewall rules, start-up notices) reads the same rows.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/path.h"
#include "base/result.h"
#include "base/socket_address.h"
#include "io/net/socket.h"
#include "io/runtime/fd.h"

namespace portico::io::door {

enum class Protocol : std::uint16_t {
  http_loopback = 1 << 0,  // plain HTTP, only between loopback addresses
  http = 1 << 1,     // plain HTTP from anywhere (an admin listener that the operator put on another
                     // address)
  https = 1 << 2,    // HTTP and WebSocket inside TLS
  stun = 1 << 3,     // STUN Binding: UDP, TCP, TLS
  ice_tcp = 1 << 4,  // RFC 4571 framed ICE, DTLS, SRTP over TCP
  media = 1 << 5,    // STUN, DTLS, SRTP over UDP
};

class ProtocolSet {
 public:
  constexpr ProtocolSet() = default;
  constexpr ProtocolSet(std::initializer_list<Protocol> protocols) {
    for (Protocol p : protocols) bits_ |= static_cast<std::uint16_t>(p);
  }
  constexpr bool has(Protocol p) const { return (bits_ & static_cast<std::uint16_t>(p)) != 0; }

 private:
  std::uint16_t bits_ = 0;
};

struct ListenerRow {
  std::string name;  // "main", "media", "admin": unique per transport and family; handlers see it
                     // in ConnectionInfo
  Transport transport = Transport::tcp;
  SocketAddress address;  // unspecified: every address of that family. Port 0: any free one
  ProtocolSet protocols;
  std::string purpose;    // one line for people: "web, signalling, media over TCP"
  bool optional = false;  // a family or address this machine lacks is skipped instead of an error
};

struct ListenerTable {
  std::vector<ListenerRow> rows;  // at most 64
  // invalid: an empty name, the same transport and address twice, protocols that do not fit the
  // transport.
  Result<void> check() const;
};

// A UDP socket, opened for one worker and ready to be given to UdpSocket::start on that worker's
// loop.
struct BoundUdp {
  std::string name;
  std::size_t shard = 0;
  SocketAddress local;
  runtime::UniqueFd socket;
};
// Opens `shards` SO_REUSEPORT sockets for every UDP row, in order. Rows with port 0 share one free
// port among their shards. When a TCP row of the same name is bound already, pass the tcp ports so
// that port 0 becomes the same number: see same_port().
Result<std::vector<BoundUdp>> open_udp(const ListenerTable& table, std::size_t shards,
                                       const net::UdpOptions& options = {});

// Replaces port 0 of UDP rows named `name` by `port`.
void same_port(ListenerTable& table, const std::string& name, std::uint16_t port);

}  // namespace portico::io::door
