#include "codec/sctp/chunks.h"

#include <gtest/gtest.h>

#include "codec/sctp/parameter.h"

namespace portico::codec::sctp {
namespace {

// Writes one chunk through a packet and hands its view to a function.
class Written {
 public:
  template <class Write>
  explicit Written(Write write) {
    PacketWriter out({1, 2, 3}, 1148);
    write(out);
    bytes_ = out.finish();
    packet_ = parse_packet(bytes_, false).value();
  }
  Chunk chunk() const { return *packet_.chunks().next(); }

 private:
  ByteVector bytes_;
  Packet packet_;
};

Chunk raw(ChunkType type, const ByteVector& value, std::uint8_t flags = 0) {
  return {static_cast<std::uint8_t>(type), flags, value};
}

TEST(DataChunk, RoundTripOfEveryFlag) {
  const std::uint8_t payload[] = {0xDE, 0xAD, 0xBE};
  for (int flags = 0; flags < 16; ++flags) {
    DataChunk data{
        0xFFFFFFFF,       7,      65535, 53, (flags & 8) != 0, (flags & 4) != 0, (flags & 2) != 0,
        (flags & 1) != 0, payload};
    Written written([&](PacketWriter& out) { write_data(out, data); });
    EXPECT_EQ(written.chunk().flags, flags) << "the bits are I, U, B, E from 8 down";
    auto parsed = parse_data(written.chunk());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->tsn, data.tsn);
    EXPECT_EQ(parsed->stream, data.stream);
    EXPECT_EQ(parsed->ssn, data.ssn);
    EXPECT_EQ(parsed->ppid, data.ppid);
    EXPECT_EQ(parsed->immediate, data.immediate);
    EXPECT_EQ(parsed->unordered, data.unordered);
    EXPECT_EQ(parsed->begin, data.begin);
    EXPECT_EQ(parsed->end, data.end);
    EXPECT_TRUE(std::equal(parsed->payload.begin(), parsed->payload.end(), payload, payload + 3));
  }
}

TEST(DataChunk, WithoutPayloadIsAnError) {
  EXPECT_FALSE(parse_data(raw(ChunkType::data, ByteVector(12))));
  EXPECT_FALSE(parse_data(raw(ChunkType::data, ByteVector(11))));
  EXPECT_TRUE(parse_data(raw(ChunkType::data, ByteVector(13))));
}

// An INIT as browsers send it: forward TSN, a list of extensions with some that we don't know,
// authentication parameters.
ByteVector browser_init() {
  ByteWriter out;
  out.u32(0x11223344);
  out.u32(131072);
  out.u16(1024);
  out.u16(2048);
  out.u32(0xFFFFFFF0);
  write_parameter(out, parameter_type::kForwardTsn, {});
  const std::uint8_t extensions[] = {192, 130, 194, 129, 128, 193};
  write_parameter(out, parameter_type::kSupportedExtensions, extensions);
  write_parameter(out, 0x8002, ByteVector(32, 5));  // random: skip quietly
  write_parameter(out, 0xC006, ByteVector(4, 6));   // adaptation layer: skip and report
  const std::uint8_t method[] = {0, 0, 0, 1};
  write_parameter(out, parameter_type::kZeroChecksum, method);
  return out.take();
}

TEST(InitChunk, ReadsWhatBrowsersSend) {
  ByteVector value = browser_init();
  auto init = parse_init(raw(ChunkType::init, value));
  ASSERT_TRUE(init) << init.error().message;
  EXPECT_EQ(init->initiate_tag, 0x11223344U);
  EXPECT_EQ(init->a_rwnd, 131072U);
  EXPECT_EQ(init->outbound_streams, 1024);
  EXPECT_EQ(init->inbound_streams, 2048);
  EXPECT_EQ(init->initial_tsn, 0xFFFFFFF0U);
  EXPECT_TRUE(init->forward_tsn);
  EXPECT_TRUE(init->supports(ChunkType::re_config));
  EXPECT_FALSE(init->supports(ChunkType::sack));
  EXPECT_EQ(init->zero_checksum, kZeroChecksumDtls);
  EXPECT_EQ(init->unrecognized, (ByteVector{0xC0, 0x06, 0, 8, 6, 6, 6, 6}));
}

TEST(InitChunk, AckRoundTripReportsWhatWasNotUnderstood) {
  InitChunk init;
  init.initiate_tag = 1;
  init.a_rwnd = 2;
  init.outbound_streams = 3;
  init.inbound_streams = 4;
  init.initial_tsn = 5;
  init.forward_tsn = true;
  init.extensions = {130, 192};
  init.cookie = {1, 2, 3, 4, 5, 6, 7};
  init.unrecognized = {0xC0, 0x06, 0, 5, 9, 0, 0, 0};
  Written written([&](PacketWriter& out) { write_init(out, ChunkType::init_ack, init); });
  auto parsed = parse_init(written.chunk());
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->cookie, init.cookie);
  EXPECT_EQ(parsed->extensions, init.extensions);
  EXPECT_TRUE(parsed->forward_tsn);
  EXPECT_FALSE(parsed->zero_checksum);
  ParameterCursor cursor(written.chunk().value.subspan(16));
  bool reported = false;
  while (auto parameter = cursor.next()) {
    if (parameter->type != parameter_type::kUnrecognized) continue;
    reported = true;
    EXPECT_EQ(ByteVector(parameter->value.begin(), parameter->value.end()),
              (ByteVector{0xC0, 0x06, 0, 5, 9}));
  }
  EXPECT_TRUE(reported);
}

