// A lite agent against hand-made checks: nomination as browsers do it, and hostile input.

#include <gtest/gtest.h>

#include "protocol/ice/raw_checks_for_tests.h"

namespace portico::protocol::ice {
namespace {

using testing::build;
using testing::RawCheck;
using testing::RawPeer;
namespace stun = codec::stun;

TEST(IceLite, AnswersAValidCheckAndSelectsTheNominatedPair) {
  RawPeer peer;
  EXPECT_EQ(peer.agent.state(), State::new_);
  EXPECT_EQ(peer.ping(1), 0);
  auto answer = stun::parse(peer.answer);
  EXPECT_EQ(answer->xor_mapped_address(), RawPeer::path(1).remote);
  EXPECT_TRUE(answer->verify_integrity(as_bytes("servpasswordpasswordpassword")));
  EXPECT_TRUE(answer->verify_fingerprint());
  EXPECT_EQ(peer.agent.state(), State::checking);
  EXPECT_FALSE(peer.agent.selected());
  EXPECT_TRUE(peer.agent.validated(RawPeer::path(1)));
  EXPECT_FALSE(peer.agent.validated(RawPeer::path(2)));

  EXPECT_EQ(peer.nominate(1, 10), 0);
  EXPECT_EQ(peer.agent.state(), State::connected);
  EXPECT_EQ(peer.agent.selected(), RawPeer::path(1));
  EXPECT_EQ(peer.agent.poll_event()->state, State::checking);
  auto moved = peer.agent.poll_event();
  EXPECT_EQ(moved->kind, Event::Kind::selected_changed);
  EXPECT_EQ(moved->path, RawPeer::path(1));
  EXPECT_EQ(peer.agent.poll_event()->state, State::connected);
  EXPECT_FALSE(peer.agent.poll_event());
}

TEST(IceLite, AggressiveNominationEndsOnTheHighestPriority) {
  RawPeer peer;
  peer.nominate(1, 100);
  EXPECT_EQ(peer.selected_port(), 1);
  peer.nominate(2, 300);
  EXPECT_EQ(peer.selected_port(), 2);
  peer.nominate(3, 200);
  EXPECT_EQ(peer.selected_port(), 2);
  // Round after round of nominated checks on all pairs: it stays.
  for (int i = 0; i < 20; ++i) {
    peer.now += 500ms;
    for (std::uint16_t port = 1; port <= 3; ++port) {
      peer.nominate(port, 0);  // a known pair keeps its priority
      EXPECT_EQ(peer.selected_port(), 2);
    }
  }
  peer.nominate(4, 300);
  EXPECT_EQ(peer.selected_port(), 4);  // the later one of equals
}

TEST(IceLite, RepetitionsOfOneNominationDontMoveTheSelection) {
  RawPeer peer;
  peer.nominate(1, 300);
  RawCheck lesser;
  lesser.use_candidate = true;
  lesser.priority = 100;
  EXPECT_EQ(peer.send(lesser, RawPeer::path(2)), 0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(peer.send(lesser, RawPeer::path(2), true), 0);
  EXPECT_EQ(peer.selected_port(), 1);
}

TEST(IceLite, FollowsAPeerThatMovesItsNominationToALesserPair) {
  RawPeer peer;
  peer.nominate(1, 300);
  RawCheck lesser;
  lesser.priority = 100;
  EXPECT_EQ(peer.send(lesser, RawPeer::path(2)), 0);
  peer.now += 1s;
  peer.nominate(2, 100);
  EXPECT_EQ(peer.selected_port(), 1);
  peer.now += 500ms;
  peer.nominate(2, 100);
  EXPECT_EQ(peer.selected_port(), 2);
  // And back.
  peer.nominate(1, 300);
  EXPECT_EQ(peer.selected_port(), 1);
}

TEST(IceLite, FollowsAtOnceWhenTheSelectedPairIsSilent) {
  RawPeer peer;
  peer.nominate(1, 300);
  peer.now += 3s;
  peer.nominate(2, 100);
  EXPECT_EQ(peer.selected_port(), 2);
}

TEST(IceLite, APairNominatedEarlierTakesOverFromASilentOne) {
  RawPeer peer;
  peer.nominate(1, 100);
  peer.nominate(2, 300);
  EXPECT_EQ(peer.selected_port(), 2);
  peer.now += 4s;
  peer.ping(1);
  EXPECT_EQ(peer.selected_port(), 2);
  peer.now += 2s;
  peer.ping(1);
  EXPECT_EQ(peer.selected_port(), 1);
  peer.ping(3);  // never nominated
  EXPECT_EQ(peer.selected_port(), 1);
}

TEST(IceLite, OneTcpFlowIsOnePath) {
  RawPeer peer;
  Path first = RawPeer::path(9);
  first.transport = Transport::tcp;
  first.flow = 5;
  RawCheck check;
  check.use_candidate = true;
  EXPECT_EQ(peer.send(check, first), 0);
  Path second = first;
  second.flow = 6;
  EXPECT_FALSE(peer.agent.validated(second));
  EXPECT_EQ(peer.send(check, second), 0);
  EXPECT_EQ(peer.agent.selected(), second);
  peer.agent.flow_closed(6, peer.now);
  EXPECT_EQ(peer.agent.selected(), first);
  EXPECT_EQ(peer.agent.state(), State::connected);
  peer.agent.flow_closed(5, peer.now);
  EXPECT_FALSE(peer.agent.selected());
  EXPECT_EQ(peer.agent.state(), State::disconnected);
  peer.agent.timeout(peer.now + 14s);
  EXPECT_EQ(peer.agent.state(), State::disconnected);
  peer.agent.timeout(peer.now + 15s);
  EXPECT_EQ(peer.agent.state(), State::failed);
}

TEST(IceLite, RoleConflict) {
  RawPeer peer;
  RawCheck check;
  check.controlled = true;
  check.use_candidate = true;
  for (std::uint64_t tie_breaker : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    check.tie_breaker = tie_breaker;
    EXPECT_EQ(peer.send(check, RawPeer::path(1)), 487);
    EXPECT_TRUE(
        stun::parse(peer.answer)->verify_integrity(as_bytes("servpasswordpasswordpassword")));
  }
  EXPECT_FALSE(peer.agent.selected());
  EXPECT_FALSE(peer.agent.controlling());
}

TEST(IceHostile, WrongCredentials) {
  RawPeer peer;
  RawCheck check;
  check.use_candidate = true;
  check.password = "servpasswordpasswordpassworD";
  EXPECT_EQ(peer.send(check, RawPeer::path(1)), 401);
  EXPECT_FALSE(stun::parse(peer.answer)->has(stun::Attribute::message_integrity));
  RawCheck stranger;
  for (const char* username : {"other:clieufrag", "servufrag", ":", "servufra:x", "servufragg:x"}) {
    stranger.username = username;
    EXPECT_EQ(peer.send(stranger, RawPeer::path(1)), 401) << username;
  }
  EXPECT_EQ(peer.agent.state(), State::new_);
  EXPECT_FALSE(peer.agent.validated(RawPeer::path(1)));
  EXPECT_EQ(peer.agent.stats().unauthenticated, 6U);
}

TEST(IceHostile, MissingPieces) {
  RawPeer peer;
  RawCheck no_integrity;
  no_integrity.integrity = false;
  EXPECT_EQ(peer.send(no_integrity, RawPeer::path(1)), 400);
  RawCheck no_username;
  no_username.username.clear();
  EXPECT_EQ(peer.send(no_username, RawPeer::path(1)), 400);
  RawCheck no_priority;
  no_priority.priority.reset();
  EXPECT_EQ(peer.send(no_priority, RawPeer::path(1)), 400);
  RawCheck no_fingerprint;  // integrity is enough
  no_fingerprint.fingerprint = false;
  EXPECT_EQ(peer.send(no_fingerprint, RawPeer::path(1)), 0);
  ByteVector bytes = build(RawCheck{}, peer.id);
  bytes.back() ^= 1;
  EXPECT_EQ(peer.send_bytes(bytes, RawPeer::path(1)), -1);
}

TEST(IceHostile, UnknownRequiredAttributes) {
  RawPeer peer;
  RawCheck check;
  check.use_candidate = true;
  check.extra = [](stun::Writer& writer) {
    writer.u32(static_cast<stun::Attribute>(0x7001), 1);
    writer.u32(static_cast<stun::Attribute>(0xC001), 1);
  };
  EXPECT_EQ(peer.send(check, RawPeer::path(1)), 420);
  auto answer = stun::parse(peer.answer);
  auto list = answer->attribute(stun::Attribute::unknown_attributes);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(load16(list->data()), 0x7001);
  EXPECT_FALSE(peer.agent.selected());
  check.extra = [](stun::Writer& writer) {
    writer.u32(static_cast<stun::Attribute>(0xC001), 1);  // optional ones, as browsers send them
    writer.u32(static_cast<stun::Attribute>(0xC057), 1);
  };
  EXPECT_EQ(peer.send(check, RawPeer::path(1)), 0);
}

TEST(IceHostile, AnswersToStrangersAreFewAndSmall) {
  RawPeer peer;
  RawCheck check;
  check.username = "o:c";
  int answered = 0;
  for (int i = 0; i < 1000; ++i) {
    int code = peer.send(check, RawPeer::path(static_cast<std::uint16_t>(i + 1)));
    if (code == -1) continue;
    ++answered;
    EXPECT_LE(peer.answer.size(), build(check, peer.id).size());
  }
  EXPECT_EQ(answered, 10);
  peer.now += 1s;
  EXPECT_EQ(peer.send(check, RawPeer::path(1)), 401);
}

TEST(IceHostile, AFloodOfPathsKeepsTheSelectedOne) {
  RawPeer peer;
  peer.nominate(1, 100);
  for (std::uint16_t port = 2; port < 5000; ++port) {
    peer.now += 1ms;
    EXPECT_EQ(peer.ping(port), 0);
  }
  EXPECT_EQ(peer.selected_port(), 1);
  EXPECT_TRUE(peer.agent.validated(RawPeer::path(1)));
  int validated = 0;
  for (std::uint16_t port = 1; port < 5000; ++port) {
    validated += peer.agent.validated(RawPeer::path(port)) ? 1 : 0;
  }
  EXPECT_EQ(validated, static_cast<int>(kMaxPairsLite));
  EXPECT_GT(peer.agent.stats().pairs_evicted, 4000U);
}

TEST(IceHostile, QueuesAreBounded) {
  RawPeer peer;
  for (int i = 0; i < 1000; ++i) {
    RawCheck check;
    check.use_candidate = true;
    check.priority = static_cast<std::uint32_t>(i + 1);
    peer.random.fill(peer.id);
    peer.agent.receive(RawPeer::path(static_cast<std::uint16_t>(i + 1)), build(check, peer.id),
                       peer.now);
  }
  int transmits = 0;
  while (peer.agent.poll_transmit()) ++transmits;
  EXPECT_EQ(transmits, 64);
  int events = 0;
  while (peer.agent.poll_event()) ++events;
  EXPECT_EQ(events, 32);
  EXPECT_EQ(peer.agent.stats().transmits_dropped, 936U);
}

TEST(IceHostile, RemoteCandidatesAreBounded) {
  RawPeer peer;
  Candidate candidate;
  candidate.address.ip = IpAddress::v4(203, 0, 113, 1);
  for (std::uint16_t port = 1; port <= kMaxRemoteCandidates; ++port) {
    candidate.address.port = port;
    EXPECT_TRUE(peer.agent.add_remote_candidate(candidate));
    EXPECT_TRUE(peer.agent.add_remote_candidate(candidate));  // a duplicate costs nothing
  }
  candidate.address.port = 1000;
  EXPECT_EQ(peer.agent.add_remote_candidate(candidate).error().code, ErrorCode::limit);
  candidate.address.ip = IpAddress::v4(224, 0, 0, 1);
  EXPECT_EQ(peer.agent.add_remote_candidate(candidate).error().code, ErrorCode::invalid);
}

TEST(IceHostile, GarbageAndForeignMessages) {
  RawPeer peer;
  EXPECT_EQ(peer.send_bytes({}, RawPeer::path(1)), -1);
  EXPECT_EQ(peer.send_bytes(ByteVector(2000, 0xFF), RawPeer::path(1)), -1);
  stun::IntegrityKey key(as_bytes("servpasswordpasswordpassword"));
  for (auto message_class : {stun::Class::indication, stun::Class::success, stun::Class::error}) {
    EXPECT_EQ(peer.send_bytes(stun::Writer(message_class, stun::Method::binding, peer.id)
                                  .text(stun::Attribute::username, "servufrag:clieufrag")
                                  .flag(stun::Attribute::use_candidate)
                                  .integrity(key)
                                  .take(),
                              RawPeer::path(1)),
              -1);
  }
  EXPECT_EQ(
      peer.send_bytes(stun::Writer(stun::Class::request, stun::Method::allocate, peer.id).take(),
                      RawPeer::path(1)),
      -1);
  EXPECT_EQ(peer.agent.state(), State::new_);
}

TEST(IceHostile, BadRemoteCredentials) {
  RawPeer peer;
  EXPECT_FALSE(peer.agent.set_remote_credentials("a:bc", std::string(24, 'x')));
  EXPECT_FALSE(peer.agent.set_remote_credentials("abcd", "short"));
  EXPECT_TRUE(peer.agent.set_remote_credentials("abcd", std::string(24, 'x')));
}

TEST(IceHostile, OldCredentialsCannotNominateAfterARestart) {
  RawPeer peer;
  peer.nominate(1, 100);
  peer.agent.restart({"newu", std::string(24, 'n')});
  EXPECT_EQ(peer.nominate(2, 500), 0);  // answered, but nothing follows from it
  EXPECT_EQ(peer.selected_port(), 1);
  RawCheck fresh;
  fresh.username = "newu:clieufrag";
  fresh.password = std::string(24, 'n');
  fresh.use_candidate = true;
  EXPECT_EQ(peer.send(fresh, RawPeer::path(3)), 0);
  EXPECT_EQ(peer.selected_port(), 3);
  EXPECT_EQ(peer.nominate(2, 500), 0);
  peer.now += 3s;
  peer.agent.timeout(peer.now);
  EXPECT_EQ(peer.nominate(2, 500), 401);
  EXPECT_EQ(peer.selected_port(), 3);
}

TEST(IceTarget, UfragOfAFirstPacket) {
  EXPECT_EQ(target_ufrag(build(RawCheck{}, {})), "servufrag");
  RawCheck no_colon;
  no_colon.username = "servufrag";
  EXPECT_FALSE(target_ufrag(build(no_colon, {})));
  EXPECT_FALSE(target_ufrag(as_bytes("GET / HTTP/1.1")));
}

}  // namespace
}  // namespace portico::protocol::ice
