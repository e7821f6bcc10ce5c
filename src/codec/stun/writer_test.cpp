#include "codec/stun/writer.h"

#include <gtest/gtest.h>

#include <array>

#include "codec/stun/vectors_for_tests.h"

namespace portico::codec::stun {
namespace {

using vectors::from_hex;

constexpr TransactionId kId = {0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                               0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

TEST(StunWriter, RebuildsRfc8489B1ByteForByte) {
  ByteVector original = from_hex(vectors::kSha256Request);
  auto message = parse(original);
  ASSERT_TRUE(message);
  std::array<std::uint8_t, 4> sha256_algorithm = {0, 2, 0, 0};
  ByteVector rebuilt = Writer(Class::request, Method::binding, message->transaction_id())
                           .attribute(Attribute::userhash, *message->attribute(Attribute::userhash))
                           .text(Attribute::nonce, "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA")
                           .text(Attribute::realm, "example.org")
                           .attribute(Attribute::password_algorithm, sha256_algorithm)
                           .integrity_sha256(IntegrityKey(from_hex(vectors::kLongTermKeySha256)))
                           .take();
  EXPECT_EQ(rebuilt, original);
}

TEST(StunWriter, RebuildsRfc5769LongTermRequestByteForByte) {
  ByteVector original = from_hex(vectors::kLongTermRequest);
  auto message = parse(original);
  ASSERT_TRUE(message);
  ByteVector rebuilt = Writer(Class::request, Method::binding, message->transaction_id())
                           .attribute(Attribute::username, *message->attribute(Attribute::username))
                           .text(Attribute::nonce, "f//499k954d6OL34oL9FSTvy64sA")
                           .text(Attribute::realm, "example.org")
                           .integrity(IntegrityKey(from_hex(vectors::kLongTermKeyMd5)))
                           .take();
  EXPECT_EQ(rebuilt, original);
}

TEST(StunWriter, RoundTripsEveryKindOfValue) {
  IntegrityKey key(as_bytes("a password that nobody knows"));
  auto v4 = *SocketAddress::parse("203.0.113.7:65535");
  auto v6 = *SocketAddress::parse("[2001:db8::99]:1");
  std::array<std::uint16_t, 3> unknown = {1, 2, 0x7FFF};
  ByteVector bytes = Writer(Class::error, Method::channel_bind, kId)
                         .xor_address(Attribute::xor_peer_address, v6)
                         .xor_address(Attribute::xor_relayed_address, v4)
                         .address(Attribute::mapped_address, v4)
                         .address(Attribute::other_address, v6)
                         .u32(Attribute::lifetime, 600)
                         .u64(Attribute::reservation_token, 0x0102030405060708)
                         .error(487, "Role Conflict")
                         .unknown_attributes(unknown)
                         .flag(Attribute::dont_fragment)
                         .integrity(key)
                         .integrity_sha256(key)
                         .fingerprint()
                         .take();
  auto message = parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is(Class::error, Method::channel_bind));
  EXPECT_EQ(message->transaction_id(), kId);
  EXPECT_EQ(message->xor_address(Attribute::xor_peer_address), v6);
  EXPECT_EQ(message->xor_address(Attribute::xor_relayed_address), v4);
  EXPECT_EQ(message->address(Attribute::mapped_address), v4);
  EXPECT_EQ(message->address(Attribute::other_address), v6);
  EXPECT_EQ(message->u32(Attribute::lifetime), 600U);
  EXPECT_EQ(message->u64(Attribute::reservation_token), 0x0102030405060708ULL);
  ASSERT_TRUE(message->error_code());
  EXPECT_EQ(message->error_code()->code, 487);
  EXPECT_EQ(message->error_code()->reason, "Role Conflict");
  EXPECT_EQ(message->attribute(Attribute::unknown_attributes)->size(), 6U);
  EXPECT_TRUE(message->has(Attribute::dont_fragment));
  EXPECT_TRUE(message->verify_integrity(key));
  EXPECT_TRUE(message->verify_integrity_sha256(key));
  EXPECT_TRUE(message->verify_fingerprint());
}

TEST(StunWriter, MethodAndClassBitsInterleave) {
  // Method 0xFFF, error: every method bit and both class bits set (RFC 8489 5).
  Writer all(Class::error, static_cast<Method>(0xFFF), kId);
  EXPECT_EQ(load16(all.view().data()), 0x3FFF);
  Writer indication(Class::indication, Method::send, kId);
  EXPECT_EQ(load16(indication.view().data()), 0x0016);
  Writer success(Class::success, Method::allocate, kId);
  EXPECT_EQ(load16(success.view().data()), 0x0103);
  for (unsigned m = 0; m < 0x1000; ++m) {
    for (unsigned c = 0; c < 4; ++c) {
      Writer writer(static_cast<Class>(c), static_cast<Method>(m), kId);
      auto message = parse(writer.view());
      ASSERT_TRUE(message);
      ASSERT_TRUE(message->is(static_cast<Class>(c), static_cast<Method>(m)));
    }
  }
}

TEST(StunWriter, TruncatedSha256IsAccepted) {
  // RFC 8489 14.6: at least 16 bytes, a multiple of four.
  IntegrityKey key(as_bytes("k"));
  for (std::size_t size : {16U, 20U, 32U}) {
    Writer writer(Class::request, Method::binding, kId);
    std::array<std::uint8_t, kHeaderSize> header;
    std::copy_n(writer.view().begin(), kHeaderSize, header.begin());
    store16(header.data() + 2, static_cast<std::uint16_t>(4 + size));
    auto digest = key.sha256(header, Bytes());
    writer.attribute(Attribute::message_integrity_sha256, Bytes(digest).first(size));
    EXPECT_TRUE(parse(writer.view())->verify_integrity_sha256(key)) << size;
  }
}

}  // namespace
}  // namespace portico::codec::stun
