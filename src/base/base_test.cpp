#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/socket_address.h"

namespace portico {
namespace {

TEST(ByteReader, StopsAtTheEndAndStaysStopped) {
  const std::uint8_t data[] = {1, 2, 3, 4, 5};
  ByteReader reader(data);
  EXPECT_EQ(reader.u16(), 0x0102);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
}

TEST(ByteWriter, RoundTrips) {
  ByteWriter writer;
  writer.u8(7);
  writer.u16(0x1234);
  writer.u24(0xabcdef);
  writer.u32(0xdeadbeef);
  writer.u64(0x0123456789abcdef);
  ByteReader reader(writer.view());
  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.u16(), 0x1234);
  EXPECT_EQ(reader.u24(), 0xabcdefU);
  EXPECT_EQ(reader.u32(), 0xdeadbeefU);
  EXPECT_EQ(reader.u64(), 0x0123456789abcdefULL);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0U);
}

TEST(SocketAddress, ParsesAndPrints) {
  EXPECT_EQ(SocketAddress::parse("192.0.2.1:443")->to_string(), "192.0.2.1:443");
  EXPECT_EQ(SocketAddress::parse("[2001:db8::1]:8443")->to_string(), "[2001:db8::1]:8443");
  for (const char* bad : {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:443",
                          "[192.0.2.1]:1", "a:1"}) {
    EXPECT_FALSE(SocketAddress::parse(bad).has_value()) << bad;
  }
}

TEST(IpAddress, KnowsWhatIsPrivate) {
  for (const char* text : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
                           "127.0.0.1", "169.254.1.1", "::1", "fe80::1", "fd00::1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
  }
  for (const char* text : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "203.0.113.1", "2001:db8::1"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
  }
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.7")->unmapped().to_string(), "192.0.2.7");
}

TEST(SequenceUnwrapper, CrossesTheWrapBothWays) {
  SequenceUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap(65534), 65534);
  EXPECT_EQ(unwrapper.unwrap(1), 65537);
  EXPECT_EQ(unwrapper.unwrap(65535), 65535);
  EXPECT_EQ(unwrapper.unwrap(2), 65538);
}

TEST(SeededRandom, IsDeterministicAndBounded) {
  SeededRandom a(1);
  SeededRandom b(1);
  EXPECT_EQ(a.u64(), b.u64());
  for (int i = 0; i < 1000; ++i) EXPECT_LT(a.below(7), 7U);
  EXPECT_EQ(a.text(12, "ab").size(), 12U);
}

TEST(MetricsRegistry, SameNameAndLabelsIsTheSameMetric) {
  MetricsRegistry registry;
  registry.counter("portico_x_total", "x", {{"a", "1"}}).add(2);
  registry.counter("portico_x_total", "x", {{"a", "1"}}).add(3);
  registry.counter("portico_x_total", "x", {{"a", "2"}}).add(1);
  std::vector<std::int64_t> values;
  registry.for_each([&](const auto& entry) { values.push_back(entry.metric.value()); });
  EXPECT_EQ(values, (std::vector<std::int64_t>{5, 1}));
}

}  // namespace
}  // namespace portico
