#include "io/net/egress.h"

#include <gtest/gtest.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cerrno>
#include <map>

#include "base/random.h"
#include "io/net/test_support.h"
#include "io/net/udp_socket.h"

namespace portico::io::net {
namespace {

struct Received {
  Path path;
  ByteVector data;
};

// A sending and a receiving socket on one loop.
class Egress : public testing::Test {
 protected:
  std::unique_ptr<UdpSocket> open(const SocketAddress& address, std::vector<Received>* out) {
    Result<runtime::UniqueFd> fd = bind_udp(address);
    EXPECT_TRUE(fd) << (fd ? "" : fd.error().message);
    Result<std::unique_ptr<UdpSocket>> socket =
        UdpSocket::start(loop, std::move(*fd), [out](std::span<const Datagram> batch) {
          for (const Datagram& d : batch) {
            if (out != nullptr) out->push_back({d.path, ByteVector(d.data.begin(), d.data.end())});
          }
        });
    EXPECT_TRUE(socket);
    return std::move(*socket);
  }
  Path path_to(const SocketAddress& remote, const UdpSocket& from) {
    Path path;
    path.local = {IpAddress::v4(127, 0, 0, 1), from.local().port};
    path.remote = remote;
    return path;
  }
  static ByteVector packet(std::size_t size, std::uint32_t number) {
    ByteVector data(size, static_cast<std::uint8_t>(number));
    store32(data.data(), number);
    return data;
  }

