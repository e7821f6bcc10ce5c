#include "codec/sctp/reconfig.h"

#include <gtest/gtest.h>

#include "codec/sctp/parameter.h"

namespace portico::codec::sctp {
namespace {

std::vector<ReconfigItem> round_trip(const std::vector<ReconfigItem>& items) {
  PacketWriter out({1, 2, 3}, 1148);
  write_reconfig(out, items);
  ByteVector bytes = out.finish();
  auto packet = parse_packet(bytes, false).value();
  return parse_reconfig(*packet.chunks().next()).value();
}

TEST(Reconfig, RoundTrips) {
  std::vector<ReconfigItem> both{ReconfigResponse{8, ReconfigResult::in_progress},
                                 OutgoingReset{9, 8, 1000, {1, 3, 5}}};
  EXPECT_EQ(round_trip(both), both);
  std::vector<ReconfigItem> all{OutgoingReset{9, 8, 1000, {}}};
  EXPECT_EQ(round_trip(all), all);
  std::vector<ReconfigItem> asked{IncomingReset{4, {7}}};
  EXPECT_EQ(round_trip(asked), asked);
  std::vector<ReconfigItem> other{OtherRequest{parameter_type::kTsnReset, 4},
                                  OtherRequest{parameter_type::kAddOutgoingStreams, 5}};
  EXPECT_EQ(round_trip(other), other);
}

TEST(Reconfig, RefusesNonsense) {
  auto parse = [](const ByteVector& value) { return parse_reconfig({130, 0, value}); };
  EXPECT_FALSE(parse({}));
  EXPECT_FALSE(parse({0, 13, 0, 8, 0, 0, 0, 1})) << "outgoing reset too short";
  EXPECT_FALSE(parse({0, 16, 0, 12, 0, 0, 0, 1, 0, 0, 0, 9})) << "unknown result";
  EXPECT_FALSE(parse({0, 99, 0, 8, 0, 0, 0, 1})) << "unknown parameter";
  EXPECT_FALSE(parse({0, 14, 0, 9, 0, 0, 0, 1, 2})) << "half a stream number";
  ByteVector three;
  for (int i = 0; i < 3; ++i) three.insert(three.end(), {0, 14, 0, 8, 0, 0, 0, 1});
  EXPECT_FALSE(parse(three));
}

}  // namespace
}  // namespace portico::codec::sctp
