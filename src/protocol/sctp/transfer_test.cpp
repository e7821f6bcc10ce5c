// Messages across a network that loses, reorders and duplicates.

#include <gtest/gtest.h>

#include <set>

#include "protocol/sctp/test_network.h"

namespace portico::protocol::sctp {
namespace {

ByteVector numbered(std::uint32_t number, std::size_t size) {
  ByteVector data = pattern(std::max<std::size_t>(size, 4), number);
  store32(data.data(), number);
  return data;
}

bool is_numbered(const event::Message& message, std::uint32_t number, std::size_t size) {
  ByteVector expected = numbered(number, size);
  return message.data == expected;
}

constexpr Conditions kBad{20ms, 15ms, 0.08, 0.05, 0};

class Transfer : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, Transfer, testing::Range<std::uint64_t>(1, 9));

TEST_P(Transfer, ThousandReliableOrderedMessagesArriveExactly) {
  TestNetwork net(GetParam());
  net.conditions = kBad;
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("_reliable", {}, net.now);
  auto size = [](std::uint32_t i) { return i * 7919 % 3000 + 4; };
  for (std::uint32_t i = 0; i < 1000; ++i) {
    while (!net.a->send(*id, numbered(i, size(i)), true, net.now)) net.run(50ms);
  }
  ASSERT_TRUE(net.run(300s, [&] { return net.b.messages.size() == 1000; }))
      << net.b.messages.size();
  for (std::uint32_t i = 0; i < 1000; ++i)
    ASSERT_TRUE(is_numbered(net.b.messages[i], i, size(i))) << i;
  net.run(10s);
  EXPECT_EQ(net.b.messages.size(), 1000U);
  EXPECT_EQ(net.a->buffered_total(), 0U);
  EXPECT_EQ(net.b->stats().receive_buffered, 0U);
}

TEST_P(Transfer, ReliableUnorderedMessagesArriveOnceEach) {
  TestNetwork net(GetParam());
  net.conditions = kBad;
  ASSERT_TRUE(net.connect());
  ChannelOptions options;
  options.ordered = false;
  auto id = net.a->open_channel("x", options, net.now);
  net.run(3s, [&] { return !net.a.opened.empty(); });
  for (std::uint32_t i = 0; i < 500; ++i)
    ASSERT_TRUE(net.a->send(*id, numbered(i, 2500), true, net.now));
  ASSERT_TRUE(net.run(300s, [&] { return net.b.messages.size() == 500; }));
  std::set<std::uint32_t> seen;
  for (const auto& message : net.b.messages) {
    std::uint32_t number = load32(message.data.data());
    EXPECT_TRUE(seen.insert(number).second);
    EXPECT_TRUE(is_numbered(message, number, 2500));
  }
}

void lossy(std::uint64_t seed, bool ordered, std::size_t size, ChannelOptions options) {
  TestNetwork net(seed);
  ASSERT_TRUE(net.connect());
  options.ordered = ordered;
  auto id = net.a->open_channel("_lossy", options, net.now);
  auto sure = net.a->open_channel("_reliable", {}, net.now);
  ASSERT_TRUE(net.run(5s, [&] { return net.a.opened.size() == 2; }));
  net.conditions = {20ms, 5ms, 0.2, 0.02, 0};
  constexpr std::uint32_t kCount = 300;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(net.a->send(*id, numbered(i, size), true, net.now));
    ASSERT_TRUE(net.a->send(*sure, numbered(i, 10), true, net.now));
    net.run(20ms);
  }
  net.run(60s);
  std::set<std::uint32_t> seen;
  std::uint32_t sure_next = 0;
  for (const auto& message : net.b.messages) {
    std::uint32_t number = load32(message.data.data());
    if (message.id == *sure) {
      EXPECT_TRUE(is_numbered(message, sure_next++, 10));
      continue;
    }
    EXPECT_TRUE(is_numbered(message, number, size)) << "whole or not at all";
    if (ordered && !seen.empty()) EXPECT_GT(number, *seen.rbegin());
    EXPECT_TRUE(seen.insert(number).second) << "never twice";
  }
  EXPECT_EQ(sure_next, kCount) << "the reliable channel is not touched by its neighbour's losses";
  EXPECT_GT(seen.size(), kCount / 20);
  EXPECT_LT(seen.size(), kCount) << "something was given up";
  EXPECT_GT(net.a->stats().messages_abandoned, 0U);
  EXPECT_EQ(net.a->buffered_total(), 0U);
  EXPECT_EQ(net.a->stats().bytes_in_flight, 0U);
  EXPECT_EQ(net.b->stats().receive_buffered, 0U);
}

TEST_P(Transfer, LossyUnordered) { lossy(GetParam(), false, 500, {.max_retransmits = 0}); }
TEST_P(Transfer, LossyOrdered) { lossy(GetParam(), true, 500, {.max_retransmits = 0}); }
TEST_P(Transfer, LossyOrderedInFragments) { lossy(GetParam(), true, 6000, {.max_retransmits = 0}); }
TEST_P(Transfer, LossyUnorderedInFragments) {
  lossy(GetParam(), false, 6000, {.max_retransmits = 0});
}
TEST_P(Transfer, LimitedLifetime) { lossy(GetParam(), true, 3000, {.max_lifetime = 60ms}); }

TEST(TransferOnce, LifetimeAlsoEndsInTheQueue) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  net.conditions.bytes_per_second = 20'000;
  auto id = net.a->open_channel("x", {.max_lifetime = 200ms}, net.now);
  for (std::uint32_t i = 0; i < 100; ++i)
    ASSERT_TRUE(net.a->send(*id, numbered(i, 5000), true, net.now));
  net.run(60s);
  EXPECT_LT(net.b.messages.size(), 50U);
  EXPECT_EQ(net.a->buffered_total(), 0U);
  EXPECT_EQ(net.a->buffered(*id), 0U);
}

