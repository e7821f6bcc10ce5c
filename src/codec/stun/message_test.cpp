#include "codec/stun/message.h"

#include <gtest/gtest.h>

#include <array>

#include "codec/stun/vectors_for_tests.h"
#include "codec/stun/writer.h"

namespace portico::codec::stun {
namespace {

using vectors::from_hex;

constexpr TransactionId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

TEST(StunMessage, Rfc5769Request) {
  ByteVector bytes = from_hex(vectors::kRequest);
  auto message = parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is(Class::request, Method::binding));
  EXPECT_EQ(message->username(), "evtj:h6vY");
  EXPECT_EQ(message->text(Attribute::software), "STUN test client");
  EXPECT_EQ(message->priority(), 0x6e0001ffU);
  EXPECT_EQ(message->ice_controlled(), 0x932ff9b151263b36ULL);
  EXPECT_FALSE(message->ice_controlling());
  EXPECT_FALSE(message->use_candidate());
  EXPECT_TRUE(message->verify_integrity(as_bytes(vectors::kPassword)));
  EXPECT_FALSE(message->verify_integrity(as_bytes("VOkJxbRl1RmTxUk/WvJxBT")));
  EXPECT_TRUE(message->verify_fingerprint());
  EXPECT_TRUE(looks_like_stun(bytes));
}

TEST(StunMessage, Rfc5769Responses) {
  ByteVector v4 = from_hex(vectors::kResponseV4);
  auto four = parse(v4);
  ASSERT_TRUE(four);
  EXPECT_TRUE(four->is(Class::success, Method::binding));
  ASSERT_TRUE(four->xor_mapped_address());
  EXPECT_EQ(four->xor_mapped_address()->to_string(), "192.0.2.1:32853");
  EXPECT_TRUE(four->verify_integrity(as_bytes(vectors::kPassword)));
  EXPECT_TRUE(four->verify_fingerprint());

  ByteVector v6 = from_hex(vectors::kResponseV6);
  auto six = parse(v6);
  ASSERT_TRUE(six);
  EXPECT_EQ(*six->xor_mapped_address(),
            *SocketAddress::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
  EXPECT_TRUE(six->verify_integrity(as_bytes(vectors::kPassword)));
  EXPECT_TRUE(six->verify_fingerprint());
}

TEST(StunMessage, LongTermCredentials) {
  ByteVector md5 = from_hex(vectors::kLongTermRequest);
  auto old_style = parse(md5);
  ASSERT_TRUE(old_style);
  EXPECT_EQ(old_style->text(Attribute::realm), "example.org");
  EXPECT_TRUE(old_style->verify_integrity(from_hex(vectors::kLongTermKeyMd5)));
  EXPECT_FALSE(
      old_style->verify_integrity_sha256(IntegrityKey(from_hex(vectors::kLongTermKeyMd5))));
  EXPECT_FALSE(old_style->verify_fingerprint());

  ByteVector sha = from_hex(vectors::kSha256Request);
  auto new_style = parse(sha);
  ASSERT_TRUE(new_style);
  IntegrityKey key(from_hex(vectors::kLongTermKeySha256));
  EXPECT_TRUE(new_style->verify_integrity_sha256(key));
  EXPECT_FALSE(new_style->verify_integrity(key));
}

TEST(StunMessage, EveryFlippedBitBreaksIntegrityOrParsing) {
  const ByteVector original = from_hex(vectors::kRequest);
  IntegrityKey key(as_bytes(vectors::kPassword));
  for (std::size_t bit = 0; bit < original.size() * 8; ++bit) {
    ByteVector bytes = original;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << bit % 8));
    auto message = parse(bytes);
    if (!message) continue;
    EXPECT_FALSE(message->verify_fingerprint()) << bit;
    // The 8 bytes of FINGERPRINT itself are not under MESSAGE-INTEGRITY, and neither is the length
    // field, whose value the check replaces (a wrong one does not parse).
    if (bit / 8 < original.size() - 8) {
      EXPECT_FALSE(message->verify_integrity(key)) << bit;
    }
  }
}

