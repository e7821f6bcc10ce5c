// Controlling against controlled agents over a bad network, in virtual time.

#include "protocol/ice/agent.h"

#include <gtest/gtest.h>

#include "protocol/ice/fake_network_for_tests.h"

namespace portico::protocol::ice {
namespace {

using testing::address;
using testing::config_of;
using testing::FakeNetwork;
using testing::host;
using testing::introduce;

struct Scenario {
  bool lite_server;
  bool aggressive;
  double loss;
  std::uint64_t seed;
};

class IceConnects : public ::testing::TestWithParam<Scenario> {};

struct Pairing {
  explicit Pairing(const Scenario& s)
      : network(s.seed),
        random(s.seed + 1),
        client(client_config(s), random),
        server(config_of("serv", s.lite_server, false), random) {
    network.loss = s.loss;
    network.jitter = 120ms;
    network.duplicates = 0.05;
    network.attach(client, {address("10.0.0.2:5000"), address("10.1.0.2:5001")});
    network.attach(server, {address("192.0.2.1:443"), address("192.0.2.2:443")});
  }
  static Config client_config(const Scenario& s) {
    Config config = config_of("clie", false, true);
    config.aggressive = s.aggressive;
    return config;
  }
  void meet() {
    introduce(client, {host("10.0.0.2:5000"), host("10.1.0.2:5001", 100)}, server,
              {host("192.0.2.1:443"), host("192.0.2.2:443", 200)});
  }
  bool connected() const {
    return client.state() == State::connected && server.state() == State::connected;
  }
  bool agree() const {
    return client.selected()->local == server.selected()->remote &&
           client.selected()->remote == server.selected()->local;
  }

  FakeNetwork network;
  SeededRandom random;
  Agent client;
  Agent server;
};

TEST_P(IceConnects, OverALossyReorderingNetwork) {
  Pairing p(GetParam());
  p.meet();
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  // Aggressive nomination may pass through lesser pairs; in the end both are on the best one.
  EXPECT_TRUE(p.network.run(20s, [&] { return p.agree(); }));
  p.network.run(30s);
  EXPECT_TRUE(p.agree());
  EXPECT_TRUE(p.client.validated(*p.client.selected()));
  EXPECT_TRUE(p.server.validated(*p.server.selected()));
  ASSERT_TRUE(p.client.rtt());
  EXPECT_GE(*p.client.rtt(), 40ms);
  EXPECT_LE(*p.client.rtt(), 280ms);
  EXPECT_NE(p.client.state(), State::failed);
  EXPECT_EQ(p.client.stats().malformed + p.server.stats().malformed, 0U);
  EXPECT_EQ(p.client.stats().unauthenticated + p.server.stats().unauthenticated, 0U);
}

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  for (bool lite : {true, false}) {
    for (bool aggressive : {true, false}) {
      for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        all.push_back({lite, aggressive, 0.0, seed});
        all.push_back({lite, aggressive, 0.2, seed + 100});
      }
    }
  }
  return all;
}
INSTANTIATE_TEST_SUITE_P(Ice, IceConnects, ::testing::ValuesIn(scenarios()));

class IceBothKinds : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Ice, IceBothKinds, ::testing::Bool(),
                         [](const auto& param) { return param.param ? "lite" : "full"; });

TEST_P(IceBothKinds, ConnectsWithinTwoRoundTripsOnACleanNetwork) {
  Pairing p({GetParam(), false, 0, 1});
  p.network.jitter = 0ms;
  p.meet();
  Instant start = p.network.now;
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  EXPECT_LE(p.network.now - start, 200ms);
  EXPECT_EQ(p.client.selected()->local, address("10.0.0.2:5000"));
  EXPECT_EQ(p.client.selected()->remote, address("192.0.2.1:443"));
}

TEST_P(IceBothKinds, SilenceDisconnectsThenFails) {
  Pairing p({GetParam(), false, 0, 2});
  p.meet();
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  p.network.run(60s);
  ASSERT_TRUE(p.connected());
  Instant cut = p.network.now;
  p.network.blocked = [](const Path&) { return true; };
  ASSERT_TRUE(p.network.run(20s, [&] { return p.server.state() == State::disconnected; }));
  EXPECT_LE(p.network.now - cut, 10s + 200ms);
  EXPECT_GE(p.network.now - cut, 7s);
  ASSERT_TRUE(p.network.run(20s, [&] { return p.server.state() == State::failed; }));
  EXPECT_LE(p.network.now - cut, 15s + 200ms);
  // A failed agent takes its consent back for good.
  p.network.blocked = {};
  p.network.run(60s);
  EXPECT_EQ(p.server.state(), State::failed);
  EXPECT_EQ(p.client.state(), State::failed);
  EXPECT_FALSE(p.client.next_deadline());
  EXPECT_FALSE(p.server.next_deadline());
}

