#include "protocol/sctp/stream_reset.h"

#include <gtest/gtest.h>

namespace portico::protocol::sctp {
namespace {

using namespace codec::sctp;
using Items = std::vector<ReconfigItem>;

constexpr std::uint32_t kOurs = 100;
constexpr std::uint32_t kTheirs = 500;

ReconfigResult result_of(StreamReset& reset) {
  Items items = reset.take_items(Instant{}, 1s);
  return items.empty() ? ReconfigResult::nothing_to_do
                       : std::get<ReconfigResponse>(items[0]).result;
}

TEST(StreamReset, RequestsWaitForReadinessAndOneAnother) {
  StreamReset reset(kOurs, kTheirs);
  reset.want(1);
  reset.want(2);
  reset.prepare(7, [](std::uint16_t stream) { return stream == 2; });
  Items items = reset.take_items(Instant{}, 1s);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0], ReconfigItem(OutgoingReset{kOurs, kTheirs - 1, 7, {2}}));
  reset.prepare(8, [](std::uint16_t) { return true; });
  EXPECT_FALSE(reset.has_items()) << "one at a time";
  EXPECT_TRUE(reset.timeout(Instant(1s)));
  EXPECT_EQ(std::get<OutgoingReset>(reset.take_items(Instant(1s), 1s)[0]).request, kOurs)
      << "the same again";
  auto outcome = reset.receive({ReconfigResponse{kOurs, ReconfigResult::in_progress}}, 0);
  EXPECT_TRUE(outcome.outgoing_done.empty());
  EXPECT_FALSE(reset.timeout(Instant(2s))) << "answered: no error";
  EXPECT_TRUE(reset.has_items());
  outcome = reset.receive({ReconfigResponse{kOurs, ReconfigResult::performed}}, 0);
  EXPECT_EQ(outcome.outgoing_done, std::vector<std::uint16_t>{2});
  EXPECT_FALSE(reset.idle());
  reset.prepare(8, [](std::uint16_t) { return true; });
  EXPECT_EQ(std::get<OutgoingReset>(reset.take_items(Instant(2s), 1s)[0]).request, kOurs + 1);
}

TEST(StreamReset, TheirsIsPerformedOnceEverythingArrived) {
  StreamReset reset(kOurs, kTheirs);
  Items request{OutgoingReset{kTheirs, kOurs - 1, 20, {5}}};
  EXPECT_TRUE(reset.receive(request, 19).incoming_reset.empty());
  EXPECT_EQ(result_of(reset), ReconfigResult::in_progress);
  EXPECT_EQ(reset.receive(request, 20).incoming_reset, std::vector<std::uint16_t>{5});
  EXPECT_EQ(result_of(reset), ReconfigResult::performed);
  EXPECT_TRUE(reset.receive(request, 20).incoming_reset.empty()) << "a repetition";
  EXPECT_EQ(result_of(reset), ReconfigResult::performed);
}

TEST(StreamReset, OtherRequestsAreRefused) {
  StreamReset reset(kOurs, kTheirs);
  reset.receive({OtherRequest{15, kTheirs}}, 0);
  EXPECT_EQ(result_of(reset), ReconfigResult::denied);
  reset.receive({OutgoingReset{kTheirs + 9, 0, 0, {}}}, 0);
  EXPECT_EQ(result_of(reset), ReconfigResult::bad_sequence_number);
  EXPECT_TRUE(reset.receive({OutgoingReset{kTheirs + 1, 0, 0, {}}}, 0).incoming_reset_all);
  EXPECT_EQ(reset.receive({IncomingReset{kTheirs + 2, {4}}}, 0).asked_for,
            std::vector<std::uint16_t>{4});
}

}  // namespace
}  // namespace portico::protocol::sctp
