#include "base/socket_address.h"

#include <arpa/inet.h>  // inet_pton and inet_ntop only: text <-> bytes, no sockets
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace portico {

IpAddress IpAddress::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  IpAddress ip;
  ip.bytes[0] = a;
  ip.bytes[1] = b;
  ip.bytes[2] = c;
  ip.bytes[3] = d;
  return ip;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, 64> buffer{};
  if (text.empty() || text.size() >= buffer.size())
    return fail(ErrorCode::invalid, "not an IP address");
  std::copy(text.begin(), text.end(), buffer.begin());
  IpAddress ip;
  if (inet_pton(AF_INET, buffer.data(), ip.bytes.data()) == 1) return ip;
  ip.bytes.fill(0);
  ip.family = Family::v6;
  if (inet_pton(AF_INET6, buffer.data(), ip.bytes.data()) == 1) return ip;
  return fail(ErrorCode::invalid, "not an IP address");
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[0] == 127;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; }) &&
         bytes[15] == 1;
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes.begin(), bytes.end(), [](auto b) { return b == 0; });
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return bytes[0] == 169 && bytes[1] == 254;
  return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool IpAddress::is_private() const {
  if (is_loopback() || is_link_local()) return true;
  if (is_v4()) {
    return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) ||
           (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 100 && (bytes[1] & 0xc0) == 64);
  }
  return (bytes[0] & 0xfe) == 0xfc;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

IpAddress IpAddress::unmapped() const {
  static constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (is_v4() || !std::equal(kPrefix.begin(), kPrefix.end(), bytes.begin())) return *this;
  return v4(bytes[12], bytes[13], bytes[14], bytes[15]);
}

std::string SocketAddress::to_string() const {
  return ip.is_v4() ? fmt::format("{}:{}", ip.to_string(), port)
                    : fmt::format("[{}]:{}", ip.to_string(), port);
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(ErrorCode::invalid, "expected ADDRESS:PORT");
  std::string_view host = text.substr(0, colon);
  std::string_view port_text = text.substr(colon + 1);
  bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  PORTICO_TRY(ip, IpAddress::parse(host));
  if (ip.is_v4() == bracketed)
    return fail(ErrorCode::invalid, "write IPv6 as [ADDRESS]:PORT and IPv4 without brackets");
  SocketAddress address{ip, 0};
  auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), address.port);
  if (error != std::errc{} || end != port_text.data() + port_text.size())
    return fail(ErrorCode::invalid, "port must be 0..65535");
  return address;
}

}  // namespace portico

std::size_t std::hash<portico::SocketAddress>::operator()(
    const portico::SocketAddress& a) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, a.ip.bytes.data(), 8);
  std::memcpy(&low, a.ip.bytes.data() + 8, 8);
  std::uint64_t h = (high ^ (low * 0x9e3779b97f4a7c15ULL)) + a.port;
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  return static_cast<std::size_t>(h);
}