TEST_P(IceBothKinds, ComesBackFromDisconnected) {
  Pairing p({GetParam(), false, 0, 3});
  p.meet();
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  p.network.run(1s);
  p.network.blocked = [](const Path&) { return true; };
  ASSERT_TRUE(p.network.run(20s, [&] { return p.server.state() == State::disconnected; }));
  p.network.run(2s);
  p.network.blocked = {};
  EXPECT_TRUE(p.network.run(4s, [&] { return p.connected(); }));
}

TEST_P(IceBothKinds, MovesToAnotherPathWhenTheSelectedOneDies) {
  Pairing p({GetParam(), false, 0, 4});
  p.meet();
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  p.network.run(5s);
  p.network.blocked = [](const Path& path) {
    return path.local == address("10.0.0.2:5000") || path.remote == address("10.0.0.2:5000");
  };
  ASSERT_TRUE(p.network.run(30s, [&] {
    return p.connected() && p.server.selected()->remote == address("10.1.0.2:5001") &&
           p.client.selected()->local == address("10.1.0.2:5001");
  }));
  p.network.run(60s);
  EXPECT_TRUE(p.connected());
}

TEST_P(IceBothKinds, RestartKeepsTheOldPairUntilTheNewOneIsNominated) {
  Pairing p({GetParam(), false, 0, 5});
  p.meet();
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  p.network.run(5s);
  Path old = *p.server.selected();

  p.server.restart({"newserv", std::string(24, 's')});
  EXPECT_EQ(p.server.state(), State::checking);
  EXPECT_EQ(p.server.selected(), old);
  EXPECT_EQ(p.server.retired_ufrag(), "servufrag");
  EXPECT_TRUE(p.server.validated(old));
  // The answer is long in coming: the client goes on with what it has, and is answered.
  p.network.run(40s);
  EXPECT_EQ(p.client.state(), State::connected);
  EXPECT_EQ(p.server.state(), State::checking);
  EXPECT_EQ(p.server.selected(), old);

  p.network.blocked = [](const Path& path) {
    return path.local == address("10.0.0.2:5000") || path.remote == address("10.0.0.2:5000");
  };
  p.client.restart({"newclie", std::string(24, 'c')});
  introduce(p.client, {host("10.0.0.2:5000"), host("10.1.0.2:5001", 100)}, p.server,
            {host("192.0.2.1:443"), host("192.0.2.2:443", 200)});
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  EXPECT_EQ(p.server.selected()->remote, address("10.1.0.2:5001"));
  EXPECT_TRUE(p.server.retired_ufrag());
  p.network.run(4s);
  EXPECT_FALSE(p.server.retired_ufrag());
  p.network.run(60s);
  EXPECT_TRUE(p.connected());
}

TEST_P(IceBothKinds, RestartFailsOnlyWhenTheOldPairIsDeadToo) {
  Pairing p({GetParam(), false, 0, 6});
  p.meet();
  ASSERT_TRUE(p.network.run(10s, [&] { return p.connected(); }));
  p.server.restart({"newserv", std::string(24, 's')});
  p.network.run(60s);
  EXPECT_EQ(p.server.state(), State::checking);
  p.network.blocked = [](const Path&) { return true; };
  EXPECT_TRUE(p.network.run(16s, [&] { return p.server.state() == State::failed; }));
}

TEST_P(IceBothKinds, GivesUpWhenNobodyComes) {
  Pairing p({GetParam(), false, 0, 7});
  p.network.blocked = [](const Path&) { return true; };
  p.meet();
  Instant start = p.network.now;
  ASSERT_TRUE(p.network.run(60s, [&] { return p.server.state() == State::failed; }));
  EXPECT_EQ(p.network.now - start, 30s);
  // 4 pairs, 7 sends each at most.
  EXPECT_LE(p.server.stats().checks_sent, 28U);
  EXPECT_LE(p.client.stats().checks_sent, 28U);
}

