#pragma once
// An ICE candidate: a transport address where somebody might be reached, and its SDP line (RFC
// 8839 5.1, RFC 6544 4.5).
//
//   candidate:foundation component transport priority address port typ type [raddr a rport p]
//   [tcptype t] [name value]...

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/path.h"
#include "base/result.h"

namespace portico::protocol::ice {

enum class CandidateType : std::uint8_t { host, server_reflexive, peer_reflexive, relayed };
enum class TcpType : std::uint8_t { active, passive, simultaneous_open };

struct Candidate {
  std::string foundation =
      "1";  // 1..32 ice-chars; equal for candidates that share type, base and server
  std::uint8_t component = 1;  // 1: RTP; always 1 with rtcp-mux
  Transport transport = Transport::udp;
  std::uint32_t priority = 0;
  SocketAddress address;  // what the peer is told
  CandidateType type = CandidateType::host;
  std::optional<TcpType> tcp_type;       // present exactly for TCP
  std::optional<SocketAddress> related;  // raddr, rport
  std::string ufrag;  // extension "ufrag": which generation it belongs to; may be empty
  // Local candidates only, not in SDP: the address of the socket itself when `address` is what a
  // NAT in front of us shows.
  std::optional<SocketAddress> base;

  const SocketAddress& base_address() const { return base ? *base : address; }
  bool operator==(const Candidate&) const = default;
};

// Accepts the line with or without "a=" and "candidate:". Bounded at 1,024 characters.
// Errors: invalid (the message names the field), limit (too long), unsupported (a host name such as
// browsers' mDNS names, or a transport other than UDP and TCP: ignore such a candidate).
Result<Candidate> parse_candidate(std::string_view line);

// "candidate:..." without "a=".
std::string to_string(const Candidate& candidate);

// RFC 8445 5.1.2.1 with the type preferences browsers use: host 126, prflx 110, srflx 100, relay 2.
// A TCP candidate gets the preference 90 instead of 126, so that UDP is preferred.
// `local_preference` ranks our own addresses, 65535 first.
std::uint32_t candidate_priority(CandidateType type, Transport transport,
                                 std::uint16_t local_preference, std::uint8_t component = 1);

// RFC 8445 6.1.2.3; G is the controlling side's candidate priority, D the controlled side's.
constexpr std::uint64_t pair_priority(std::uint32_t g, std::uint32_t d) {
  std::uint64_t low = g < d ? g : d;
  std::uint64_t high = g < d ? d : g;
  return (low << 32) + 2 * high + (g > d ? 1 : 0);
}

}  // namespace portico::protocol::ice
