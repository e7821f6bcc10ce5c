#include "codec/websocket/websocket.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace portico::codec::websocket {
namespace {

using Mask = std::array<std::uint8_t, 4>;
constexpr Mask kMask{0x37, 0xfa, 0x21, 0x3d};

struct Outcome {
  std::vector<Message> messages;
  std::optional<Error> error;
  std::uint16_t close_code = 0;
};

// Feeds `wire` in pieces of `step` bytes.
Outcome feed(Bytes wire, std::size_t step, Role role = Role::server,
             std::size_t limit = kMaxMessage) {
  Decoder decoder(role, limit);
  Outcome outcome;
  while (!wire.empty() && !outcome.error) {
    Bytes piece = wire.first(std::min(step, wire.size()));
    wire = wire.subspan(piece.size());
    while (true) {
      auto next = decoder.next(piece);
      if (!next) {
        outcome.error = next.error();
        outcome.close_code = decoder.close_code();
        break;
      }
      if (!*next) break;
      outcome.messages.push_back(std::move(**next));
      if (outcome.messages.back().type == Opcode::close) return outcome;
    }
  }
  return outcome;
}

Outcome feed(const ByteVector& wire) { return feed(wire, wire.size()); }

TEST(WebSocket, Rfc6455Section57Examples) {
  const ByteVector unmasked{0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f};
  const ByteVector masked{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
  ByteVector out;
  append_frame(out, Opcode::text, as_bytes("Hello"));
  EXPECT_EQ(out, unmasked);
  out.clear();
  append_frame(out, Opcode::text, as_bytes("Hello"), kMask);
  EXPECT_EQ(out, masked);

  const Outcome got = feed(masked);
  ASSERT_EQ(got.messages.size(), 1u);
  EXPECT_EQ(as_text(got.messages[0].payload), "Hello");
  EXPECT_EQ(got.messages[0].type, Opcode::text);

  const ByteVector fragments{0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f};
  const Outcome joined = feed(fragments, 1, Role::client);
  ASSERT_EQ(joined.messages.size(), 1u);
  EXPECT_EQ(as_text(joined.messages[0].payload), "Hello");
}

TEST(WebSocket, LengthFormsAndEveryPieceSize) {
  SeededRandom random(7);
  for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 70000u}) {
    ByteVector payload(size);
    random.fill(payload);
    ByteVector wire;
    append_frame(wire, Opcode::binary, payload, kMask);
    append_frame(wire, Opcode::ping, as_bytes("x"), kMask);
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{7}, std::size_t{4096}, wire.size()}) {
      const Outcome got = feed(wire, step);
      ASSERT_EQ(got.messages.size(), 2u) << size << " in pieces of " << step;
      EXPECT_EQ(got.messages[0].payload, payload);
      EXPECT_EQ(got.messages[1].type, Opcode::ping);
    }
  }
}

TEST(WebSocket, ControlFramesBetweenFragments) {
  ByteVector wire;
  append_frame(wire, Opcode::binary, as_bytes("ab"), kMask, false);
  append_frame(wire, Opcode::ping, as_bytes("p"), kMask);
  append_frame(wire, Opcode::continuation, as_bytes("cd"), kMask, false);
  append_frame(wire, Opcode::continuation, {}, kMask, true);
  const Outcome got = feed(wire, 3);
  ASSERT_EQ(got.messages.size(), 2u);
  EXPECT_EQ(got.messages[0].type, Opcode::ping);
  EXPECT_EQ(got.messages[1].type, Opcode::binary);
  EXPECT_EQ(as_text(got.messages[1].payload), "abcd");
}

