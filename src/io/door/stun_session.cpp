#include "io/door/stun_session.h"

#include <array>

#include "codec/stun/binding.h"
#include "codec/stun/stream.h"

namespace portico::io::door {

namespace {

namespace stun = codec::stun;
constexpr std::size_t kMaxMessage = 1280;

// Reads one message into `buffer`; the size of 0 means: end the session.
runtime::Task<std::size_t> read_message(net::Stream& stream, MutableBytes buffer) {
  MutableBytes head = buffer.first(4);
  Result<void> got_head = co_await net::read_exactly(stream, head);
  if (!got_head) co_return 0U;
  Result<stun::StreamFrame> frame = stun::read_stream_frame(head);
  bool good = frame && frame->kind == stun::StreamFrame::Kind::stun && frame->size >= head.size() &&
              frame->size <= buffer.size();
  if (!good) co_return 0U;
  Result<void> got_rest = co_await net::read_exactly(stream, buffer.subspan(4, frame->size - 4));
  if (!got_rest) co_return 0U;
  co_return frame->size;
}

}  // namespace

runtime::Task<std::size_t> serve_stun(net::Stream& stream, const DoorLimits& limits) {
  std::array<std::uint8_t, kMaxMessage> buffer;
  std::size_t answered = 0;
  while (answered < limits.stun_requests) {
    Instant deadline = stream.loop().now() + limits.stun_idle;
    stream.set_read_deadline(deadline);
    stream.set_write_deadline(deadline);
    std::size_t size = co_await read_message(stream, buffer);
    if (size == 0) break;
    std::optional<ByteVector> answer =
        stun::answer_binding(Bytes(buffer).first(size), stream.remote());
    if (!answer) break;
    Result<void> written = co_await stream.write(*answer);
    if (!written) break;
    ++answered;
  }
  co_return answered;
}

}  // namespace portico::io::door
