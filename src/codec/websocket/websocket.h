#pragma once
// RFC 6455 frames without a socket: a Decoder turns received bytes into whole messages,
// append_frame() makes bytes to send. Extensions are not negotiated, so all reserved bits must be
// zero (permessage-deflate is never accepted).
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-------+-+-------------+-------------------------------+
//   |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
//   |I|S|S|S|  (4)  |A|     (7)     |           (16/64)             |
//   |N|V|V|V|       |S|             |   (if payload len==126/127)   |
//   +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
//   |  Masking-key (32, client to server only)  |  Payload Data ... |
//   +-------------------------------------------+-------------------+

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/websocket/utf8.h"

namespace portico::codec::websocket {

// "One SignalRequest / SignalResponse per frame. Limit 2 MiB (read and write)."
inline constexpr std::size_t kMaxMessage = 2 * 1024 * 1024;
inline constexpr std::size_t kMaxControlPayload = 125;  // RFC 6455 section 5.5

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

// Section 7.4.1.
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kUnsupportedData = 1003;
inline constexpr std::uint16_t kNoStatus = 1005;  // "no code in the frame"; never sent
inline constexpr std::uint16_t kAbnormal = 1006;  // "no close frame at all"; never sent
inline constexpr std::uint16_t kInvalidPayload = 1007;
inline constexpr std::uint16_t kPolicyViolation = 1008;
inline constexpr std::uint16_t kTooBig = 1009;
inline constexpr std::uint16_t kInternalError = 1011;
inline constexpr std::uint16_t kTryAgainLater = 1013;
}  // namespace close_code

// May this code stand in a close frame on the wire? 1000-1003, 1007-1014, 3000-4999.
bool valid_close_code(std::uint16_t code);

// A whole message: text and binary joined from their fragments, control frames as they are.
struct Message {
  Opcode type = Opcode::binary;  // text, binary, close, ping or pong
  ByteVector payload;            // of close: the reason (UTF-8), without the code
  std::uint16_t close_code = 0;  // of close: the code, kNoStatus when the frame was empty
};

enum class Role { server, client };

// Receives one direction of one connection. Memory: at most max_message bytes plus 14 of header.
class Decoder {
 public:
  // A server demands masked frames, a client unmasked ones (section 5.1).
  explicit Decoder(Role role = Role::server, std::size_t max_message = kMaxMessage)
      : role_(role), max_message_(max_message) {}

  // Takes bytes from the front of `input`, at most up to the end of the next message, and returns
  // that message; nothing when `input` is used up and more is needed. Control frames between
  // fragments come out as they arrive. After a close message or an error no more input is accepted.
  // Errors: invalid (protocol violation), limit (message too big), closed (called after the end);
  // close_code() says what to send to the peer.
  Result<std::optional<Message>> next(Bytes& input);

  // After an error: the code for our close frame (1002, 1007 or 1009).
  std::uint16_t close_code() const { return close_code_; }

 private:
  struct Header {
    bool fin = false;
    Opcode opcode = Opcode::continuation;
    std::uint64_t length = 0;
    std::array<std::uint8_t, 4> mask{};
  };

  Result<bool> read_header(Bytes& input);
  Result<void> check_header();
  Result<void> read_payload(Bytes& input);
  Result<std::optional<Message>> finish_frame();
  Result<Message> finish_close();
  tl::unexpected<Error> broken(ErrorCode code, std::uint16_t close, std::string_view what);
  bool control() const { return (static_cast<std::uint8_t>(header_.opcode) & 8) != 0; }

  Role role_;
  std::size_t max_message_;
  std::uint16_t close_code_ = 0;
  bool ended_ = false;

  std::array<std::uint8_t, 14> head_{};  // the header as far as it has come
  std::size_t head_size_ = 0;
  bool in_payload_ = false;
  Header header_;
  std::uint64_t done_ = 0;  // payload bytes of this frame that have come

  std::optional<Opcode> message_type_;  // of the data message that is being collected
  ByteVector message_;
  ByteVector control_;
  Utf8Validator utf8_;
};

// Appends one frame. `mask` makes a client frame. The caller keeps control payloads to
// kMaxControlPayload bytes.
void append_frame(ByteVector& out, Opcode opcode, Bytes payload,
                  std::optional<std::array<std::uint8_t, 4>> mask = std::nullopt, bool fin = true);

// A close frame with a code and a reason (cut to 123 bytes at a character boundary).
void append_close(ByteVector& out, std::uint16_t code, std::string_view reason,
                  std::optional<std::array<std::uint8_t, 4>> mask = std::nullopt);

}  // namespace portico::codec::websocket
