#include "app/listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace portico::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ServerOptions with(std::string_view address, std::uint16_t port) {
  ServerOptions options;
  options.port = port;
  (IpAddress::parse(address)->is_v4() ? options.public_v4 : options.public_v6) =
      *IpAddress::parse(address);
  return options;
}

std::size_t rows_named(const io::door::ListenerTable& table, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(table.rows.begin(), table.rows.end(),
                                                [&](const auto& row) { return row.name == name; }));
}

TEST(Listeners, APublicAddressNeedsOnlyTheOnePort) {
  ServerOptions options = with("203.0.113.5", 443);
  auto advertised = advertise(options);
  ASSERT_TRUE(advertised);
  EXPECT_FALSE(advertised->media_port);
  EXPECT_TRUE(advertised->warnings.empty());
  auto table = listener_table(options, *advertised);
  ASSERT_TRUE(table.check());
  EXPECT_EQ(rows_named(table, "media"), 0U);
  EXPECT_EQ(rows_named(table, "main"), 4U);  // TCP and UDP, IPv4 and IPv6
  EXPECT_THAT(candidate_lines(options, *advertised),
              ElementsAre(HasSubstr(" udp 2130706431 203.0.113.5 443 typ host"),
                          HasSubstr(" 203.0.113.5 443 typ host tcptype passive")));
}

TEST(Listeners, BrowsersRefuseLowPortsOnPrivateAddresses) {
  for (const char* address : {"10.1.2.3", "192.168.1.1", "100.64.0.1", "127.0.0.1", "fd00::1"}) {
    ServerOptions options = with(address, 443);
    auto advertised = advertise(options);
    ASSERT_TRUE(advertised);
    EXPECT_TRUE(advertised->media_port) << address;
    ASSERT_EQ(advertised->warnings.size(), 1U);
    EXPECT_THAT(advertised->warnings[0], HasSubstr("10000"));
    auto table = listener_table(options, *advertised);
    EXPECT_EQ(rows_named(table, "media"), 4U);
    for (const std::string& line : candidate_lines(options, *advertised))
      EXPECT_THAT(line, HasSubstr(" 10000 ")) << address;
  }
}

TEST(Listeners, AHighPortIsFineEverywhere) {
  ServerOptions options = with("192.168.1.1", 8443);
  auto advertised = advertise(options);
  ASSERT_TRUE(advertised);
  EXPECT_FALSE(advertised->media_port);
  for (const std::string& line : candidate_lines(options, *advertised))
    EXPECT_THAT(line, HasSubstr(" 8443 "));
}

TEST(Listeners, UdpIsPreferredToTcp) {
  ServerOptions options = with("203.0.113.5", 443);
  auto lines = candidate_lines(options, *advertise(options));
  auto priority = [](const std::string& line) {
    std::size_t begin = line.find(line.find(" udp ") != std::string::npos ? " udp " : " tcp ") + 5;
    return std::stoul(line.substr(begin));
  };
  EXPECT_GT(priority(lines[0]), priority(lines[1]));
}

TEST(Listeners, WithoutConfigurationTheInterfacesAreUsed) {
  auto advertised = advertise(ServerOptions{});
  ASSERT_TRUE(advertised);
  EXPECT_NE(std::find(advertised->addresses.begin(), advertised->addresses.end(),
                      IpAddress::v4(127, 0, 0, 1)),
            advertised->addresses.end());
}

}  // namespace
}  // namespace portico::app
