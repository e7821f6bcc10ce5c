#include "codec/stun/binding.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "codec/stun/message.h"
#include "codec/stun/stream.h"
#include "codec/stun/writer.h"

namespace portico::codec::stun {
namespace {

constexpr TransactionId kId = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2};
const SocketAddress kV4 = *SocketAddress::parse("198.51.100.20:40000");
const SocketAddress kV6 = *SocketAddress::parse("[2001:db8::20]:40000");

TEST(AnswerBinding, SmallestRequest) {
  Writer request(Class::request, Method::binding, kId);
  ASSERT_EQ(request.size(), 20U);
  auto four = answer_binding(request.view(), kV4);
  ASSERT_TRUE(four);
  EXPECT_EQ(four->size(), 32U);
  auto message = parse(*four);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->is(Class::success, Method::binding));
  EXPECT_EQ(message->transaction_id(), kId);
  EXPECT_EQ(message->xor_mapped_address(), kV4);
  EXPECT_FALSE(message->has(Attribute::fingerprint));

  auto six = answer_binding(request.view(), kV6);
  ASSERT_TRUE(six);
  EXPECT_EQ(six->size(), 44U);
  EXPECT_EQ(parse(*six)->xor_mapped_address(), kV6);
}

TEST(AnswerBinding, FingerprintForFingerprint) {
  Writer request(Class::request, Method::binding, kId);
  request.fingerprint();
  auto answer = answer_binding(request.view(), kV4);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(parse(*answer)->verify_fingerprint());

  ByteVector broken(request.view().begin(), request.view().end());
  broken.back() ^= 1;
  EXPECT_FALSE(answer_binding(broken, kV4));
}

TEST(AnswerBinding, MappedV4SourceIsShownAsV4) {
  Writer request(Class::request, Method::binding, kId);
  auto mapped = *SocketAddress::parse("[::ffff:198.51.100.20]:40000");
  auto answer = answer_binding(request.view(), mapped);
  ASSERT_TRUE(answer);
  EXPECT_EQ(parse(*answer)->xor_mapped_address(), kV4);
}

TEST(AnswerBinding, SilentOnEverythingElse) {
  EXPECT_FALSE(answer_binding(Bytes(), kV4));
  EXPECT_FALSE(answer_binding(as_bytes("GET / HTTP/1.1\r\n\r\n"), kV4));
  EXPECT_FALSE(answer_binding(Writer(Class::indication, Method::binding, kId).view(), kV4));
  EXPECT_FALSE(answer_binding(Writer(Class::success, Method::binding, kId).view(), kV4));
  EXPECT_FALSE(answer_binding(Writer(Class::request, Method::allocate, kId).view(), kV4));
  EXPECT_FALSE(answer_binding(
      Writer(Class::request, Method::binding, kId).text(Attribute::username, "a:b").view(), kV4));
}

TEST(AnswerBinding, UnknownRequiredAttribute) {
  Writer request(Class::request, Method::binding, kId);
  request.u32(Attribute::change_request, 6);
  auto answer = answer_binding(request.view(), kV4);
  ASSERT_TRUE(answer);
  auto message = parse(*answer);
  EXPECT_TRUE(message->is(Class::error, Method::binding));
  EXPECT_EQ(message->error_code()->code, 420);
  EXPECT_EQ(load16(message->attribute(Attribute::unknown_attributes)->data()), 3);
}

TEST(AnswerBinding, NeverAmplifiesBeyondTheBound) {
  SeededRandom random(7);
  for (int round = 0; round < 20'000; ++round) {
    Writer request(Class::request, Method::binding, kId);
    std::uint32_t count = random.below(30);
    for (std::uint32_t i = 0; i < count; ++i) {
      ByteVector value(random.below(3) * 4);
      request.attribute(static_cast<Attribute>(random.u32()), value);
    }
    if (random.below(2) == 0) request.fingerprint();
    if (auto answer = answer_binding(request.view(), kV4)) {
      ASSERT_LE(answer->size() * 10, request.size() * 16);
    }
    if (auto answer = answer_binding(request.view(), kV6)) {
      ASSERT_LE(answer->size() * 10, request.size() * 22);
    }
  }
}

TEST(StreamFrame, Stun) {
  Writer request(Class::request, Method::binding, kId);
  request.text(Attribute::software, "abc");
  for (std::size_t size : {0U, 1U, 3U}) {
    auto frame = read_stream_frame(request.view().first(size));
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, ErrorCode::truncated);
  }
  for (std::size_t size : {4U, 8U, 28U}) {
    auto frame = read_stream_frame(request.view().first(size));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->kind, StreamFrame::Kind::stun);
    EXPECT_EQ(frame->size, 28U);
    EXPECT_EQ(frame->stride, 28U);
  }
}

TEST(StreamFrame, ChannelDataIsPadded) {
  std::array<std::uint8_t, 4> head = {0x40, 0x01, 0x00, 0x05};
  auto frame = read_stream_frame(head);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->kind, StreamFrame::Kind::channel_data);
  EXPECT_EQ(frame->size, 9U);
  EXPECT_EQ(frame->stride, 12U);
}

TEST(StreamFrame, RefusesOtherProtocols) {
  EXPECT_EQ(read_stream_frame(as_bytes("POST / HTTP/1.1")).error().code, ErrorCode::invalid);
  EXPECT_EQ(read_stream_frame(as_bytes("\x16\x03\x01\x02\x00\x01")).error().code,
            ErrorCode::invalid);
  std::array<std::uint8_t, 8> no_cookie = {0, 1, 0, 0, 0, 0, 0, 0};
  EXPECT_FALSE(read_stream_frame(no_cookie));
}

}  // namespace
}  // namespace portico::codec::stun