TEST_P(Transfer, LargeMessages) {
  TestNetwork net(GetParam());
  net.conditions = {20ms, 5ms, 0.03, 0.02, 0};
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  const std::size_t sizes[] = {200 * 1024, 65536, 1, 256 * 1024, 1120, 1121, 1119, 2240};
  for (std::uint32_t i = 0; i < std::size(sizes); ++i) {
    ASSERT_TRUE(net.a->send(*id, pattern(sizes[i], i), true, net.now));
  }
  ASSERT_TRUE(net.run(120s, [&] { return net.b.messages.size() == std::size(sizes); }));
  for (std::uint32_t i = 0; i < std::size(sizes); ++i) {
    EXPECT_TRUE(is_pattern(net.b.messages[i].data, sizes[i], i)) << i;
  }
}

TEST(TransferOnce, BothDirectionsAtOnce) {
  TestNetwork net(3);
  net.conditions = kBad;
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  ASSERT_TRUE(net.run(5s, [&] { return net.b.opened.size() == 1; }));
  for (std::uint32_t i = 0; i < 300; ++i) {
    ASSERT_TRUE(net.a->send(*id, numbered(i, 1500), true, net.now));
    ASSERT_TRUE(net.b->send(*id, numbered(i, 900), true, net.now));
  }
  ASSERT_TRUE(
      net.run(200s, [&] { return net.a.messages.size() == 300 && net.b.messages.size() == 300; }));
  for (std::uint32_t i = 0; i < 300; ++i) {
    EXPECT_TRUE(is_numbered(net.b.messages[i], i, 1500));
    EXPECT_TRUE(is_numbered(net.a.messages[i], i, 900));
  }
}

// Sends `total` bytes and returns how long it took.
Duration transfer_time(TestNetwork& net, std::size_t total) {
  auto id = net.a->open_channel("x", {}, net.now);
  std::size_t sent = 0;
  std::size_t received = 0;
  net.b.on_message = [&](const event::Message& message) { received += message.data.size(); };
  Instant start = net.now;
  ByteVector block(16'000);
  while (received < total && net.now - start < 600s) {
    while (sent < total && net.a->send(*id, block, true, net.now)) sent += block.size();
    net.run(10ms, [&] { return received >= total; });
  }
  EXPECT_GE(received, total);
  return net.now - start;
}

TEST(TransferOnce, TheWindowGrowsAndFillsAFastPath) {
  TestNetwork net;
  net.conditions.delay = 20ms;  // 40 ms round trip
  ASSERT_TRUE(net.connect());
  std::size_t first = net.a->stats().cwnd;
  Duration time = transfer_time(net, 32'000'000);
  EXPECT_GT(net.a->stats().cwnd, 20 * first);
  // The receive window of 1 MiB allows 26 MB/s; slow start and delayed acknowledgements cost a
  // second or so.
  EXPECT_LT(time, 4s);
  EXPECT_EQ(net.a->stats().chunks_retransmitted, 0U);
}

TEST(TransferOnce, ABottleneckIsSharedFairlyWithItsQueue) {
  TestNetwork net;
  net.conditions.bytes_per_second = 1'250'000;  // 10 Mbit/s
  ASSERT_TRUE(net.connect());
  Duration time = transfer_time(net, 12'500'000);
  EXPECT_GT(time, 10s);
  EXPECT_LT(time, 16s) << "at least two thirds of the path are used in spite of losses";
}

TEST(TransferOnce, SequenceNumbersWrap) {
  struct Highest final : Random {
    void fill(MutableBytes out) override { std::fill(out.begin(), out.end(), std::uint8_t{0xFF}); }
  };
  Highest highest;  // initial TSNs and tags are 0xFFFFFFFF
  TestNetwork net;
  net.a.association = std::make_unique<Association>(Config{.role = Role::client}, highest);
  net.conditions = {10ms, 2ms, 0.005, 0, 0};
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  std::uint32_t next = 0;
  net.b.on_message = [&](const event::Message& message) {
    ASSERT_EQ(load32(message.data.data()), next);
    ++next;
  };
  constexpr std::uint32_t kCount = 70'000;  // stream sequence numbers have 16 bits
  for (std::uint32_t i = 0; i < kCount; ++i) {
    std::uint8_t data[4];
    store32(data, i);
    while (!net.a->send(*id, data, true, net.now)) net.run(20ms);
  }
  EXPECT_TRUE(net.run(200s, [&] { return next == kCount; })) << next;
}

TEST(TransferOnce, AnUndrainedReceiverClosesItsWindowAndOpensItAgain) {
  TestNetwork net;
  ASSERT_TRUE(net.connect());
  auto id = net.a->open_channel("x", {}, net.now);
  ASSERT_TRUE(net.run(1s, [&] { return net.b.opened.size() == 1; }));
  net.b.drain_events = false;
  for (std::uint32_t i = 0; i < 1900; ++i) {
    ASSERT_TRUE(net.a->send(*id, numbered(i, 800), true, net.now));
  }
  net.run(20s);
  EXPECT_LE(net.b->stats().receive_buffered, 1024U * 1024U + 600'000U);
  EXPECT_GT(net.a->buffered(*id), 0U);
  EXPECT_EQ(net.a->state(), State::connected);
  net.b.drain_events = true;
  ASSERT_TRUE(net.run(20s, [&] { return net.b.messages.size() == 1900; }));
  for (std::uint32_t i = 0; i < 1900; ++i) ASSERT_TRUE(is_numbered(net.b.messages[i], i, 800));
}

}  // namespace
}  // namespace portico::protocol::sctp
