// Both makers of Transport against the same expectations, over a lossy wire in virtual time.
#include <gtest/gtest.h>
#include <sys/time.h>

#include <set>

#include "protocol/dtls/fake_context.h"
#include "protocol/dtls/openssl_context.h"

namespace {
// OpenSSL measures DTLS time-outs with gettimeofday(); in this program it gets the test's clock.
std::int64_t g_virtual_micros = 1'700'000'000'000'000;
}  // namespace

extern "C" int gettimeofday(struct timeval* out, void*) noexcept {
  out->tv_sec = g_virtual_micros / 1'000'000;
  out->tv_usec = g_virtual_micros % 1'000'000;
  return 0;
}

namespace portico::protocol::dtls {
namespace {

Instant virtual_now() { return Instant(std::chrono::microseconds(g_virtual_micros)); }

// Two transports and the wire between them; datagrams number `lost` (counted from 0 over both
// directions) vanish.
struct Pair {
  std::unique_ptr<Factory> client_factory;
  std::unique_ptr<Factory> server_factory;
  std::unique_ptr<Transport> client;
  std::unique_ptr<Transport> server;
  std::set<std::size_t> lost;
  std::size_t sent = 0;
  std::size_t biggest = 0;

  void know_each_other() {
    ASSERT_TRUE(client->set_remote_fingerprint("sha-256", server_factory->fingerprint()));
    ASSERT_TRUE(server->set_remote_fingerprint("SHA-256", client_factory->fingerprint()));
  }
  bool move(Transport& from, Transport& to) {
    bool any = false;
    while (auto datagram = from.poll_transmit()) {
      any = true;
      biggest = std::max(biggest, datagram->size());
      EXPECT_TRUE(looks_like_dtls(*datagram));
      if (!lost.contains(sent++)) to.receive(*datagram, virtual_now());
    }
    return any;
  }
  void exchange() {
    bool any = true;
    while (any) {
      any = move(*client, *server);
      any = move(*server, *client) || any;
    }
  }
  bool both(State state) const { return client->state() == state && server->state() == state; }
  // Until both are connected, or nothing has a deadline, or 60 virtual seconds passed.
  void run() {
    Instant end = virtual_now() + 60s;
    client->start(virtual_now());
    server->start(virtual_now());
    exchange();
    while (!both(State::connected) && virtual_now() < end) {
      auto a = client->next_deadline(), b = server->next_deadline();
      if (!a && !b) return;
      Instant next = a && b ? std::min(*a, *b) : a ? *a : *b;
      g_virtual_micros = std::max(g_virtual_micros + 1, next.time_since_epoch().count() / 1000 + 1);
      client->timeout(virtual_now());
      server->timeout(virtual_now());
      exchange();
    }
  }
};

class Dtls : public testing::TestWithParam<bool> {
 protected:
  static std::unique_ptr<Factory> factory(std::uint64_t seed) {
    if (GetParam()) return std::make_unique<FakeContext>(seed);
    auto context = Context::create_self_signed();
    EXPECT_TRUE(context);
    return std::move(*context);
  }
  Pair pair() {
    Pair p;
    p.client_factory = factory(1);
    p.server_factory = factory(2);
    renew(p);
    return p;
  }
  static void renew(Pair& p) {
    p.client = *p.client_factory->create(Role::client);
    p.server = *p.server_factory->create(Role::server);
  }
};

TEST_P(Dtls, HandshakeGivesBothTheSameKeys) {
  Pair p = pair();
  p.know_each_other();
  p.run();
  ASSERT_TRUE(p.both(State::connected)) << p.client->failure() << p.server->failure();
  const SrtpKeys* a = p.client->srtp_keys();
  const SrtpKeys* b = p.server->srtp_keys();
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->profile, srtp::Profile::aead_aes_128_gcm);
  EXPECT_EQ(b->profile, a->profile);
  EXPECT_EQ(a->client.key, b->client.key);
  EXPECT_EQ(a->client.salt, b->client.salt);
  EXPECT_EQ(a->server.key, b->server.key);
  EXPECT_EQ(a->server.salt, b->server.salt);
  EXPECT_NE(a->client.key, a->server.key);
  EXPECT_EQ(a->client.key.size(), 16U);
  EXPECT_EQ(a->client.salt.size(), 12U);
  EXPECT_EQ(p.client->remote_fingerprint(), p.server_factory->fingerprint());
  EXPECT_EQ(p.server->remote_fingerprint(), p.client_factory->fingerprint());
  EXPECT_LE(p.biggest, kMtu);
  EXPECT_FALSE(p.client->next_deadline());
  EXPECT_FALSE(p.server->next_deadline());
}

TEST_P(Dtls, SurvivesTheLossOfAnySingleDatagram) {
  Pair clean = pair();
  clean.know_each_other();
  clean.run();
  ASSERT_GT(clean.sent, 2U);
  for (std::size_t n = 0; n < clean.sent; ++n) {
    renew(clean);
    clean.know_each_other();
    clean.sent = 0;
    clean.lost = {n};
    clean.run();
    EXPECT_TRUE(clean.both(State::connected)) << n;
    if (clean.both(State::connected))
      EXPECT_EQ(clean.client->srtp_keys()->client.key, clean.server->srtp_keys()->client.key);
  }
}

TEST_P(Dtls, SurvivesTheLossOfAnyTwoDatagrams) {
  Pair p = pair();
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = a + 1; b < 8; ++b) {
      renew(p);
      p.know_each_other();
      p.sent = 0;
      p.lost = {a, b};
      p.run();
      EXPECT_TRUE(p.both(State::connected)) << a << " " << b;
    }
  }
}