TEST(WebSocket, ProtocolViolations) {
  const std::pair<ByteVector, std::uint16_t> cases[] = {
      {{0xc1, 0x80, 0, 0, 0, 0}, 1002},          // RSV1: permessage-deflate was not agreed
      {{0x81, 0x01, 0x41}, 1002},                // not masked
      {{0x83, 0x80, 0, 0, 0, 0}, 1002},          // reserved opcode
      {{0x09, 0x80, 0, 0, 0, 0}, 1002},          // fragmented ping
      {{0x89, 0xfe, 0, 126, 0, 0, 0, 0}, 1002},  // long ping
      {{0x80, 0x80, 0, 0, 0, 0}, 1002},          // continuation of nothing
      {{0x82, 0xfe, 0, 5, 0, 0, 0, 0}, 1002},    // length 5 in 16 bits
      {{0x82, 0xff, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}, 1002},     // length 256 in 64 bits
      {{0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1002},  // top bit of the length
      {{0x82, 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0}, 1009},  // 2 GB
      {{0x88, 0x81, 0, 0, 0, 0, 3}, 1002},                          // half a close code
      {{0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed}, 1002},                 // 1005 must not be sent
      {{0x88, 0x83, 0, 0, 0, 0, 0x03, 0xe8, 0xff}, 1007},           // reason is not UTF-8
  };
  for (const auto& [wire, code] : cases) {
    for (const std::size_t step : {std::size_t{1}, wire.size()}) {
      const Outcome got = feed(wire, step);
      ASSERT_TRUE(got.error);
      EXPECT_EQ(got.close_code, code) << got.error->message;
      EXPECT_TRUE(got.messages.empty());
    }
  }
  ByteVector nested;
  append_frame(nested, Opcode::text, as_bytes("a"), kMask, false);
  append_frame(nested, Opcode::text, as_bytes("b"), kMask, true);
  EXPECT_EQ(feed(nested).close_code, 1002);
  const ByteVector from_server{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
  EXPECT_TRUE(feed(from_server, 99, Role::client).error);
}

TEST(WebSocket, MessageLimitCountsAllFragments) {
  ByteVector wire;
  append_frame(wire, Opcode::binary, ByteVector(60), kMask, false);
  append_frame(wire, Opcode::continuation, ByteVector(40), kMask, true);
  EXPECT_EQ(feed(wire, 10, Role::server, 100).messages.size(), 1u);
  const Outcome big = feed(wire, 10, Role::server, 99);
  EXPECT_EQ(big.close_code, 1009);
  EXPECT_EQ(big.error->code, ErrorCode::limit);
}

TEST(WebSocket, TextMustBeUtf8) {
  const auto judge = [](std::string_view text, std::size_t step) {
    ByteVector wire;
    append_frame(wire, Opcode::text, as_bytes(text), kMask);
    return feed(wire, step).close_code;
  };
  for (const std::size_t step : {1u, 1000u}) {
    EXPECT_EQ(judge("\xce\xba\xe1\xbd\xb9\xf0\x90\x8d\x88\xf4\x8f\xbf\xbf", step), 0);
    EXPECT_EQ(judge("\xed\x9f\xbf\xee\x80\x80", step), 0);
    EXPECT_EQ(judge("\xed\xa0\x80", step), 1007);      // surrogate
    EXPECT_EQ(judge("\xc0\x80", step), 1007);          // overlong
    EXPECT_EQ(judge("\xe0\x80\x80", step), 1007);      // overlong
    EXPECT_EQ(judge("\xf0\x80\x80\x80", step), 1007);  // overlong
    EXPECT_EQ(judge("\xf4\x90\x80\x80", step), 1007);  // beyond U+10FFFF
    EXPECT_EQ(judge("\xce", step), 1007);              // cut off
    EXPECT_EQ(judge("\x80", step), 1007);
  }
  // A character may be cut by a fragment border, and binary may hold anything.
  ByteVector wire;
  append_frame(wire, Opcode::text, as_bytes("\xf0\x90"), kMask, false);
  append_frame(wire, Opcode::continuation, as_bytes("\x8d\x88"), kMask, true);
  append_frame(wire, Opcode::binary, as_bytes("\xff\xfe"), kMask);
  EXPECT_EQ(feed(wire).messages.size(), 2u);
}

TEST(WebSocket, Close) {
  ByteVector wire;
  append_close(wire, 4001, "bye", kMask);
  const Outcome got = feed(wire, 1);
  ASSERT_EQ(got.messages.size(), 1u);
  EXPECT_EQ(got.messages[0].close_code, 4001);
  EXPECT_EQ(as_text(got.messages[0].payload), "bye");

  Decoder decoder;
  Bytes input(wire);
  ASSERT_TRUE(decoder.next(input));
  Bytes more(wire);
  EXPECT_EQ(decoder.next(more).error().code, ErrorCode::closed);

  const Outcome empty = feed(ByteVector{0x88, 0x80, 1, 2, 3, 4});
  ASSERT_EQ(empty.messages.size(), 1u);
  EXPECT_EQ(empty.messages[0].close_code, close_code::kNoStatus);
}

TEST(WebSocket, CloseReasonIsCutBetweenCharacters) {
  std::string reason(122, 'a');
  reason += "\xc3\xa4 and more";
  ByteVector wire;
  append_close(wire, 1000, reason);
  const Outcome got = feed(wire, 200, Role::client);
  ASSERT_EQ(got.messages.size(), 1u);
  EXPECT_EQ(as_text(got.messages[0].payload), std::string(122, 'a'));
}

TEST(WebSocket, CloseCodes) {
  for (const int code : {1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999}) {
    EXPECT_TRUE(valid_close_code(static_cast<std::uint16_t>(code))) << code;
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535}) {
    EXPECT_FALSE(valid_close_code(static_cast<std::uint16_t>(code))) << code;
  }
}

}  // namespace
}  // namespace portico::codec::websocket