TEST(InitChunk, RefusesNonsense) {
  ByteVector good = browser_init();
  ByteVector bad = good;
  store32(&bad[0], 0);
  EXPECT_FALSE(parse_init(raw(ChunkType::init, bad))) << "tag zero";
  bad = good;
  store16(&bad[8], 0);
  EXPECT_FALSE(parse_init(raw(ChunkType::init, bad))) << "no streams";
  bad = good;
  store16(&bad[18], 3);
  EXPECT_FALSE(parse_init(raw(ChunkType::init, bad))) << "parameter length";
  EXPECT_FALSE(parse_init(raw(ChunkType::init, ByteVector(15, 1))));
  EXPECT_FALSE(parse_init(raw(ChunkType::init_ack, good))) << "INIT ACK needs a cookie";
}

TEST(InitChunk, StopsAtAParameterThatSaysStop) {
  ByteWriter out;
  for (int i = 0; i < 4; ++i) out.u32(0x00010001);
  write_parameter(out, 0x4001, {});  // stop and report
  write_parameter(out, parameter_type::kForwardTsn, {});
  ByteVector value = out.take();
  auto init = parse_init(raw(ChunkType::init, value));
  ASSERT_TRUE(init);
  EXPECT_FALSE(init->forward_tsn);
  EXPECT_EQ(init->unrecognized.size(), 4U);
}

TEST(InitChunk, ReportIsBounded) {
  ByteWriter out;
  for (int i = 0; i < 4; ++i) out.u32(0x00010001);
  for (int i = 0; i < 100; ++i) write_parameter(out, 0xC123, ByteVector(100, 1));
  ByteVector value = out.take();
  auto init = parse_init(raw(ChunkType::init, value));
  ASSERT_TRUE(init);
  EXPECT_LE(init->unrecognized.size(), kMaxReported);
}

TEST(SackChunk, RoundTrip) {
  SackChunk sack{100, 65536, {{2, 3}, {5, 5}, {7, 65535}}, {90, 91}};
  Written written([&](PacketWriter& out) { write_sack(out, sack); });
  auto parsed = parse_sack(written.chunk());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->cumulative_tsn, 100U);
  EXPECT_EQ(parsed->a_rwnd, 65536U);
  EXPECT_EQ(parsed->gaps, sack.gaps);
  EXPECT_EQ(parsed->duplicates, sack.duplicates);
}

TEST(SackChunk, DishonestGapsAreCutOff) {
  SackChunk sack{1, 1, {{2, 3}, {3, 4}, {9, 9}}, {}};
  Written written([&](PacketWriter& out) { write_sack(out, sack); });
  auto parsed = parse_sack(written.chunk());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->gaps, (std::vector<GapBlock>{{2, 3}}));
  ByteVector counts(12, 0);
  store16(&counts[8], 65535);
  EXPECT_FALSE(parse_sack(raw(ChunkType::sack, counts))) << "more blocks announced than there are";
}

TEST(ForwardTsnChunk, RoundTrip) {
  ForwardTsnChunk forward{77, {{1, 2}, {3, 65535}}};
  Written written([&](PacketWriter& out) { write_forward_tsn(out, forward); });
  auto parsed = parse_forward_tsn(written.chunk());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->new_cumulative_tsn, 77U);
  EXPECT_EQ(parsed->skipped, forward.skipped);
  EXPECT_FALSE(parse_forward_tsn(raw(ChunkType::forward_tsn, ByteVector(6))));
}

TEST(ShutdownChunk, RoundTrip) {
  Written written([&](PacketWriter& out) { write_shutdown(out, 0xABCDEF01); });
  EXPECT_EQ(parse_shutdown(written.chunk()).value(), 0xABCDEF01U);
  EXPECT_FALSE(parse_shutdown(raw(ChunkType::shutdown, ByteVector(3))));
}

}  // namespace
}  // namespace portico::codec::sctp
