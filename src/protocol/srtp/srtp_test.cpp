#include <gtest/gtest.h>

#include "protocol/srtp/receiver.h"
#include "protocol/srtp/sender.h"
#include "protocol/srtp/test_support.h"

namespace portico::protocol::srtp {
namespace {

struct Case {
  Profile profile;
  Backend backend;
};

class Srtp : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!backend_available(GetParam().backend)) GTEST_SKIP() << "backend not available here";
  }
  Sender sender(SenderOptions options = {}) {
    options.backend = GetParam().backend;
    return *Sender::create(GetParam().profile, test_keys(GetParam().profile), options);
  }
  Receiver receiver(ReceiverOptions options = {}) {
    options.backend = GetParam().backend;
    return *Receiver::create(GetParam().profile, test_keys(GetParam().profile), options);
  }
  static ByteVector seal(Sender& s, Bytes header, Bytes payload) {
    ByteVector out(header.size() + payload.size() + kMaxOverhead);
    auto size = s.seal_rtp(header, payload, out);
    EXPECT_TRUE(size) << size.error().message;
    if (size) out.resize(*size);
    return out;
  }
  static ByteVector joined(Bytes header, Bytes payload) {
    ByteVector all(header.begin(), header.end());
    all.insert(all.end(), payload.begin(), payload.end());
    return all;
  }
  static ByteVector vector(Bytes b) { return {b.begin(), b.end()}; }
};

TEST_P(Srtp, RoundTripsEverySize) {
  Sender s = sender();
  Receiver r = receiver();
  for (std::uint16_t i = 0; i < 260; ++i) {
    ByteVector header = rtp_header(i, 77, i % 2 == 1), payload = pattern(i * 5U);
    ByteVector packet = seal(s, header, payload);
    ASSERT_EQ(packet.size(), header.size() + payload.size() + rtp_overhead(GetParam().profile));
    ASSERT_TRUE(std::equal(header.begin(), header.end(), packet.begin()));
    auto plain = r.open_rtp(packet);
    ASSERT_TRUE(plain) << plain.error().message;
    ASSERT_EQ(vector(*plain), joined(header, payload));
  }
}

TEST_P(Srtp, SealsInPlaceToTheSameBytes) {
  Sender a = sender(), b = sender();
  ByteVector header = rtp_header(9, 1, true), payload = pattern(700);
  ByteVector expected = seal(a, header, payload);
  ByteVector buffer = joined(header, payload);
  buffer.resize(buffer.size() + kMaxOverhead);
  auto size = b.seal_rtp(Bytes(buffer).first(header.size()),
                         Bytes(buffer).subspan(header.size(), payload.size()), buffer);
  ASSERT_TRUE(size);
  buffer.resize(*size);
  EXPECT_EQ(buffer, expected);
}

TEST_P(Srtp, EveryFlippedBitIsNoticed) {
  Sender s = sender();
  ByteVector packet = seal(s, rtp_header(3, 5, true), pattern(40));
  for (std::size_t i = 0; i < packet.size() * 8; ++i) {
    Receiver r = receiver();
    ByteVector broken = packet;
    broken[i / 8] ^= static_cast<std::uint8_t>(1 << (i % 8));
    EXPECT_FALSE(r.open_rtp(broken)) << i;
    EXPECT_EQ(r.stream_count(), 0U);
  }
  Receiver r = receiver();
  EXPECT_TRUE(r.open_rtp(packet));
}

TEST_P(Srtp, RefusesReplaysAndTooOld) {
  Sender s = sender();
  Receiver r = receiver();
  ByteVector first = seal(s, rtp_header(100, 5), pattern(10));
  ByteVector second = seal(s, rtp_header(101, 5), pattern(10));
  ByteVector again = second;
  ASSERT_TRUE(r.open_rtp(second));
  auto replay = r.open_rtp(again);
  ASSERT_FALSE(replay);
  EXPECT_EQ(replay.error().code, ErrorCode::conflict);
  ByteVector newer = seal(s, rtp_header(100 + kReplayWindow, 5), pattern(10));
  ASSERT_TRUE(r.open_rtp(newer));
  auto old = r.open_rtp(first);
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code, ErrorCode::conflict);
}

TEST_P(Srtp, SealingTheSamePacketAgainGivesTheSameBytes) {
  Sender s = sender();
  ByteVector header = rtp_header(100, 5), payload = pattern(99);
  ByteVector once = seal(s, header, payload);
  seal(s, rtp_header(150, 5), payload);
  EXPECT_EQ(seal(s, header, payload), once);
}

TEST_P(Srtp, RolloverWithReorderingAroundTheWrap) {
  Sender s = sender();
  Receiver r = receiver();
  std::vector<ByteVector> packets;
  for (std::uint32_t i = 30'000; i < 30'000 + 3 * 65'536; i += 101) {
    packets.push_back(seal(s, rtp_header(static_cast<std::uint16_t>(i), 5), pattern(20)));
  }
  for (std::size_t i = 0; i + 1 < packets.size(); i += 2) std::swap(packets[i], packets[i + 1]);
  for (auto& p : packets) ASSERT_TRUE(r.open_rtp(p));
}