TEST(StunMessage, KeysAreReusable) {
  ByteVector bytes = from_hex(vectors::kRequest);
  auto message = parse(bytes);
  ASSERT_TRUE(message);
  IntegrityKey right(as_bytes(vectors::kPassword));
  IntegrityKey wrong(as_bytes("wrong"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(message->verify_integrity(right));
    EXPECT_FALSE(message->verify_integrity(wrong));
  }
  IntegrityKey moved = std::move(right);
  EXPECT_TRUE(message->verify_integrity(moved));
  IntegrityKey empty{Bytes()};
  EXPECT_FALSE(message->verify_integrity(empty));
}

TEST(StunMessage, EveryTruncationIsRefused) {
  const ByteVector original = from_hex(vectors::kRequest);
  for (std::size_t size = 0; size < original.size(); ++size) {
    auto message = parse(Bytes(original).first(size));
    ASSERT_FALSE(message) << size;
    EXPECT_EQ(message.error().code, ErrorCode::truncated);
    EXPECT_FALSE(looks_like_stun(Bytes(original).first(size)));
  }
  ByteVector longer = original;
  longer.push_back(0);
  EXPECT_FALSE(parse(longer));
}

TEST(StunMessage, AttributesBehindIntegrityAreLeftOut) {
  IntegrityKey key(as_bytes("secret"));
  ByteVector bytes = Writer(Class::request, Method::binding, kId)
                         .integrity(key)
                         .flag(Attribute::use_candidate)
                         .integrity_sha256(key)
                         .text(Attribute::username, "evil")
                         .fingerprint()
                         .take();
  auto message = parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->use_candidate());
  EXPECT_FALSE(message->username());
  EXPECT_TRUE(message->verify_integrity(key));
  EXPECT_TRUE(message->verify_integrity_sha256(key));
  EXPECT_TRUE(message->verify_fingerprint());
}

TEST(StunMessage, NothingMayFollowFingerprint) {
  ByteVector bytes = Writer(Class::request, Method::binding, kId)
                         .fingerprint()
                         .flag(Attribute::use_candidate)
                         .take();
  EXPECT_FALSE(parse(bytes));
}

TEST(StunMessage, FirstOfEqualAttributesCounts) {
  ByteVector bytes = Writer(Class::request, Method::binding, kId)
                         .u32(Attribute::priority, 1)
                         .u32(Attribute::priority, 2)
                         .take();
  EXPECT_EQ(parse(bytes)->priority(), 1U);
}

TEST(StunMessage, WrongSizesAreAbsentValues) {
  std::array<std::uint8_t, 5> odd{};
  ByteVector bytes = Writer(Class::request, Method::binding, kId)
                         .attribute(Attribute::priority, odd)
                         .attribute(Attribute::ice_controlling, odd)
                         .attribute(Attribute::xor_mapped_address, odd)
                         .attribute(Attribute::error_code, odd)
                         .attribute(Attribute::message_integrity, odd)
                         .attribute(Attribute::message_integrity_sha256, odd)
                         .attribute(Attribute::fingerprint, odd)
                         .take();
  auto message = parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->has(Attribute::priority));
  EXPECT_FALSE(message->priority());
  EXPECT_FALSE(message->ice_controlling());
  EXPECT_FALSE(message->xor_mapped_address());
  EXPECT_FALSE(message->error_code());
  EXPECT_FALSE(message->verify_integrity(as_bytes("x")));
  EXPECT_FALSE(message->verify_integrity_sha256(IntegrityKey(as_bytes("x"))));
  EXPECT_FALSE(message->verify_fingerprint());
}

TEST(StunMessage, TooManyAttributes) {
  Writer writer(Class::request, Method::binding, kId);
  for (std::size_t i = 0; i < kMaxAttributes; ++i) writer.flag(Attribute::dont_fragment);
  EXPECT_TRUE(parse(writer.view()));
  writer.flag(Attribute::dont_fragment);
  auto message = parse(writer.view());
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::limit);
}

TEST(StunMessage, UnknownRequiredAttributes) {
  ByteVector bytes = Writer(Class::request, Method::binding, kId)
                         .text(Attribute::username, "a:b")
                         .flag(Attribute::change_request)
                         .flag(static_cast<Attribute>(0x7777))
                         .flag(static_cast<Attribute>(0x7777))
                         .flag(static_cast<Attribute>(0xC057))
                         .take();
  std::array understood = {Attribute::username};
  EXPECT_EQ(parse(bytes)->unknown_required(understood),
            (std::vector<std::uint16_t>{0x0003, 0x7777}));
}

TEST(StunMessage, RefusesOtherProtocols) {
  ByteVector bytes = from_hex(vectors::kRequest);
  ByteVector no_cookie = bytes;
  no_cookie[4] ^= 1;
  EXPECT_FALSE(parse(no_cookie));
  EXPECT_FALSE(looks_like_stun(no_cookie));
  ByteVector channel_data = bytes;
  channel_data[0] = 0x40;
  EXPECT_FALSE(parse(channel_data));
  EXPECT_FALSE(looks_like_stun(channel_data));
}

}  // namespace
}  // namespace portico::codec::stun
