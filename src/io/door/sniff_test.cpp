#include "io/door/sniff.h"

#include <gtest/gtest.h>

namespace portico::io::door {
namespace {

TEST(Sniff, Table) {
  ByteWriter request;
  request.u16(0x0001);
  request.u16(0);
  request.u32(0x2112A442);
  request.zeros(12);
  ByteVector stun = request.take();
  EXPECT_EQ(sniff({}), Sniffed::need_more);
  EXPECT_EQ(sniff(as_bytes("\x16")), Sniffed::tls);
  EXPECT_EQ(sniff(as_bytes("G")), Sniffed::http);
  EXPECT_EQ(sniff(as_bytes("get")), Sniffed::unrecognised);
  EXPECT_EQ(sniff(Bytes(stun).first(7)), Sniffed::need_more);
  EXPECT_EQ(sniff(Bytes(stun).first(8)), Sniffed::stun);
  ByteWriter with_length;
  with_length.u16(20);
  with_length.bytes(stun);
  ByteVector frame = with_length.take();
  EXPECT_EQ(sniff(Bytes(frame).first(9)), Sniffed::need_more);
  EXPECT_EQ(sniff(Bytes(frame).first(21)), Sniffed::need_more);
  EXPECT_EQ(sniff(frame), Sniffed::ice_tcp);
  ByteVector zeros(12, 0);
  EXPECT_EQ(sniff(zeros), Sniffed::unrecognised);
  ByteVector huge = frame;
  store16(huge.data(), 2049);
  EXPECT_EQ(sniff(huge), Sniffed::unrecognised);
}

}  // namespace
}  // namespace portico::io::door