TEST_P(Srtp, SenderRefusesToGoBeforeTheStart) {
  Sender s = sender();
  seal(s, rtp_header(5, 5), pattern(20));
  ByteVector out(100);
  auto size = s.seal_rtp(rtp_header(65'000, 5), pattern(20), out);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, ErrorCode::invalid);
}

TEST_P(Srtp, SenderTableIsBoundedAndForgets) {
  Sender s = sender({.max_streams = 4});
  ByteVector out(100);
  for (std::uint32_t ssrc = 0; ssrc < 4; ++ssrc) seal(s, rtp_header(1, ssrc), pattern(4));
  auto fifth = s.seal_rtp(rtp_header(1, 9), pattern(4), out);
  ASSERT_FALSE(fifth);
  EXPECT_EQ(fifth.error().code, ErrorCode::limit);
  s.forget(Ssrc(2));
  EXPECT_EQ(s.stream_count(), 3U);
  EXPECT_TRUE(s.seal_rtp(rtp_header(1, 9), pattern(4), out));
  EXPECT_TRUE(s.seal_rtp(rtp_header(2, 3), pattern(4), out));
}

TEST_P(Srtp, ReceiverTableEvictsTheOldest) {
  Sender s = sender();
  Receiver r = receiver({.max_streams = 8});
  for (std::uint32_t ssrc = 0; ssrc < 100; ++ssrc) {
    ByteVector p = seal(s, rtp_header(1, ssrc), pattern(4));
    ASSERT_TRUE(r.open_rtp(p));
    ASSERT_LE(r.stream_count(), 8U);
  }
}

TEST_P(Srtp, RtcpRoundTripReplayAndTamper) {
  Sender s = sender();
  Receiver r = receiver();
  for (std::size_t blocks = 0; blocks < 31; ++blocks) {
    ByteVector plain = rtcp_packet(99, blocks);
    ByteVector out(plain.size() + kMaxOverhead);
    auto size = s.seal_rtcp(plain, out);
    ASSERT_TRUE(size);
    ASSERT_EQ(*size, plain.size() + rtcp_overhead(GetParam().profile));
    out.resize(*size);
    for (std::size_t i = 0; i < out.size(); ++i) {
      ByteVector broken = out;
      broken[i] ^= 0x11;
      ASSERT_FALSE(r.open_rtcp(broken)) << i;
    }
    ByteVector copy = out;
    auto opened = r.open_rtcp(out);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(vector(*opened), plain);
    auto replay = r.open_rtcp(copy);
    ASSERT_FALSE(replay);
    EXPECT_EQ(replay.error().code, ErrorCode::conflict);
  }
}

TEST_P(Srtp, UnencryptedRtcpIsRefused) {
  Receiver r = receiver();
  ByteVector packet = rtcp_packet(99, 2);
  packet.resize(packet.size() + rtcp_overhead(GetParam().profile), 0);
  auto opened = r.open_rtcp(packet);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::denied);
}

TEST_P(Srtp, ShortAndStrangeInput) {
  Sender s = sender();
  Receiver r = receiver();
  for (std::size_t size = 0; size < 60; ++size) {
    ByteVector zeros(size, 0), ones(size, 0xff), rtp(size, 0x80), extended(size, 0x9f);
    for (auto* p : {&zeros, &ones, &rtp, &extended}) {
      EXPECT_FALSE(r.open_rtp(*p));
      EXPECT_FALSE(r.open_rtcp(*p));
    }
  }
  ByteVector out(30);
  EXPECT_FALSE(s.seal_rtp(pattern(11), {}, out));
  EXPECT_FALSE(s.seal_rtp(rtp_header(1, 1), pattern(19), out));
  EXPECT_FALSE(s.seal_rtcp(pattern(7), out));
  EXPECT_FALSE(s.seal_rtcp(rtcp_packet(1, 1), out));
}

TEST_P(Srtp, OtherKeysDontOpen) {
  Sender s = sender();
  Receiver r = *Receiver::create(GetParam().profile, test_keys(GetParam().profile, 2), {});
  ByteVector packet = seal(s, rtp_header(3, 5), pattern(40));
  auto opened = r.open_rtp(packet);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unauthenticated);
}

INSTANTIATE_TEST_SUITE_P(All, Srtp,
                         testing::Values(Case{Profile::aead_aes_128_gcm, Backend::openssl},
                                         Case{Profile::aead_aes_256_gcm, Backend::openssl},
                                         Case{Profile::aes128_cm_sha1_80, Backend::openssl},
                                         Case{Profile::aead_aes_128_gcm, Backend::ipsec_mb},
                                         Case{Profile::aead_aes_256_gcm, Backend::ipsec_mb}));

TEST(SrtpCreate, RefusesWrongKeySizes) {
  for (Profile p :
       {Profile::aead_aes_128_gcm, Profile::aead_aes_256_gcm, Profile::aes128_cm_sha1_80}) {
    KeyMaterial keys = test_keys(p);
    keys.key.pop_back();
    EXPECT_FALSE(Sender::create(p, keys));
    keys = test_keys(p);
    keys.salt.push_back(0);
    EXPECT_FALSE(Receiver::create(p, keys));
  }
}

TEST(RtpHeaderSize, CountsCsrcsAndExtension) {
  EXPECT_EQ(*rtp_header_size(rtp_header(1, 1)), 12U);
  EXPECT_EQ(*rtp_header_size(rtp_header(1, 1, true)), 28U);
  ByteVector cut = rtp_header(1, 1, true);
  cut.pop_back();
  EXPECT_EQ(rtp_header_size(cut).error().code, ErrorCode::truncated);
}

}  // namespace
}  // namespace portico::protocol::srtp
