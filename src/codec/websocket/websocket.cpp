#include "codec/websocket/websocket.h"

#include <algorithm>

namespace portico::codec::websocket {
namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;

// Bytes of the header that begins with these two (or one) bytes.
std::size_t header_size(std::uint8_t second) {
  const std::uint8_t length = second & 0x7f;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + ((second & kMasked) != 0 ? 4 : 0);
}

bool known(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary:
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      return true;
  }
  return false;
}

// Appends `data` to `out` with the mask removed; `offset` is the position of data in the frame's
// payload.
void append_unmasked(ByteVector& out, Bytes data, const std::array<std::uint8_t, 4>& mask,
                     std::uint64_t offset) {
  const std::size_t start = out.size();
  out.insert(out.end(), data.begin(), data.end());
  std::uint8_t* p = out.data() + start;
  for (std::size_t i = 0; i < data.size(); ++i) {
    p[i] = static_cast<std::uint8_t>(p[i] ^ mask[(offset + i) & 3]);
  }
}

}  // namespace

bool valid_close_code(std::uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

tl::unexpected<Error> Decoder::broken(ErrorCode code, std::uint16_t close, std::string_view what) {
  ended_ = true;
  close_code_ = close;
  return fail(code, what);
}

Result<std::optional<Message>> Decoder::next(Bytes& input) {
  while (true) {
    if (ended_) return fail(ErrorCode::closed, "websocket: input after the end");
    if (!in_payload_) {
      PORTICO_TRY(complete, read_header(input));
      if (!complete) return std::optional<Message>();
    }
    if (auto taken = read_payload(input); !taken) return tl::unexpected(taken.error());
    if (done_ < header_.length) return std::optional<Message>();
    PORTICO_TRY(message, finish_frame());
    if (message) return std::move(message);
  }
}

Result<bool> Decoder::read_header(Bytes& input) {
  while (true) {
    const std::size_t wanted = head_size_ < 2 ? 2 : header_size(head_[1]);
    if (head_size_ == wanted) break;
    const std::size_t size = std::min(wanted - head_size_, input.size());
    if (size == 0) return false;
    std::copy_n(input.begin(), size, head_.begin() + static_cast<std::ptrdiff_t>(head_size_));
    head_size_ += size;
    input = input.subspan(size);
  }
  ByteReader reader(Bytes(head_.data(), head_size_));
  const std::uint8_t first = reader.u8();
  const std::uint8_t second = reader.u8();
  if ((first & kReserved) != 0) {
    return broken(ErrorCode::invalid, close_code::kProtocolError,
                  "websocket: reserved bit set, but no extension was negotiated");
  }
  header_.fin = (first & kFin) != 0;
  header_.opcode = static_cast<Opcode>(first & 0x0f);
  header_.length = second & 0x7f;
  if (header_.length == 126) {
    header_.length = reader.u16();
    if (header_.length < 126) header_.length = ~std::uint64_t{0};
  } else if (header_.length == 127) {
    header_.length = reader.u64();
    if (header_.length < 0x10000 || header_.length >> 63 != 0) header_.length = ~std::uint64_t{0};
  }
  if (header_.length == ~std::uint64_t{0}) {
    return broken(ErrorCode::invalid, close_code::kProtocolError,
                  "websocket: length is not in its shortest form");
  }
  const bool masked = (second & kMasked) != 0;
  header_.mask = {};
  if (masked) std::ranges::copy(reader.bytes(4), header_.mask.begin());
  if (masked != (role_ == Role::server)) {
    return broken(ErrorCode::invalid, close_code::kProtocolError,
                  masked ? "websocket: masked frame from the server"
                         : "websocket: frame from the client is not masked");
  }
  if (auto checked = check_header(); !checked) return tl::unexpected(checked.error());
  head_size_ = 0;
  in_payload_ = true;
  done_ = 0;
  return true;
}

Result<void> Decoder::check_header() {
  if (!known(header_.opcode)) {
    return broken(ErrorCode::invalid, close_code::kProtocolError, "websocket: unknown opcode");
  }
  if (control()) {
    if (!header_.fin || header_.length > kMaxControlPayload) {
      return broken(ErrorCode::invalid, close_code::kProtocolError,
                    "websocket: control frame is fragmented or longer than 125 bytes");
    }
    control_.clear();
    return {};
  }
  if ((header_.opcode == Opcode::continuation) != message_type_.has_value()) {
    return broken(ErrorCode::invalid, close_code::kProtocolError,
                  message_type_ ? "websocket: new message inside a fragmented one"
                                : "websocket: continuation without a beginning");
  }
  if (header_.length > max_message_ - message_.size()) {
    return broken(ErrorCode::limit, close_code::kTooBig, "websocket: message is too big");
  }
  if (!message_type_) {
    message_type_ = header_.opcode;
    utf8_.reset();
  }
  return {};
}

Result<void> Decoder::read_payload(Bytes& input) {
  const std::size_t size =
      static_cast<std::size_t>(std::min<std::uint64_t>(header_.length - done_, input.size()));
  ByteVector& target = control() ? control_ : message_;
  const std::size_t start = target.size();
  append_unmasked(target, input.first(size), header_.mask, done_);
  done_ += size;
  input = input.subspan(size);
  if (!control() && message_type_ == Opcode::text && !utf8_.push(Bytes(target).subspan(start))) {
    return broken(ErrorCode::invalid, close_code::kInvalidPayload,
                  "websocket: text message is not UTF-8");
  }
  return {};
}

Result<std::optional<Message>> Decoder::finish_frame() {
  in_payload_ = false;
  if (header_.opcode == Opcode::close) {
    PORTICO_TRY(message, finish_close());
    return std::optional<Message>(std::move(message));
  }
  if (control()) {
    return std::optional<Message>(Message{header_.opcode, std::exchange(control_, {}), 0});
  }
  if (!header_.fin) return std::optional<Message>();
  const Opcode type = *std::exchange(message_type_, std::nullopt);
  if (type == Opcode::text && !utf8_.complete()) {
    return broken(ErrorCode::invalid, close_code::kInvalidPayload,
                  "websocket: text message ends inside a character");
  }
  return std::optional<Message>(Message{type, std::exchange(message_, {}), 0});
}

Result<Message> Decoder::finish_close() {
  Message message{Opcode::close, {}, close_code::kNoStatus};
  if (control_.size() == 1) {
    return broken(ErrorCode::invalid, close_code::kProtocolError,
                  "websocket: close frame with half a code");
  }
  if (control_.size() >= 2) {
    message.close_code = load16(control_.data());
    message.payload.assign(control_.begin() + 2, control_.end());
    if (!valid_close_code(message.close_code)) {
      return broken(ErrorCode::invalid, close_code::kProtocolError,
                    "websocket: close code that must not be sent");
    }
    if (!valid_utf8(message.payload)) {
      return broken(ErrorCode::invalid, close_code::kInvalidPayload,
                    "websocket: close reason is not UTF-8");
    }
  }
  ended_ = true;
  return message;
}

void append_frame(ByteVector& out, Opcode opcode, Bytes payload,
                  std::optional<std::array<std::uint8_t, 4>> mask, bool fin) {
  std::array<std::uint8_t, 10> head{};
  std::size_t size = 2;
  const auto mask_bit = mask ? kMasked : std::uint8_t{0};
  head[0] = static_cast<std::uint8_t>((fin ? kFin : 0) | static_cast<std::uint8_t>(opcode));
  if (payload.size() < 126) {
    head[1] = static_cast<std::uint8_t>(mask_bit | payload.size());
  } else if (payload.size() < 0x10000) {
    head[1] = static_cast<std::uint8_t>(mask_bit | 126);
    store16(head.data() + 2, static_cast<std::uint16_t>(payload.size()));
    size = 4;
  } else {
    head[1] = static_cast<std::uint8_t>(mask_bit | 127);
    store64(head.data() + 2, payload.size());
    size = 10;
  }
  out.reserve(out.size() + size + 4 + payload.size());
  out.insert(out.end(), head.begin(), head.begin() + static_cast<std::ptrdiff_t>(size));
  if (!mask) {
    out.insert(out.end(), payload.begin(), payload.end());
    return;
  }
  out.insert(out.end(), mask->begin(), mask->end());
  append_unmasked(out, payload, *mask, 0);
}

void append_close(ByteVector& out, std::uint16_t code, std::string_view reason,
                  std::optional<std::array<std::uint8_t, 4>> mask) {
  std::size_t size = std::min(reason.size(), kMaxControlPayload - 2);
  // Never in the middle of a character: back over continuation bytes.
  while (size < reason.size() && size > 0 &&
         (static_cast<std::uint8_t>(reason[size]) & 0xc0) == 0x80) {
    --size;
  }
  ByteVector payload(2);
  store16(payload.data(), code);
  const Bytes text = as_bytes(reason.substr(0, size));
  payload.insert(payload.end(), text.begin(), text.end());
  append_frame(out, Opcode::close, payload, mask);
}

}  // namespace portico::codec::websocket
