#include "io/http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/http/admin.h"
#include "io/http/rate_limiter.h"
#include "io/http/response_writer.h"
#include "io/http/uri.h"

namespace portico::io::http {
namespace {

using testing::HasSubstr;

TEST(Uri, Targets) {
  const auto path = [](std::string_view target) {
    const auto parsed = parse_target(target);
    return parsed ? parsed->path + "|" + parsed->query : "error";
  };
  EXPECT_EQ(path("/a/b?c=d?e"), "/a/b|c=d?e");
  EXPECT_EQ(path("//rtc///v1"), "/rtc/v1|");
  EXPECT_EQ(path("/a%20b%2Fc"), "/a b/c|");
  EXPECT_EQ(path("https://host:1/x?y"), "/x|y");
  EXPECT_EQ(path("http://host"), "/|");
  EXPECT_EQ(path("http://host?q"), "/|q");
  EXPECT_EQ(path("/x?u=http://h"), "/x|u=http://h");
  EXPECT_EQ(path("*"), "*|");
  for (const char* bad : {"a", "", "/%", "/%1", "/%gg", "/a%00", "/a%0d%0a", "/a#b", "host:443"}) {
    const std::string got = path(bad);
    EXPECT_TRUE(got == "error" || std::string_view(bad).empty()) << bad;
  }
}

TEST(Uri, QueryParameters) {
  EXPECT_EQ(query_parameter("a=1&b=%26+x&c&a=2", "a"), "1");
  EXPECT_EQ(query_parameter("a=1&b=%26+x&c&a=2", "b"), "& x");
  EXPECT_EQ(query_parameter("a=1&b=%26+x&c&a=2", "c"), "");
  EXPECT_EQ(query_parameter("a=1", "d"), std::nullopt);
  EXPECT_EQ(query_parameter("a=%zz", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("", "a"), std::nullopt);
  EXPECT_EQ(percent_encode("a b/ä~"), "a%20b%2F%C3%A4~");
}

TEST(Message, Headers) {
  Headers headers;
  headers.add("Connection", "keep-alive , Upgrade");
  headers.add("X", "1");
  headers.add("x", "2");
  EXPECT_TRUE(headers.lists("connection", "upgrade"));
  EXPECT_FALSE(headers.lists("connection", "grade"));
  EXPECT_EQ(headers.get("X"), "1");
  headers.set("X", "3");
  EXPECT_EQ(headers.size(), 2u);
  headers.set_default("X", "4");
  EXPECT_EQ(headers.get("x"), "3");
}

TEST(Message, Bearer) {
  Request request;
  EXPECT_EQ(request.bearer(), "");
  request.headers.add("Authorization", "bearer  abc ");
  EXPECT_EQ(request.bearer(), "abc");
  request.headers.set("Authorization", "Basic abc");
  EXPECT_EQ(request.bearer(), "");
}

TEST(Message, ForwardedForIsBelievedFromLoopbackOnly) {
  Request request;
  request.headers.add("X-Forwarded-For", "198.51.100.9, 203.0.113.5");
  request.remote = *SocketAddress::parse("192.0.2.1:1");
  EXPECT_EQ(request.client_address().to_string(), "192.0.2.1");
  request.remote = *SocketAddress::parse("127.0.0.1:1");
  EXPECT_EQ(request.client_address().to_string(), "203.0.113.5");
  request.headers.set("X-Forwarded-For", "nonsense");
  EXPECT_EQ(request.client_address().to_string(), "127.0.0.1");
}

TEST(Message, JsonErrors) {
  const Response response = Response::error(404, "not_found", "say \"hi\"\n\x01");
  EXPECT_EQ(response.body, "{\"code\":\"not_found\",\"msg\":\"say \\\"hi\\\"\\n\\u0001\"}");
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
}

TEST(Message, DateOfRfc9110) {
  EXPECT_EQ(http_date(WallTime{784111777'000000}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Admin, PrometheusText) {
  MetricsRegistry registry;
  registry.counter("portico_packets_total", "Packets", {{"direction", "in"}}).add(3);
  registry.gauge("portico_rooms", "Rooms").set(2);
  registry.counter("portico_packets_total", "Packets", {{"direction", "out"}}).add(4);
  const std::string text = metrics_text(registry);
  EXPECT_THAT(text, HasSubstr("# TYPE portico_packets_total counter\n"));
  EXPECT_THAT(text, HasSubstr("portico_packets_total{direction=\"in\"} 3"));
  EXPECT_THAT(text, HasSubstr("portico_packets_total{direction=\"out\"} 4"));
  EXPECT_THAT(text, HasSubstr("portico_rooms 2"));
  EXPECT_EQ(text.find("# HELP portico_packets_total"), text.rfind("# HELP portico_packets_total"));
}

TEST(RateLimiter, BurstThenInterval) {
  RateLimiter limiter({.burst = 3, .interval = 10s, .max_addresses = 2});
  const IpAddress a = *IpAddress::parse("192.0.2.1");
  Instant now{1000s};
  EXPECT_TRUE(limiter.allow(a, now));
  EXPECT_TRUE(limiter.allow(a, now));
  EXPECT_TRUE(limiter.allow(a, now));
  EXPECT_FALSE(limiter.allow(a, now));
  EXPECT_FALSE(limiter.allow(a, now + 9s));
  EXPECT_TRUE(limiter.allow(a, now + 10s));
  EXPECT_FALSE(limiter.allow(a, now + 10s));
  EXPECT_TRUE(limiter.allow(*IpAddress::parse("192.0.2.2"), now + 10s));
  EXPECT_TRUE(limiter.allow(*IpAddress::parse("192.0.2.3"), now + 10s));
  EXPECT_EQ(limiter.addresses(), 2u);
}

TEST(RateLimiter, Ipv6CountsByNetwork) {
  RateLimiter limiter({.burst = 1, .interval = 1s});
  EXPECT_TRUE(limiter.allow(*IpAddress::parse("2001:db8::1"), Instant{}));
  EXPECT_FALSE(limiter.allow(*IpAddress::parse("2001:db8::ffff"), Instant{}));
  EXPECT_TRUE(limiter.allow(*IpAddress::parse("2001:db8:0:1::1"), Instant{}));
}

}  // namespace
}  // namespace portico::io::http
