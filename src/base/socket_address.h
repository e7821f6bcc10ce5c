#pragma once
// An IPv4 or IPv6 address with a port, as a value without any socket header.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace portico {

struct IpAddress {
  enum class Family : std::uint8_t { v4, v6 };
  Family family = Family::v4;
  std::array<std::uint8_t, 16> bytes{};  // network order; IPv4 uses the first four

  static IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  // Dotted quad or RFC 4291 text, without brackets, port or zone.
  static Result<IpAddress> parse(std::string_view text);

  bool is_v4() const { return family == Family::v4; }
  bool is_loopback() const;
  bool is_unspecified() const;
  bool is_link_local() const;
  // RFC 1918, RFC 6598 (CGN), loopback, link-local, unique-local: what browsers treat as "not
  // public".
  bool is_private() const;
  std::string to_string() const;
  // ::ffff:a.b.c.d becomes a.b.c.d; anything else is returned as it is.
  IpAddress unmapped() const;
  auto operator<=>(const IpAddress&) const = default;
};

struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;
  // "192.0.2.1:443" or "[2001:db8::1]:443"
  std::string to_string() const;
  static Result<SocketAddress> parse(std::string_view text);
  auto operator<=>(const SocketAddress&) const = default;
};

}  // namespace portico

template <>
struct std::hash<portico::SocketAddress> {
  std::size_t operator()(const portico::SocketAddress& a) const noexcept;
};
