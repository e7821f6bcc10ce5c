#include "protocol/srtp/crypto.h"

#include <gtest/gtest.h>

#include "protocol/srtp/key_derivation.h"
#include "protocol/srtp/test_support.h"

namespace portico::protocol::srtp {
namespace {

// RFC 3711 B.2.
TEST(SrtpCrypto, Rfc3711KeyStream) {
  auto cipher = make_counter_mode(hex("2B7E151628AED2A6ABF7158809CF4F3C"));
  ASSERT_TRUE(cipher);
  ByteVector iv = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
  ByteVector stream(0xff02 * 16, 0);
  ASSERT_TRUE((*cipher)->crypt(iv.data(), stream, stream.data()));
  auto block = [&](std::size_t i) {
    return ByteVector(stream.begin() + static_cast<std::ptrdiff_t>(i * 16),
                      stream.begin() + static_cast<std::ptrdiff_t>(i * 16 + 16));
  };
  EXPECT_EQ(block(0), hex("E03EAD0935C95E80E166B16DD92B4EB4"));
  EXPECT_EQ(block(1), hex("D23513162B02D0F72A43A2FE4A5F97AB"));
  EXPECT_EQ(block(2), hex("41E95B3BB0A2E8DD477901E4FCA894C0"));
  EXPECT_EQ(block(0xfeff), hex("EC8CDF7398607CB0F2D21675EA9EA1E4"));
  EXPECT_EQ(block(0xff00), hex("362B7C3C6773516318A077D7FC5073AE"));
  EXPECT_EQ(block(0xff01), hex("6A2CC3787889374FBEB4C81B17BA6C44"));
}

// RFC 3711 B.3.
TEST(SrtpCrypto, Rfc3711KeyDerivation) {
  KeyMaterial master{hex("E1F97A0D3E018BE0D64FA32C06DE4139"), hex("0EC675AD498AFEEBB6960B3AABE6")};
  ByteVector key(16), salt(14), authentication(94);
  ASSERT_TRUE(derive_key(master, KeyLabel::rtp_encryption, key));
  ASSERT_TRUE(derive_key(master, KeyLabel::rtp_salt, salt));
  ASSERT_TRUE(derive_key(master, KeyLabel::rtp_authentication, authentication));
  EXPECT_EQ(key, hex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(salt, hex("30CBBC08863D8C85D49DB34A9AE1"));
  EXPECT_EQ(authentication, hex("CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE"
                                "E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25"
                                "6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2"));
}

TEST(SrtpCrypto, KeyDerivationRefusesWrongSizes) {
  ByteVector out(16);
  EXPECT_FALSE(derive_key({pattern(15), pattern(14)}, KeyLabel::rtp_salt, out));
  EXPECT_FALSE(derive_key({pattern(16), pattern(13)}, KeyLabel::rtp_salt, out));
}

// RFC 2202 test cases 1 and 2, split over both arguments.
TEST(SrtpCrypto, HmacSha1) {
  auto first = make_hmac_sha1(ByteVector(20, 0x0b));
  ByteVector tag(20);
  (*first)->tag(as_bytes("Hi "), as_bytes("There"), tag.data());
  EXPECT_EQ(tag, hex("b617318655057264e28bc0b6fb378c8ef146be00"));
  (*first)->tag(as_bytes("Hi There"), {}, tag.data());
  EXPECT_EQ(tag, hex("b617318655057264e28bc0b6fb378c8ef146be00"));
  auto second = make_hmac_sha1(as_bytes("Jefe"));
  (*second)->tag(as_bytes("what do ya want "), as_bytes("for nothing?"), tag.data());
  EXPECT_EQ(tag, hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
}

class AeadVectors : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    if (!backend_available(GetParam())) GTEST_SKIP() << "backend not available here";
  }
  void check(const ByteVector& key, const ByteVector& nonce, const ByteVector& aad,
             const ByteVector& plain, const ByteVector& expected) {
    auto sealer = make_aead(GetParam(), Direction::seal, key);
    auto opener = make_aead(GetParam(), Direction::open, key);
    ASSERT_TRUE(sealer && opener);
    ByteVector out(plain.size() + kGcmTagSize);
    ASSERT_TRUE((*sealer)->seal(nonce.data(), aad, plain, out.data()));
    EXPECT_EQ(out, expected);
    ByteVector in_place = plain;
    in_place.resize(out.size());
    ASSERT_TRUE(
        (*sealer)->seal(nonce.data(), aad, Bytes(in_place).first(plain.size()), in_place.data()));
    EXPECT_EQ(in_place, expected);
    ASSERT_TRUE((*opener)->open(nonce.data(), aad, out));
    out.resize(plain.size());
    EXPECT_EQ(out, plain);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ByteVector broken = expected;
      broken[i] ^= 0x40;
      EXPECT_FALSE((*opener)->open(nonce.data(), aad, broken)) << i;
    }
  }
};

const char* const kRtpPlain =
    "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573";
const char* const kRtcpPlain =
    "4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef "
    "deadbeef";

// RFC 7714 16.1.1, 16.2.1 and 17.1 (session keys, not master keys).
TEST_P(AeadVectors, Rfc7714Rtp128) {
  check(hex("000102030405060708090a0b0c0d0e0f"), hex("51753c6580c2726f20718414"),
        hex("8040f17b 8041f8d3 5501a0b2"), hex(kRtpPlain),
        hex("f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833"
            "899d7f27 beb16a91 52cf765e e4390cce"));
}

TEST_P(AeadVectors, Rfc7714Rtp256) {
  check(hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        hex("51753c6580c2726f20718414"), hex("8040f17b 8041f8d3 5501a0b2"), hex(kRtpPlain),
        hex("32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b"
            "7aa3db36 dfffd6b0 f9bb7878 d7a76c13"));
}

TEST_P(AeadVectors, Rfc7714Rtcp128) {
  check(hex("000102030405060708090a0b0c0d0e0f"), hex("517524055203726f207170bb"),
        hex("81c8000d 4d617273 800005d4"), hex(kRtcpPlain),
        hex("63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 "
            "86303ded"
            "0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade"));
}

TEST_P(AeadVectors, EmptyPlainText) {
  // GCM specification, test case 1.
  check(ByteVector(16, 0), ByteVector(12, 0), {}, {}, hex("58e2fccefa7e3061367f1d57a4e7455a"));
}

INSTANTIATE_TEST_SUITE_P(Backends, AeadVectors,
                         testing::Values(Backend::openssl, Backend::ipsec_mb), [](const auto& i) {
                           return i.param == Backend::openssl ? "openssl" : "ipsec_mb";
                         });

// Both backends produce the same bytes for every length around the block sizes.
TEST(SrtpCrypto, BackendsAgree) {
  if (!backend_available(Backend::ipsec_mb)) GTEST_SKIP();
  for (std::size_t key_bytes : {std::size_t{16}, std::size_t{32}}) {
    ByteVector key = pattern(key_bytes, 9), nonce = pattern(12, 3);
    auto a = make_aead(Backend::openssl, Direction::seal, key);
    auto b = make_aead(Backend::ipsec_mb, Direction::seal, key);
    for (std::size_t size = 0; size < 300; ++size) {
      ByteVector plain = pattern(size), aad = pattern(12 + size % 60);
      ByteVector x(size + 16), y(size + 16);
      (*a)->seal(nonce.data(), aad, plain, x.data());
      (*b)->seal(nonce.data(), aad, plain, y.data());
      ASSERT_EQ(x, y) << size;
    }
  }
}

TEST(SrtpCrypto, EqualTags) {
  EXPECT_TRUE(equal_tags(pattern(10), pattern(10)));
  EXPECT_FALSE(equal_tags(pattern(10), pattern(10, 1)));
  EXPECT_FALSE(equal_tags(pattern(10), pattern(9)));
}

}  // namespace
}  // namespace portico::protocol::srtp