TEST(IceFull, BothControllingSettleByTieBreaker) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Pairing p({false, false, 0.1, seed});
    for (bool controlling : {true, false}) {
      SeededRandom random(seed);
      FakeNetwork network(seed);
      Config a_config = config_of("aaaa", false, controlling);
      Config b_config = config_of("bbbb", false, controlling);
      a_config.tie_breaker = 1000;
      b_config.tie_breaker = 2000;
      Agent a(a_config, random);
      Agent b(b_config, random);
      network.loss = 0.1;
      network.attach(a, {address("10.0.0.1:1")});
      network.attach(b, {address("10.0.0.2:2")});
      introduce(a, {host("10.0.0.1:1")}, b, {host("10.0.0.2:2")});
      ASSERT_TRUE(network.run(
          10s, [&] { return a.state() == State::connected && b.state() == State::connected; }))
          << seed << controlling;
      EXPECT_FALSE(a.controlling());
      EXPECT_TRUE(b.controlling());
    }
  }
}

TEST(IceFull, ControllingLiteServerTellsAControlledClientToSwitch) {
  SeededRandom random(1);
  FakeNetwork network(1);
  Agent client(config_of("clie", false, false), random);
  Agent server(config_of("serv", true, false), random);
  network.attach(client, {address("10.0.0.2:5000")});
  network.attach(server, {address("192.0.2.1:443")});
  introduce(client, {host("10.0.0.2:5000")}, server, {host("192.0.2.1:443")});
  ASSERT_TRUE(network.run(10s, [&] {
    return client.state() == State::connected && server.state() == State::connected;
  }));
  EXPECT_TRUE(client.controlling());
  EXPECT_FALSE(server.controlling());
}

TEST(IceFull, TrickledCandidatesAndLateCredentials) {
  SeededRandom random(1);
  FakeNetwork network(1);
  Agent client(config_of("clie", false, true), random);
  Agent server(config_of("serv", false, false), random);
  network.attach(client, {address("10.0.0.2:5000")});
  network.attach(server, {address("192.0.2.1:443")});
  client.set_local_candidates({host("10.0.0.2:5000")});
  server.set_local_candidates({host("192.0.2.1:443")});
  ASSERT_TRUE(client.set_remote_credentials("servufrag", "servpasswordpasswordpassword"));
  network.run(1s);
  ASSERT_TRUE(client.add_remote_candidate(host("192.0.2.1:443")));
  // The client's checks arrive before the server knows the client's password or candidates.
  network.run(500ms);
  EXPECT_EQ(server.state(), State::checking);
  EXPECT_FALSE(server.selected());
  EXPECT_EQ(server.stats().checks_sent, 0U);
  ASSERT_TRUE(server.set_remote_credentials("clieufrag", "cliepasswordpasswordpassword"));
  EXPECT_TRUE(network.run(3s, [&] {
    return client.state() == State::connected && server.state() == State::connected;
  }));
}

TEST(IceFull, TcpPathsAreCheckedOverTheirFlow) {
  SeededRandom random(1);
  FakeNetwork network(1);
  Agent client(config_of("clie", false, true), random);
  Agent server(config_of("serv", true, false), random);
  network.attach(client, {address("10.0.0.2:5000")});
  network.attach(server, {address("192.0.2.1:443")});
  introduce(client, {}, server, {});
  Path tcp{Transport::tcp, address("10.0.0.2:5000"), address("192.0.2.1:443"), 77};
  ASSERT_TRUE(client.add_path(tcp));
  ASSERT_TRUE(network.run(3s, [&] {
    return client.state() == State::connected && server.state() == State::connected;
  }));
  EXPECT_EQ(client.selected(), tcp);
  EXPECT_EQ(server.selected()->flow, 77U);
  EXPECT_EQ(server.selected()->transport, Transport::tcp);

  server.flow_closed(77, network.now);
  EXPECT_EQ(server.state(), State::disconnected);
  EXPECT_FALSE(server.selected());
  client.flow_closed(77, network.now);
  tcp.flow = 78;
  ASSERT_TRUE(client.add_path(tcp));
  ASSERT_TRUE(network.run(3s, [&] {
    return client.state() == State::connected && server.state() == State::connected;
  }));
  EXPECT_EQ(server.selected()->flow, 78U);
}

}  // namespace
}  // namespace portico::protocol::ice
