#include "protocol/sctp/cookie.h"

#include <gtest/gtest.h>

namespace portico::protocol::sctp {
namespace {

// The vectors of the SipHash paper, appendix A, and of its reference implementation.
TEST(SipHash, Vectors) {
  std::array<std::uint8_t, 16> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  ByteVector data(15);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(siphash24(key, data), 0xA129CA6149BE45E5U);
  EXPECT_EQ(siphash24(key, {}), 0x726FDB47DD0E0E31U);
  EXPECT_EQ(siphash24(key, Bytes(data).first(8)), 0x93F5F5799A932462U);
}

TEST(Cookie, ComesBackOnlyUnchangedAndOnlyToItsMaker) {
  SeededRandom random(1);
  CookieJar jar(random);
  Cookie cookie{1, 2, {3, 4, 5, 6, 7, true, false, true}, 8, 9, Instant(Duration(10))};
  ByteVector sealed = jar.seal(cookie);
  EXPECT_EQ(jar.open(sealed), cookie);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    ByteVector changed = sealed;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(jar.open(changed));
  }
  sealed.push_back(0);
  EXPECT_FALSE(jar.open(sealed));
  EXPECT_FALSE(jar.open({}));
  EXPECT_FALSE(CookieJar(random).open(jar.seal(cookie)));
}

}  // namespace
}  // namespace portico::protocol::sctp
