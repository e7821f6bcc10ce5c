#include "protocol/sctp/reassembly.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"

namespace portico::protocol::sctp {
namespace {

using codec::sctp::DataChunk;
using codec::sctp::SkippedStream;

DataChunk piece(std::uint16_t ssn, std::string_view text, bool begin, bool end,
                bool unordered = false) {
  DataChunk chunk;
  chunk.stream = 1;
  chunk.ssn = ssn;
  chunk.ppid = 53;
  chunk.begin = begin;
  chunk.end = end;
  chunk.unordered = unordered;
  chunk.payload = as_bytes(text);
  return chunk;
}

std::string drain(Reassembly& reassembly) {
  std::string all;
  while (auto message = reassembly.next()) all += std::string(as_text(message->data)) + ";";
  return all;
}

TEST(Reassembly, FragmentsInEveryOrder) {
  std::vector<int> order{0, 1, 2, 3, 4};
  do {
    Reassembly reassembly(1000);
    for (int i : order) {
      const char* text[] = {"a", "b", "c", "d", "e"};
      reassembly.add(100 + i, piece(0, text[i], i == 0, i == 4));
    }
    EXPECT_EQ(drain(reassembly), "abcde;");
    EXPECT_EQ(reassembly.buffered(), 0U);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Reassembly, OrderedMessagesWaitForEachOtherUnorderedOnesDoNot) {
  Reassembly reassembly(1000);
  reassembly.add(3, piece(2, "third", true, true));
  reassembly.add(2, piece(1, "second", true, true));
  EXPECT_EQ(drain(reassembly), "");
  reassembly.add(4, piece(0, "free", true, true, true));
  EXPECT_EQ(drain(reassembly), "free;");
  reassembly.add(1, piece(0, "first", true, true));
  EXPECT_EQ(drain(reassembly), "first;second;third;");
}

TEST(Reassembly, NeighboursOfDifferentMessagesDoNotMix) {
  Reassembly reassembly(1000);
  reassembly.add(1, piece(0, "a", true, false));
  reassembly.add(2, piece(1, "x", false, true));  // another message's end
  EXPECT_EQ(drain(reassembly), "");
  reassembly.advance(2);
  EXPECT_EQ(reassembly.buffered(), 0U) << "neither can be completed any more";
}

TEST(Reassembly, SkippingReleasesWhatWaited) {
  Reassembly reassembly(1000);
  reassembly.add(1, piece(0, "half", true, false));
  reassembly.add(3, piece(1, "whole", true, true));
  reassembly.add(5, piece(3, "later", true, true));
  const SkippedStream first[] = {{1, 0}};
  reassembly.forward(2, first);
  EXPECT_EQ(drain(reassembly), "whole;");
  const SkippedStream second[] = {{1, 2}};
  reassembly.forward(4, second);
  EXPECT_EQ(drain(reassembly), "later;");
  reassembly.forward(4, first);
  reassembly.add(6, piece(4, "next", true, true));
  EXPECT_EQ(drain(reassembly), "next;") << "old news do not turn the order back";
}

TEST(Reassembly, ResetStartsNumbersAnew) {
  Reassembly reassembly(1000);
  reassembly.add(1, piece(0, "a", true, true));
  reassembly.add(2, piece(1, "b", true, true));
  EXPECT_EQ(drain(reassembly), "a;b;");
  const std::uint16_t streams[] = {1};
  reassembly.reset(streams);
  reassembly.add(3, piece(0, "c", true, true));
  EXPECT_EQ(drain(reassembly), "c;");
}

TEST(Reassembly, OversizeMessagesKeepTheirPlaceButNotTheirBytes) {
  Reassembly reassembly(10);
  reassembly.add(1, piece(0, "123456", true, false));
  reassembly.add(2, piece(0, "123456", false, false));
  EXPECT_EQ(reassembly.buffered(), Reassembly::kOverhead);
  reassembly.add(3, piece(0, "7", false, true));
  reassembly.add(4, piece(1, "ok", true, true));
  auto first = reassembly.next();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->oversize);
  EXPECT_TRUE(first->data.empty());
  EXPECT_EQ(drain(reassembly), "ok;");
  EXPECT_EQ(reassembly.buffered(), 0U);
}

}  // namespace
}  // namespace portico::protocol::sctp
