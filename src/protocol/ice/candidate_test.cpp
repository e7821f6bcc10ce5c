#include "protocol/ice/candidate.h"

#include <gtest/gtest.h>

#include "protocol/ice/credentials.h"

namespace portico::protocol::ice {
namespace {

TEST(IceCandidate, ParsesWhatBrowsersSend) {
  auto udp = parse_candidate(
      "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 0.0.0.0 rport 0 "
      "generation 0 ufrag EsAw network-id 3 network-cost 10");
  ASSERT_TRUE(udp);
  EXPECT_EQ(udp->foundation, "842163049");
  EXPECT_EQ(udp->component, 1);
  EXPECT_EQ(udp->transport, Transport::udp);
  EXPECT_EQ(udp->priority, 1677729535U);
  EXPECT_EQ(udp->address.to_string(), "203.0.113.7:46154");
  EXPECT_EQ(udp->type, CandidateType::server_reflexive);
  ASSERT_TRUE(udp->related);
  EXPECT_TRUE(udp->related->ip.is_unspecified());
  EXPECT_EQ(udp->ufrag, "EsAw");
  EXPECT_FALSE(udp->tcp_type);

  auto tcp = parse_candidate(
      "a=candidate:3 1 TCP 1518280447 2001:db8::1 9 typ host tcptype active generation 0\r\n");
  ASSERT_TRUE(tcp);
  EXPECT_EQ(tcp->transport, Transport::tcp);
  EXPECT_EQ(tcp->tcp_type, TcpType::active);
  EXPECT_EQ(tcp->address.to_string(), "[2001:db8::1]:9");

  auto firefox = parse_candidate("candidate:0 1 UDP 2122252543 192.168.1.5 58123 typ host");
  ASSERT_TRUE(firefox);
  EXPECT_EQ(firefox->address.port, 58123);
}

TEST(IceCandidate, IgnorableOnesAreUnsupported) {
  auto mdns = parse_candidate(
      "candidate:1 1 udp 2113937151 7a5e0c2c-4f0c-4c6f-9a7e-0b1c2d3e4f50.local 52000 typ host");
  ASSERT_FALSE(mdns);
  EXPECT_EQ(mdns.error().code, ErrorCode::unsupported);
  auto sctp = parse_candidate("candidate:1 1 sctp 1 192.0.2.1 1 typ host");
  ASSERT_FALSE(sctp);
  EXPECT_EQ(sctp.error().code, ErrorCode::unsupported);
}

TEST(IceCandidate, RefusesNonsense) {
  for (std::string_view line :
       {"", "candidate:", "candidate:1 1 udp 1 192.0.2.1 1 typ", "x y z",
        "candidate:1 0 udp 1 192.0.2.1 1 typ host", "candidate:1 300 udp 1 192.0.2.1 1 typ host",
        "candidate:1 1 udp -1 192.0.2.1 1 typ host",
        "candidate:1 1 udp 4294967296 192.0.2.1 1 typ host",
        "candidate:1 1 udp 1 192.0.2.1 65536 typ host", "candidate:1 1 udp 1 192.0.2.1 1 type host",
        "candidate:1 1 udp 1 192.0.2.1 1 typ mars", "candidate:1 1 tcp 1 192.0.2.1 1 typ host",
        "candidate:1 1 tcp 1 192.0.2.1 1 typ host tcptype lazy",
        "candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag a:b",
        "candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 1 typ host"}) {
    EXPECT_FALSE(parse_candidate(line)) << line;
  }
  std::string longer = "candidate:1 1 udp 1 192.0.2.1 1 typ host x " + std::string(1100, 'y');
  EXPECT_EQ(parse_candidate(longer).error().code, ErrorCode::limit);
}

TEST(IceCandidate, PrintsWhatItParses) {
  Candidate candidate;
  candidate.foundation = "9";
  candidate.transport = Transport::tcp;
  candidate.tcp_type = TcpType::passive;
  candidate.priority = candidate_priority(CandidateType::host, Transport::tcp, 65535);
  candidate.address = *SocketAddress::parse("198.51.100.1:443");
  EXPECT_EQ(to_string(candidate),
            "candidate:9 1 tcp 1526726655 198.51.100.1 443 typ host tcptype passive");
  candidate.type = CandidateType::relayed;
  candidate.related = *SocketAddress::parse("[2001:db8::5]:7");
  candidate.ufrag = "abcd";
  auto again = parse_candidate(to_string(candidate));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, candidate);
}

TEST(IceCandidate, Priorities) {
  // The usual number of a first host candidate: 126 << 24 | 65535 << 8 | 255.
  EXPECT_EQ(candidate_priority(CandidateType::host, Transport::udp, 65535), 2130706431U);
  EXPECT_GT(candidate_priority(CandidateType::relayed, Transport::udp, 65535), 0U);
  // RFC 8445 6.1.2.3: 2^32*MIN(G,D) + 2*MAX(G,D) + (G>D?1:0)
  EXPECT_EQ(pair_priority(10, 20), (10ULL << 32) + 40);
  EXPECT_EQ(pair_priority(20, 10), (10ULL << 32) + 41);
}

TEST(IceCredentials, GeneratedOnesAreValidAndCarryThePrefix) {
  SeededRandom random(1);
  auto a = generate_credentials(random, "C");
  auto b = generate_credentials(random, "C");
  EXPECT_TRUE(valid(a));
  EXPECT_EQ(a.ufrag.size(), 8U);
  EXPECT_EQ(a.ufrag[0], 'C');
  EXPECT_NE(a.ufrag, b.ufrag);
  EXPECT_NE(a.pwd, b.pwd);
  EXPECT_GE(a.pwd.size() * 6, 128U);  // RFC 8445 5.3
}

TEST(IceCredentials, Validity) {
  EXPECT_TRUE(valid({"abcd", std::string(22, 'x')}));
  EXPECT_FALSE(valid({"abc", std::string(22, 'x')}));
  EXPECT_FALSE(valid({"abcd", std::string(21, 'x')}));
  EXPECT_FALSE(valid({"ab:d", std::string(22, 'x')}));
  EXPECT_FALSE(valid({std::string(257, 'a'), std::string(22, 'x')}));
}

}  // namespace
}  // namespace portico::protocol::ice
