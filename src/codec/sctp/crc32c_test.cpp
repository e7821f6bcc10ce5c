#include "codec/sctp/crc32c.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace portico::codec::sctp {
namespace {

// RFC 3720 appendix B.4, the vectors for CRC32c.
TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283U);
  EXPECT_EQ(crc32c(ByteVector(32, 0x00)), 0x8A9136AAU);
  EXPECT_EQ(crc32c(ByteVector(32, 0xFF)), 0x62A8AB43U);
  ByteVector ascending(32);
  for (std::size_t i = 0; i < ascending.size(); ++i) ascending[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc32c(ascending), 0x46DD794EU);
  EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, BothPathsAgreeAtEveryLengthAndAlignment) {
  SeededRandom random(1);
  ByteVector data(256);
  random.fill(data);
  for (std::size_t start = 0; start < 9; ++start) {
    for (std::size_t size = 0; size + start <= 200; ++size) {
      Bytes piece = Bytes(data).subspan(start, size);
      ASSERT_EQ(crc32c(piece), crc32c_table(piece)) << start << " " << size;
    }
  }
}

TEST(Crc32c, CanBeSummedInPieces) {
  SeededRandom random(2);
  ByteVector data(100);
  random.fill(data);
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    Bytes all(data);
    EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), crc32c(all));
    EXPECT_EQ(crc32c_table(all.subspan(cut), crc32c_table(all.first(cut))), crc32c(all));
  }
}

}  // namespace
}  // namespace portico::codec::sctp
