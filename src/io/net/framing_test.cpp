#include "io/net/framing.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/random.h"
#include "io/net/framed_connection.h"
#include "io/net/test_support.h"

namespace portico::io::net {
namespace {

ByteVector frame(Bytes packet) {
  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(packet.size()));
  out.bytes(packet);
  return out.take();
}

TEST(Deframer, AnyChoppingGivesTheSamePackets) {
  SeededRandom random(11);
  std::vector<ByteVector> packets;
  ByteVector stream;
  for (int i = 0; i < 200; ++i) {
    ByteVector packet(i % 10 == 0 ? 0 : 1 + random.below(3000));
    random.fill(packet);
    ByteVector framed = frame(packet);
    stream.insert(stream.end(), framed.begin(), framed.end());
    if (!packet.empty()) packets.push_back(packet);
  }
  Deframer deframer;
  std::size_t next = 0;
  for (Bytes rest = stream; !rest.empty();) {
    std::size_t step = std::min<std::size_t>(rest.size(), 1 + random.below(2000));
    deframer.feed(rest.first(step));
    rest = rest.subspan(step);
    while (auto packet = deframer.next()) {
      ASSERT_LT(next, packets.size());
      EXPECT_TRUE(
          std::equal(packet->begin(), packet->end(), packets[next].begin(), packets[next].end()));
      ++next;
    }
  }
  EXPECT_EQ(next, packets.size());
  EXPECT_EQ(deframer.buffered(), 0U);
}

class Flows : public testing::Test {
 protected:
  Flows() {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    peer = runtime::UniqueFd(fds[0]);
    socket.socket = runtime::UniqueFd(fds[1]);
    socket.endpoints.remote = loopback(1234);
  }
  FlowTable& table(FlowTable::Limits limits = {}) {
    flows.emplace(
        loop,
        [this](const Path& path, MutableBytes packet) {
          received.emplace_back(path, ByteVector(packet.begin(), packet.end()));
        },
        [this](std::uint64_t flow) { closed.push_back(flow); }, limits);
    return *flows;
  }
  ByteVector read_peer() {
    ByteVector out(1 << 20);
    ssize_t got = ::recv(peer.get(), out.data(), out.size(), 0);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }
  void write_peer(Bytes data) {
    EXPECT_EQ(::send(peer.get(), data.data(), data.size(), 0), static_cast<ssize_t>(data.size()));
  }

  runtime::Loop loop;
  runtime::UniqueFd peer;
  FramedSocket socket;
  std::vector<std::pair<Path, ByteVector>> received;
  std::vector<std::uint64_t> closed;
  std::optional<FlowTable> flows;
};

TEST_F(Flows, DeliversWhatWasReadBeforeAndWhatComes) {
  const ByteVector first{1, 2, 3};
  const ByteVector second{4, 5};
  ByteVector early = frame(first);
  ByteVector later = frame(second);
  socket.received = early;
  socket.received.push_back(later[0]);  // the next frame has begun
  Result<std::uint64_t> flow = table().add(std::move(socket));
  ASSERT_TRUE(flow);
  EXPECT_TRUE(received.empty());
  write_peer(Bytes(later).subspan(1));
  ASSERT_TRUE(run_until(loop, [&] { return received.size() == 2; }));
  EXPECT_EQ(received[0].second, first);
  EXPECT_EQ(received[1].second, second);
  EXPECT_EQ(received[0].first.flow, *flow);
  EXPECT_EQ(received[0].first.transport, Transport::tcp);

  const ByteVector answer{9, 9, 9};
  EXPECT_TRUE(flows->send(received[0].first, answer));
  flows->flush();
  EXPECT_EQ(read_peer(), frame(answer));

  peer.reset();
  ASSERT_TRUE(run_until(loop, [&] { return !closed.empty(); }));
  EXPECT_EQ(closed[0], *flow);
  EXPECT_EQ(flows->size(), 0U);
  EXPECT_FALSE(flows->send(received[0].first, answer));
}

TEST_F(Flows, ASlowPeerLosesMediaButNotDtls) {
  FlowTable::Limits limits;
  limits.queue_bytes = 3 << 20;
  limits.max_age = 1ms;
  FlowTable& t = table(limits);
  Result<std::uint64_t> flow = t.add(std::move(socket));
  ASSERT_TRUE(flow);
  Path path = *t.path(*flow);
  ByteVector media(1000, 0x80);
  ByteVector dtls(1000, 22);
  std::size_t queued_dtls = 0;
  for (int i = 0; i < 1000; ++i) {
    bool important = i % 100 == 99;
    ASSERT_TRUE(t.send(path, important ? dtls : media));
    queued_dtls += important ? 1 : 0;
    t.flush();
  }
  Instant stale = loop.now() + 2ms;
  runtime::Timer until_stale(loop, [] {});
  until_stale.arm(stale);
  ASSERT_TRUE(run_until(loop, [&] { return loop.now() >= stale; }));
  std::size_t media_packets = 0;
  std::size_t dtls_packets = 0;
  Deframer deframer;
  ASSERT_TRUE(run_until(loop, [&] {
    deframer.feed(read_peer());
    while (auto packet = deframer.next()) {
      EXPECT_EQ(packet->size(), 1000U);
      ++((*packet)[0] == 22 ? dtls_packets : media_packets);
    }
    loop.post([] {});
    return dtls_packets == queued_dtls;
  }));
  EXPECT_GT(t.counters().dropped_late, 100U);
  EXPECT_LE(media_packets + t.counters().dropped_late, 990U);
}

TEST_F(Flows, TheQueueIsBounded) {
  FlowTable::Limits limits;
  limits.queue_bytes = 10'000;
  limits.connections = 1;
  FlowTable& t = table(limits);
  Result<std::uint64_t> flow = t.add(std::move(socket));
  ASSERT_TRUE(flow);
  Path path = *t.path(*flow);
  ByteVector packet(998, 20);
  std::size_t accepted = 0;
  while (t.send(path, packet)) ++accepted;
  EXPECT_EQ(accepted, 10U);
  EXPECT_EQ(t.counters().dropped_full, 1U);
  EXPECT_TRUE(t.reserve(path, 70'000).empty());
  FramedSocket another;
  another.socket = std::move(peer);
  EXPECT_EQ(t.add(std::move(another)).error().code, ErrorCode::limit);
}

TEST_F(Flows, MayBeClosedFromItsOwnCallback) {
  ByteVector two = frame(ByteVector{1});
  ByteVector more = frame(ByteVector{2});
  two.insert(two.end(), more.begin(), more.end());
  int calls = 0;
  flows.emplace(
      loop,
      [&](const Path& path, MutableBytes) {
        ++calls;
        flows->close(path.flow);
      },
      [](std::uint64_t) { FAIL() << "closed by us"; });
  auto guard = std::make_shared<int>(1);
  std::weak_ptr<int> watched = guard;
  socket.guard = std::move(guard);
  ASSERT_TRUE(flows->add(std::move(socket)));
  write_peer(two);
  ASSERT_TRUE(run_until(loop, [&] { return watched.expired(); }));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace portico::io::net