TEST_P(Dtls, GivesUpWhenNobodyAnswers) {
  Pair p = pair();
  p.know_each_other();
  for (std::size_t n = 0; n < 1000; ++n) p.lost.insert(n);
  p.run();
  EXPECT_EQ(p.client->state(), State::failed);
  EXPECT_FALSE(p.client->failure().empty());
  EXPECT_FALSE(p.client->next_deadline());
  EXPECT_NE(p.server->state(), State::connected);
}

TEST_P(Dtls, KeepsDatagramsApart) {
  Pair p = pair();
  p.know_each_other();
  p.run();
  ASSERT_TRUE(p.both(State::connected));
  for (std::size_t size :
       {std::size_t{1}, std::size_t{2}, std::size_t{1000}, kMaxPlaintext, std::size_t{7}}) {
    ASSERT_TRUE(p.client->send(ByteVector(size, static_cast<std::uint8_t>(size)), virtual_now()));
  }
  p.exchange();
  for (std::size_t size :
       {std::size_t{1}, std::size_t{2}, std::size_t{1000}, kMaxPlaintext, std::size_t{7}}) {
    auto got = p.server->poll_received();
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, ByteVector(size, static_cast<std::uint8_t>(size)));
  }
  EXPECT_FALSE(p.server->poll_received());
  EXPECT_LE(p.biggest, kMaxPlaintext + kMaxRecordOverhead);
  EXPECT_EQ(p.client->send({}, virtual_now()).error().code, ErrorCode::limit);
  EXPECT_EQ(p.client->send(ByteVector(kMaxPlaintext + 1), virtual_now()).error().code,
            ErrorCode::limit);
}

TEST_P(Dtls, WrongFingerprintFailsAndGivesNothingAway) {
  Pair p = pair();
  auto stranger = factory(77);
  ASSERT_TRUE(p.client->set_remote_fingerprint("sha-256", p.server_factory->fingerprint()));
  ASSERT_TRUE(p.server->set_remote_fingerprint("sha-256", stranger->fingerprint()));
  p.run();
  EXPECT_EQ(p.server->state(), State::failed);
  EXPECT_EQ(p.server->srtp_keys(), nullptr);
  EXPECT_NE(p.server->failure().find("fingerprint"), std::string::npos);
  EXPECT_FALSE(p.server->poll_received());
  EXPECT_FALSE(p.server->send(ByteVector(5), virtual_now()));
  p.exchange();
  EXPECT_EQ(p.client->state(), State::closed);
}

