#include "io/http/chunked.h"

#include <algorithm>

namespace portico::io::http {
namespace {

constexpr std::size_t kMaxDigits = 16;

int hex(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

tl::unexpected<Error> bad() { return fail(ErrorCode::invalid, "the chunked body is malformed"); }

}  // namespace

Result<bool> ChunkedDecoder::decode(Bytes& input, std::string& body, std::size_t max_body) {
  while (state_ != State::done && !input.empty()) {
    if (state_ == State::data) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
      body += as_text(input.first(size));
      input = input.subspan(size);
      left_ -= size;
      if (left_ == 0) state_ = State::data_end;
      continue;
    }
    const std::uint8_t byte = input.front();
    input = input.subspan(1);
    if (auto taken = take(byte, max_body - std::min(max_body, body.size())); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  return state_ == State::done;
}

Result<void> ChunkedDecoder::count_overhead() {
  if (++overhead_ > kMaxOverhead)
    return fail(ErrorCode::limit, "too many chunk extensions or trailers");
  return {};
}

// One byte of framing. `room`: bytes that the body may still grow by.
Result<void> ChunkedDecoder::take(std::uint8_t byte, std::size_t room) {
  switch (state_) {
    case State::size: {
      const int digit = hex(byte);
      if (digit >= 0) {
        if (++digits_ > kMaxDigits) return bad();
        left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
        return {};
      }
      if (digits_ == 0) return bad();
      if (left_ > room) return fail(ErrorCode::limit, "the body is too large");
      state_ = byte == '\r' ? State::size_end : State::extension;
      if (state_ == State::extension && byte != ';' && byte != ' ' && byte != '\t') return bad();
      return {};
    }
    case State::extension:
      if (byte == '\n') return bad();
      if (byte == '\r') state_ = State::size_end;
      return count_overhead();
    case State::size_end:
      if (byte != '\n') return bad();
      state_ = left_ == 0 ? State::trailer_start : State::data;
      digits_ = 0;
      return {};
    case State::data_end:
      if (byte != '\r') return bad();
      state_ = State::data_line_feed;
      return {};
    case State::data_line_feed:
      if (byte != '\n') return bad();
      state_ = State::size;
      return {};
    case State::trailer_start:
      if (byte == '\n') return bad();
      state_ = byte == '\r' ? State::last : State::trailer;
      return count_overhead();
    case State::trailer:
      if (byte == '\n') return bad();
      if (byte == '\r') state_ = State::trailer_end;
      return count_overhead();
    case State::trailer_end:
      if (byte != '\n') return bad();
      state_ = State::trailer_start;
      return {};
    case State::last:
      if (byte != '\n') return bad();
      state_ = State::done;
      return {};
    case State::data:
    case State::done:
      break;
  }
  return bad();
}

}  // namespace portico::io::http
