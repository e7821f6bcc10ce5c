#include "codec/rtcp/packet.h"

#include <gtest/gtest.h>

#include <vector>

#include "codec/rtcp/writer.h"

namespace portico::codec::rtcp {
namespace {

template <class T>
T round_trip(const T& value) {
  Writer writer(4096);
  EXPECT_TRUE(writer.add(value));
  EXPECT_EQ(writer.view().size() % 4, 0U);
  const auto packets = parse(writer.view());
  EXPECT_TRUE(packets && packets->size() == 1 && std::holds_alternative<T>(packets->front()));
  if (!packets || packets->empty() || !std::holds_alternative<T>(packets->front())) return T{};
  return std::get<T>(packets->front());
}

ReportBlock block() { return {Ssrc(7), 64, -3, 0x10002, 450, 0xAABBCCDD, 65536}; }

TEST(Rtcp, RoundTripsEveryPacket) {
  const SenderReport sr{Ssrc(1), NtpTime{0x0123456789ABCDEF}, 90000, 10, 20, {block()}};
  EXPECT_EQ(round_trip(sr), sr);
  const ReceiverReport rr{Ssrc(2), {block(), block()}};
  EXPECT_EQ(round_trip(rr), rr);
  const SourceDescription sdes{{{Ssrc(3), "portico"}, {Ssrc(4), ""}}};
  EXPECT_EQ(round_trip(sdes), sdes);
  const Bye bye{{Ssrc(5), Ssrc(6)}, "gone"};
  EXPECT_EQ(round_trip(bye), bye);
  const Nack nack{Ssrc(1), Ssrc(2), {65530, 65534, 3, 10, 200}};
  EXPECT_EQ(round_trip(nack), nack);
  const PictureLossIndication pli{Ssrc(1), Ssrc(2)};
  EXPECT_EQ(round_trip(pli), pli);
  const FullIntraRequest fir{Ssrc(1), {{Ssrc(2), 5}, {Ssrc(3), 6}}};
  EXPECT_EQ(round_trip(fir), fir);
  const ReceiverReferenceTime rrtr{Ssrc(1), NtpTime{42}};
  EXPECT_EQ(round_trip(rrtr), rrtr);
  const DelaySinceLastReceiverReport dlrr{Ssrc(1), {{Ssrc(2), 3, 4}}};
  EXPECT_EQ(round_trip(dlrr), dlrr);
}

TEST(Rtcp, RembKeepsEighteenBits) {
  const ReceiverEstimatedMaxBitrate small{Ssrc(1), Bitrate{250'000}, {Ssrc(2), Ssrc(3)}};
  EXPECT_EQ(round_trip(small), small);
  const auto large = round_trip(ReceiverEstimatedMaxBitrate{Ssrc(1), Bitrate{2'500'123'456}, {}});
  EXPECT_LE(large.bitrate.bps, 2'500'123'456);
  EXPECT_GT(large.bitrate.bps, 2'500'123'456 - (1 << 14));
}

TEST(Rtcp, RembOfAnotherStackReads) {
  // 1,000,000 bit/s: exponent 2, mantissa 250000
  const std::vector<std::uint8_t> data{0x8F, 206, 0,   5,   0, 0,    0,    1,    0, 0, 0, 0,
                                       'R',  'E', 'M', 'B', 1, 0x0B, 0xD0, 0x90, 0, 0, 0, 9};
  const auto packets = parse(data);
  ASSERT_TRUE(packets && packets->size() == 1);
  EXPECT_EQ(std::get<ReceiverEstimatedMaxBitrate>((*packets)[0]).bitrate.bps, 1'000'000);
}

TEST(Rtcp, NackFoldsIntoMasks) {
  Writer writer;
  const std::vector<std::uint16_t> lost{100, 101, 116, 117};
  ASSERT_TRUE(writer.add_nack(Ssrc(1), Ssrc(2), lost));
  EXPECT_EQ(writer.view().size(), 20U) << "two entries";
  EXPECT_EQ(load16(writer.view().data() + 12), 100);
  EXPECT_EQ(load16(writer.view().data() + 14), 0x8001);
  EXPECT_EQ(load16(writer.view().data() + 16), 117);
}

TEST(Rtcp, CompoundsAndStepsOverTheUnknown) {
  Writer writer;
  ASSERT_TRUE(writer.add_receiver_report(Ssrc(1), std::vector<ReportBlock>{block()}));
  ASSERT_TRUE(writer.add_cname(Ssrc(1), "c"));
  ASSERT_TRUE(writer.add_pli(Ssrc(1), Ssrc(2)));
  ByteVector data(writer.view().begin(), writer.view().end());
  const std::vector<std::uint8_t> application{0x80, 204, 0, 2, 0, 0, 0, 1, 't', 'e', 's', 't'};
  data.insert(data.end(), application.begin(), application.end());
  const auto packets = parse(data);
  ASSERT_TRUE(packets);
  ASSERT_EQ(packets->size(), 3U);
  EXPECT_EQ(std::get<ReceiverReport>((*packets)[0]).blocks[0].cumulative_lost, -3);
}

TEST(Rtcp, RefusesMalformedPackets) {
  Writer writer;
  ASSERT_TRUE(writer.add(SenderReport{Ssrc(1), {}, 0, 0, 0, {block()}}));
  const ByteVector good(writer.view().begin(), writer.view().end());
  for (std::size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(parse(Bytes(good).first(size))) << size;
  }
  ByteVector bad = good;
  bad[0] = 0x41;
  EXPECT_EQ(parse(bad).error().code, ErrorCode::invalid);
  bad = good;
  bad[0] = 0x82;  // promises a second block
  EXPECT_EQ(parse(bad).error().code, ErrorCode::truncated);
  ByteVector flood;
  for (std::size_t i = 0; i <= kMaxPackets; ++i) flood.insert(flood.end(), {0x80, 203, 0, 0});
  EXPECT_EQ(parse(flood).error().code, ErrorCode::limit);
}

TEST(Rtcp, WriterHasALimit) {
  Writer writer(20);
  EXPECT_TRUE(writer.add_pli(Ssrc(1), Ssrc(2)));
  EXPECT_FALSE(writer.add_pli(Ssrc(1), Ssrc(2)));
  EXPECT_EQ(writer.view().size(), 12U);
  EXPECT_EQ(writer.room(), 8U);
  writer.clear();
  EXPECT_TRUE(writer.empty());
}

TEST(Rtcp, RoundTripTime) {
  // RFC 3550 figure 2: A = 0xb710:8000, LSR = 0xb705:2000, DLSR = 0x0005:4000 -> 6.125 s
  EXPECT_EQ(round_trip_micros(0xb7108000, 0xb7052000, 0x00054000), 6'125'000);
  EXPECT_FALSE(round_trip_micros(0xb7108000, 0, 0));
  EXPECT_FALSE(round_trip_micros(100, 200, 0)) << "negative";
}

}  // namespace
}  // namespace portico::codec::rtcp