  runtime::Loop loop;
};

TEST_F(Egress, SegmentsAndReassemblesRunsToManyPeers) {
  constexpr std::size_t kPeers = 5;
  std::array<std::vector<Received>, kPeers> received;
  std::vector<std::unique_ptr<UdpSocket>> peers;
  for (auto& list : received) peers.push_back(open(loopback(), &list));
  auto sender = open({IpAddress::v4(0, 0, 0, 0), 0}, nullptr);
  EgressBatch egress(*sender);
  ASSERT_TRUE(egress.segmentation_offload());
  std::array<std::vector<ByteVector>, kPeers> sent;
  SeededRandom random(3);
  std::uint32_t number = 0;
  for (int turn = 0; turn < 10; ++turn) {
    for (int i = 0; i < 40; ++i) {
      std::size_t peer = random.below(kPeers);
      // mostly equal sizes, so that runs form, with others in between
      std::size_t size = random.below(4) == 0 ? 4 + random.below(1396) : 1200;
      sent[peer].push_back(packet(size, number++));
      ASSERT_TRUE(egress.send(path_to(peers[peer]->local(), *sender), sent[peer].back()));
    }
    egress.flush();
    std::size_t expected = number;
    EXPECT_TRUE(run_until(loop, [&] {
      std::size_t total = 0;
      for (auto& list : received) total += list.size();
      return total == expected;
    }));
  }
  for (std::size_t p = 0; p < kPeers; ++p) {
    ASSERT_EQ(received[p].size(), sent[p].size());
    for (std::size_t i = 0; i < sent[p].size(); ++i) {
      EXPECT_EQ(received[p][i].data, sent[p][i]);
      EXPECT_EQ(received[p][i].path.remote,
                (SocketAddress{IpAddress::v4(127, 0, 0, 1), sender->local().port}));
      EXPECT_EQ(received[p][i].path.local, peers[p]->local());
    }
  }
  EXPECT_EQ(egress.counters().packets, 400U);
  EXPECT_LT(egress.counters().messages, 300U);
  EXPECT_EQ(egress.counters().system_calls, 10U);
  EXPECT_TRUE(egress.idle());
}

TEST_F(Egress, LongRunsStayWithinTheKernelsLimits) {
  std::vector<Received> received;
  auto peer = open(loopback(), &received);
  auto sender = open(loopback(), nullptr);
  EgressBatch egress(*sender);
  for (std::uint32_t i = 0; i < 200; ++i)
    ASSERT_TRUE(egress.send(path_to(peer->local(), *sender), packet(i < 100 ? 100 : 1400, i)));
  egress.flush();
  EXPECT_TRUE(run_until(loop, [&] { return received.size() == 200; }));
  for (std::uint32_t i = 0; i < 200; ++i) EXPECT_EQ(load32(received[i].data.data()), i);
  EXPECT_EQ(egress.counters().dropped_error, 0U);
  EXPECT_EQ(egress.counters().messages,
            2U + 3U);  // 64 + 36 small ones; 1400-byte ones 46 a message
}

TEST_F(Egress, AnswersFromTheAddressThatWasAsked) {
  std::vector<Received> received;
  std::vector<Received> replies;
  auto server = open({IpAddress::v4(0, 0, 0, 0), 0}, &received);
  auto client = open(loopback(), &replies);
  EgressBatch ask(*client);
  EgressBatch answer(*server);
  Path question = path_to({IpAddress::v4(127, 0, 0, 77), server->local().port}, *client);
  ASSERT_TRUE(ask.send(question, packet(50, 1)));
  ask.flush();
  ASSERT_TRUE(run_until(loop, [&] { return !received.empty(); }));
  EXPECT_EQ(received[0].path.local.ip, IpAddress::v4(127, 0, 0, 77));
  ASSERT_TRUE(answer.send(received[0].path, packet(60, 2)));
  answer.flush();
  ASSERT_TRUE(run_until(loop, [&] { return !replies.empty(); }));
  EXPECT_EQ(replies[0].path.remote.ip, IpAddress::v4(127, 0, 0, 77));
}

TEST_F(Egress, SpeaksIpv6) {
  Result<SocketAddress> address = SocketAddress::parse("[::1]:0");
  if (!bind_udp(*address)) GTEST_SKIP() << "no IPv6 on this machine";
  std::vector<Received> received;
  auto peer = open(*address, &received);
  auto sender = open(SocketAddress{IpAddress::parse("::").value(), 0}, nullptr);
  EgressBatch egress(*sender);
  Path path;
  path.local = {address->ip, sender->local().port};
  path.remote = peer->local();
  for (std::uint32_t i = 0; i < 8; ++i) ASSERT_TRUE(egress.send(path, packet(1200, i)));
  egress.flush();
  ASSERT_TRUE(run_until(loop, [&] { return received.size() == 8; }));
  EXPECT_EQ(received[7].path.remote, (SocketAddress{address->ip, sender->local().port}));
  EXPECT_EQ(received[7].path.local, peer->local());
  EXPECT_EQ(egress.counters().messages, 1U);
}

TEST_F(Egress, WaitsWhileTheKernelIsBusyAndDropsBeyondTheBound) {
  std::vector<Received> received;
  auto peer = open(loopback(), &received);
  auto sender = open(loopback(), nullptr);
  bool busy = true;
  EgressBatch::Options options;
  options.arena_bytes = 10'000;
  options.send = [&busy](int fd, mmsghdr* messages, unsigned count) {
    if (!busy)
      return ::sendmmsg(fd, messages, std::min(count, 2U), 0);  // and then only a part at a time
    errno = EAGAIN;
    return -1;
  };
  EgressBatch egress(*sender, options);
  Path path = path_to(peer->local(), *sender);
  std::uint32_t sent = 0;
  auto fill = [&] {
    std::uint32_t before = sent;
    while (egress.send(path, packet(500 + sent % 3, sent))) ++sent;
    return sent - before;
  };
  EXPECT_GT(fill(), 30U);  // both arenas
  egress.flush();
  EXPECT_EQ(fill(), 0U);
  EXPECT_EQ(egress.counters().dropped_full, 2U);
  EXPECT_GE(egress.counters().blocked, 2U);
  busy = false;
  ASSERT_TRUE(run_until(loop, [&] { return received.size() == sent; }));
  for (std::uint32_t i = 0; i < sent; ++i) EXPECT_EQ(load32(received[i].data.data()), i);
  EXPECT_TRUE(egress.idle());
  busy = true;
  EXPECT_GT(fill(), 30U);
}

TEST_F(Egress, AFullArenaLeavesInTheMiddleOfATurn) {
  std::vector<Received> received;
  auto peer = open(loopback(), &received);
  auto sender = open(loopback(), nullptr);
  EgressBatch::Options options;
  options.arena_bytes = 10'000;
  EgressBatch egress(*sender, options);
  Path path = path_to(peer->local(), *sender);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_TRUE(egress.send(path, packet(500, i)));
  EXPECT_EQ(egress.counters().dropped_full, 0U);
  egress.flush();
  ASSERT_TRUE(run_until(loop, [&] { return received.size() == 100; }));
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(load32(received[i].data.data()), i);
}

TEST_F(Egress, FallsBackWhereSegmentationIsRefused) {
  std::vector<Received> received;
  auto peer = open(loopback(), &received);
  auto sender = open(loopback(), nullptr);
  EgressBatch::Options options;
  options.send = [](int fd, mmsghdr* messages, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      if (messages[i].msg_hdr.msg_iovlen > 1) {
        if (i > 0) return ::sendmmsg(fd, messages, i, 0);
        errno = EIO;
        return -1;
      }
    }
    return ::sendmmsg(fd, messages, count, 0);
  };
  EgressBatch egress(*sender, options);
  Path path = path_to(peer->local(), *sender);
  for (std::uint32_t i = 0; i < 10; ++i) ASSERT_TRUE(egress.send(path, packet(700, i)));
  egress.flush();
  EXPECT_FALSE(egress.segmentation_offload());
  for (std::uint32_t i = 10; i < 20; ++i) ASSERT_TRUE(egress.send(path, packet(700, i)));
  egress.flush();
  ASSERT_TRUE(run_until(loop, [&] { return received.size() == 20; }));
  for (std::uint32_t i = 0; i < 20; ++i) EXPECT_EQ(load32(received[i].data.data()), i);
  EXPECT_EQ(egress.counters().packets, 20U);
}

TEST_F(Egress, OneUnreachablePeerCostsOnlyItsPackets) {
  std::vector<Received> received;
  auto peer = open(loopback(), &received);
  auto sender = open(loopback(), nullptr);
  EgressBatch egress(*sender);
  Path nowhere =
      path_to({IpAddress::v4(255, 255, 255, 255), 9}, *sender);  // EACCES without SO_BROADCAST
  Path path = path_to(peer->local(), *sender);
  for (std::uint32_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(egress.send(nowhere, packet(100 + i * 10, i)));
    ASSERT_TRUE(egress.send(path, packet(100 + i * 10, i)));
  }
  egress.flush();
  ASSERT_TRUE(run_until(loop, [&] { return received.size() == 4; }));
  EXPECT_EQ(egress.counters().dropped_error, 4U);
  EXPECT_EQ(egress.counters().packets, 4U);
}

TEST_F(Egress, RouterPicksTheSocketByPort) {
  std::vector<Received> received;
  auto peer = open(loopback(), &received);
  auto first = open(loopback(), nullptr);
  auto second = open(loopback(), nullptr);
  EgressBatch first_batch(*first);
  EgressBatch second_batch(*second);
  EgressRouter router;
  router.add(first_batch);
  router.add(second_batch);
  ASSERT_TRUE(router.send(path_to(peer->local(), *second), packet(40, 1)));
  Path unknown = path_to(peer->local(), *second);
  unknown.local.port = 1;
  ASSERT_TRUE(router.send(unknown, packet(40, 2)));
  Path tcp = unknown;
  tcp.transport = Transport::tcp;
  EXPECT_FALSE(router.send(tcp, packet(40, 3)));
  router.flush();
  ASSERT_TRUE(run_until(loop, [&] { return received.size() == 2; }));
  std::map<std::uint32_t, std::uint16_t> from;
  for (const Received& r : received) from[load32(r.data.data())] = r.path.remote.port;
  EXPECT_EQ(from[1], second->local().port);
  EXPECT_EQ(from[2], first->local().port);
}

TEST(UdpPort, InUseIsNoticedDespiteReusePort) {
  Result<runtime::UniqueFd> holder = bind_udp(loopback());
  ASSERT_TRUE(holder);
  SocketAddress taken = local_address(holder->get());
  Result<void> is_free = check_udp_port_free(taken);
  ASSERT_FALSE(is_free);
  EXPECT_EQ(is_free.error().code, ErrorCode::conflict);
  EXPECT_NE(is_free.error().message.find("choose another port"), std::string::npos);
  EXPECT_TRUE(bind_udp(taken));  // a second worker may share it
}

}  // namespace
}  // namespace portico::io::net