TEST_P(Dtls, WaitsForALateFingerprintAndHoldsPlaintextBack) {
  Pair p = pair();
  ASSERT_TRUE(p.client->set_remote_fingerprint("sha-256", p.server_factory->fingerprint()));
  p.run();
  EXPECT_EQ(p.client->state(), State::connected);
  EXPECT_EQ(p.server->state(), State::connecting);
  EXPECT_EQ(p.server->srtp_keys(), nullptr);
  ASSERT_TRUE(p.client->send(ByteVector(5, 9), virtual_now()));
  p.exchange();
  EXPECT_FALSE(p.server->poll_received());
  ASSERT_TRUE(p.server->set_remote_fingerprint("sha-256", p.client_factory->fingerprint()));
  EXPECT_EQ(p.server->state(), State::connected);
  EXPECT_NE(p.server->srtp_keys(), nullptr);
  EXPECT_EQ(p.server->poll_received(), ByteVector(5, 9));
}

TEST_P(Dtls, UnverifiedPeerThatClosesLeavesNothing) {
  Pair p = pair();
  ASSERT_TRUE(p.client->set_remote_fingerprint("sha-256", p.server_factory->fingerprint()));
  p.run();
  ASSERT_TRUE(p.client->send(ByteVector(5, 9), virtual_now()));
  p.client->close();
  p.exchange();
  EXPECT_EQ(p.server->state(), State::closed);
  EXPECT_FALSE(p.server->poll_received());
  EXPECT_EQ(p.server->srtp_keys(), nullptr);
}

TEST_P(Dtls, ConnectedPeerCantChangeItsCertificate) {
  Pair p = pair();
  p.know_each_other();
  p.run();
  EXPECT_TRUE(p.server->set_remote_fingerprint("sha-256", p.client_factory->fingerprint()));
  auto other = p.server->set_remote_fingerprint("sha-256", p.server_factory->fingerprint());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
  EXPECT_EQ(p.server->state(), State::connected);
}

TEST_P(Dtls, CloseIsHeardByThePeer) {
  Pair p = pair();
  p.know_each_other();
  p.run();
  ASSERT_TRUE(p.server->send(ByteVector(3, 1), virtual_now()));
  p.server->close();
  EXPECT_EQ(p.server->state(), State::closed);
  p.exchange();
  EXPECT_EQ(p.client->state(), State::closed);
  EXPECT_EQ(p.client->poll_received(), ByteVector(3, 1));
  EXPECT_FALSE(p.client->send(ByteVector(5), virtual_now()));
}

TEST_P(Dtls, IgnoresGarbageBeforeDuringAndAfter) {
  Pair p = pair();
  p.know_each_other();
  ByteVector garbage(200, 22);
  for (std::size_t size = 0; size < garbage.size(); ++size) {
    p.server->receive(Bytes(garbage).first(size), virtual_now());
  }
  p.run();
  ASSERT_TRUE(p.both(State::connected));
  for (std::uint8_t type = 20; type <= 23; ++type) {
    ByteVector record = {type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 30};
    record.resize(43, 0x55);
    p.server->receive(record, virtual_now());
  }
  ASSERT_TRUE(p.client->send(ByteVector(5, 9), virtual_now()));
  p.exchange();
  EXPECT_EQ(p.server->poll_received(), ByteVector(5, 9));
}

TEST_P(Dtls, QueuesAreBounded) {
  Pair p = pair();
  p.know_each_other();
  p.run();
  std::size_t accepted = 0;
  while (accepted < 10'000 && p.client->send(ByteVector(10), virtual_now())) ++accepted;
  EXPECT_EQ(accepted, kMaxQueuedTransmits);
  for (int round = 0; round < 10; ++round) {
    p.exchange();
    while (p.client->send(ByteVector(10), virtual_now())) {
    }
  }
  std::size_t received = 0;
  while (p.server->poll_received()) ++received;
  EXPECT_EQ(received, kMaxQueuedReceived);
}

INSTANTIATE_TEST_SUITE_P(Makers, Dtls, testing::Bool(),
                         [](const auto& i) { return i.param ? "fake" : "openssl"; });

}  // namespace
}  // namespace portico::protocol::dtls
