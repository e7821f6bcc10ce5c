#include "codec/rtcp/transport_cc.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "codec/rtcp/packet.h"

namespace portico::codec::rtcp {
namespace {

constexpr std::int32_t kLost = TransportFeedback::kNotReceived;

ByteVector write(const TransportFeedback& feedback) {
  ByteVector out;
  EXPECT_TRUE(write_transport_feedback(feedback, out));
  EXPECT_EQ(out.size() % 4, 0U);
  return out;
}

TransportFeedback read(Bytes data) {
  const auto packets = parse(data);
  EXPECT_TRUE(packets && packets->size() == 1);
  return packets && packets->size() == 1 ? std::get<TransportFeedback>((*packets)[0])
                                         : TransportFeedback{};
}

TransportFeedback with(std::vector<std::int32_t> deltas) {
  return {Ssrc(1), Ssrc(2), 65530, 0xABCDEF, 200, std::move(deltas)};
}

TEST(TransportCc, RunLengthForEqualStatuses) {
  const auto feedback = with(std::vector<std::int32_t>(100, 4));
  const ByteVector data = write(feedback);
  EXPECT_EQ(load16(data.data() + 20), 0x2000 | 100) << "one chunk: small delta, 100 times";
  EXPECT_EQ(read(data), feedback);
}

TEST(TransportCc, OneBitVector) {
  const auto feedback = with({1, kLost, 2, 3, kLost, kLost, 4, 5, kLost, 6, 7, kLost, 8, 9});
  const ByteVector data = write(feedback);
  EXPECT_EQ(load16(data.data() + 20), 0x8000 | 0b10110011011011);
  EXPECT_EQ(read(data), feedback);
}

TEST(TransportCc, TwoBitVectorForLargeAndNegativeDeltas) {
  const auto feedback = with({0, 256, -1, kLost, 255, 32767, -32768});
  const ByteVector data = write(feedback);
  EXPECT_EQ(load16(data.data() + 20), 0xC000 | 0b01101000011010);
  EXPECT_EQ(read(data), feedback);
}

TEST(TransportCc, RandomRoundTrips) {
  SeededRandom random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::int32_t> deltas(1 + random.below(700));
    for (auto& delta : deltas) {
      switch (random.below(8)) {
        case 0:
          delta = kLost;
          break;
        case 1:
          delta = static_cast<std::int32_t>(random.below(65536)) - 32768;
          break;
        default:
          delta = static_cast<std::int32_t>(random.below(256));
      }
    }
    const auto feedback = with(deltas);
    EXPECT_EQ(read(write(feedback)), feedback);
  }
}

TEST(TransportCc, LongRunsNeedSeveralChunks) {
  const auto feedback = with(std::vector<std::int32_t>(TransportFeedback::kMaxStatuses, kLost));
  EXPECT_EQ(read(write(feedback)), feedback);
  ByteVector out;
  EXPECT_FALSE(write_transport_feedback(with({}), out));
  EXPECT_FALSE(write_transport_feedback(
      with(std::vector<std::int32_t>(TransportFeedback::kMaxStatuses + 1, 1)), out));
  EXPECT_TRUE(out.empty());
}

TEST(TransportCc, RefusesMalformedFeedback) {
  const ByteVector data = write(with({1, 2, 300}));
  const Bytes body = Bytes(data).subspan(4);
  for (std::size_t size = 0; size < 22; ++size)
    EXPECT_FALSE(parse_transport_feedback(body.first(size))) << size;
  ByteVector many(body.begin(), body.end());
  store16(many.data() + 10, 0xFFFF);
  EXPECT_EQ(parse_transport_feedback(many).error().code, ErrorCode::limit);
  store16(many.data() + 10, 0);
  EXPECT_EQ(parse_transport_feedback(many).error().code, ErrorCode::invalid);
  ByteVector reserved(body.begin(), body.end());
  store16(reserved.data() + 16, 0x6003);  // run of the reserved symbol
  EXPECT_EQ(parse_transport_feedback(reserved).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace portico::codec::rtcp
