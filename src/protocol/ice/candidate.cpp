#include "protocol/ice/candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace portico::protocol::ice {
namespace {

constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kMaxFoundation = 32;  // RFC 8839 5.1
constexpr std::size_t kMaxUfrag = 256;      // RFC 8839 5.4

bool is_ice_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// Implementations put more than ice-chars into foundations ("udpcandidate1"; some a ':' or '-');
// printable is enough.
bool is_token(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
  });
}

template <class T>
bool read_number(std::string_view text, T& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    std::size_t end = line.find(' ');
    std::string_view word = line.substr(0, end);
    if (!word.empty()) words.push_back(word);
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return words;
}

std::optional<CandidateType> read_type(std::string_view text) {
  if (text == "host") return CandidateType::host;
  if (text == "srflx") return CandidateType::server_reflexive;
  if (text == "prflx") return CandidateType::peer_reflexive;
  if (text == "relay") return CandidateType::relayed;
  return std::nullopt;
}

std::string_view name(CandidateType type) {
  switch (type) {
    case CandidateType::host:
      return "host";
    case CandidateType::server_reflexive:
      return "srflx";
    case CandidateType::peer_reflexive:
      return "prflx";
    case CandidateType::relayed:
      return "relay";
  }
  return "host";
}

std::optional<TcpType> read_tcp_type(std::string_view text) {
  if (text == "active") return TcpType::active;
  if (text == "passive") return TcpType::passive;
  if (text == "so") return TcpType::simultaneous_open;
  return std::nullopt;
}

std::string_view name(TcpType type) {
  switch (type) {
    case TcpType::active:
      return "active";
    case TcpType::passive:
      return "passive";
    case TcpType::simultaneous_open:
      return "so";
  }
  return "passive";
}

Result<void> read_fixed_part(const std::vector<std::string_view>& words, Candidate& out) {
  if (!is_token(words[0], kMaxFoundation)) {
    return fail(ErrorCode::invalid, "candidate foundation");
  }
  out.foundation = words[0];
  if (!read_number(words[1], out.component) || out.component == 0) {
    return fail(ErrorCode::invalid, "candidate component");
  }
  if (equal_ignoring_case(words[2], "udp")) {
    out.transport = Transport::udp;
  } else if (equal_ignoring_case(words[2], "tcp")) {
    out.transport = Transport::tcp;
  } else {
    return fail(ErrorCode::unsupported, "candidate transport");
  }
  if (!read_number(words[3], out.priority)) return fail(ErrorCode::invalid, "candidate priority");
  if (!read_number(words[5], out.address.port)) return fail(ErrorCode::invalid, "candidate port");
  if (words[6] != "typ") return fail(ErrorCode::invalid, "candidate typ");
  auto type = read_type(words[7]);
  if (!type) return fail(ErrorCode::invalid, "candidate type");
  out.type = *type;
  auto ip = IpAddress::parse(words[4]);
  if (!ip) return fail(ErrorCode::unsupported, "candidate address is not an IP address");
  out.address.ip = *ip;
  return {};
}

Result<void> read_extensions(const std::vector<std::string_view>& words, Candidate& out) {
  std::optional<IpAddress> related_ip;
  std::uint16_t related_port = 0;
  for (std::size_t i = 8; i + 1 < words.size(); i += 2) {
    std::string_view key = words[i];
    std::string_view value = words[i + 1];
    if (key == "raddr") {
      if (auto ip = IpAddress::parse(value)) related_ip = *ip;
    } else if (key == "rport") {
      if (!read_number(value, related_port)) return fail(ErrorCode::invalid, "candidate rport");
    } else if (key == "tcptype") {
      out.tcp_type = read_tcp_type(value);
      if (!out.tcp_type) return fail(ErrorCode::invalid, "candidate tcptype");
    } else if (key == "ufrag") {
      if (value.size() > kMaxUfrag || !std::all_of(value.begin(), value.end(), is_ice_char)) {
        return fail(ErrorCode::invalid, "candidate ufrag");
      }
      out.ufrag = value;
    }
  }
  if (related_ip) out.related = SocketAddress{*related_ip, related_port};
  if (out.transport == Transport::udp) {
    out.tcp_type.reset();
  } else if (!out.tcp_type) {
    return fail(ErrorCode::invalid, "candidate without tcptype");
  }
  return {};
}

}  // namespace

Result<Candidate> parse_candidate(std::string_view line) {
  if (line.size() > kMaxLine) return fail(ErrorCode::limit, "candidate line");
  if (line.starts_with("a=")) line.remove_prefix(2);
  if (line.starts_with("candidate:")) line.remove_prefix(10);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  auto words = split(line);
  if (words.size() < 8) return fail(ErrorCode::invalid, "candidate has too few fields");
  Candidate candidate;
  if (auto fixed = read_fixed_part(words, candidate); !fixed) return tl::unexpected(fixed.error());
  if (auto more = read_extensions(words, candidate); !more) return tl::unexpected(more.error());
  return candidate;
}

std::string to_string(const Candidate& c) {
  std::string line = fmt::format("candidate:{} {} {} {} {} {} typ {}", c.foundation, c.component,
                                 c.transport == Transport::udp ? "udp" : "tcp", c.priority,
                                 c.address.ip.to_string(), c.address.port, name(c.type));
  if (c.related) {
    line += fmt::format(" raddr {} rport {}", c.related->ip.to_string(), c.related->port);
  }
  if (c.tcp_type) line += fmt::format(" tcptype {}", name(*c.tcp_type));
  if (!c.ufrag.empty()) line += fmt::format(" ufrag {}", c.ufrag);
  return line;
}

std::uint32_t candidate_priority(CandidateType type, Transport transport,
                                 std::uint16_t local_preference, std::uint8_t component) {
  std::uint32_t preference = 0;
  switch (type) {
    case CandidateType::host:
      preference = transport == Transport::udp ? 126 : 90;
      break;
    case CandidateType::peer_reflexive:
      preference = transport == Transport::udp ? 110 : 80;
      break;
    case CandidateType::server_reflexive:
      preference = 100;
      break;
    case CandidateType::relayed:
      preference = 2;
      break;
  }
  return preference << 24 | std::uint32_t{local_preference} << 8 | (256U - component);
}

}  // namespace portico::protocol::ice
