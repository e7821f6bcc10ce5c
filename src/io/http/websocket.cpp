#include "io/http/websocket.h"

#include <algorithm>
#include <array>
#include <optional>

#include "io/runtime/event.h"
#include "io/runtime/gate.h"
#include "io/runtime/system.h"
#include "io/runtime/timer.h"

namespace portico::io::http {

namespace ws = codec::websocket;

namespace {
constexpr std::size_t kChunk = 64 * 1024;             // one write, one stall deadline
constexpr std::size_t kMaxDropped = 4 * 1024 * 1024;  // of a peer that has been refused
constexpr std::size_t kReadBuffer = 4096;             // an idle socket holds this much
}  // namespace

// All state of one socket. The connection's coroutine, the writer's and the WebSocket share it.
class WebSocket::Channel {
 public:
  Channel(std::unique_ptr<net::Stream> s, ByteVector r, WebSocket::Limits l, ws::Role role)
      : stream(std::move(s)),
        loop(stream->loop()),
        limits(l),
        is_client(role == ws::Role::client),
        decoder(role, l.max_message),
        received(std::move(r)),
        unread(received),
        wake(loop),
        released(loop),
        written(loop),
        ping(loop, [this] { on_tick(); }) {
    ping.arm_after(limits.ping_interval);
  }

  Result<void> queue(ws::Opcode opcode, Bytes payload) {
    if (broken || closing) return fail(ErrorCode::closed, "the WebSocket is closed");
    if (pending.size() + in_flight + payload.size() > limits.max_queued) {
      break_off();
      return fail(ErrorCode::limit, "the peer reads too slowly");
    }
    ws::append_frame(pending, opcode, payload, mask());
    wake.set();
    return {};
  }

  void queue_close(std::uint16_t code, std::string_view reason) {
    if (broken || closing) return;
    ws::append_close(pending, code, reason, mask());
    closing = true;
    close_deadline = loop.now() + limits.close_wait;
    // A read that is pending now, or a later one, must not wait longer for the peer's answer.
    stream->set_read_deadline(close_deadline);
    wake.set();
  }

  // No more bytes in either direction; pending calls on the stream fail.
  void break_off() {
    if (broken) return;
    broken = true;
    pending.clear();
    stream->close();
    wake.set();
  }

  std::optional<std::array<std::uint8_t, 4>> mask() {
    if (!is_client) return std::nullopt;
    std::array<std::uint8_t, 4> bytes{};
    runtime::SystemRandom().fill(bytes);
    return bytes;
  }

  void on_tick() {
    if (broken || closing) return;
    // Counted in ticks with a ping each, not in time: a loop or machine that stood still blames
    // nobody. Silence counts only while somebody listens.
    silent_ticks = heard || !reading ? 0 : silent_ticks + 1;
    heard = false;
    if (silent_ticks * limits.ping_interval >= limits.dead_after) {
      dead = true;
      break_off();
      return;
    }
    if (pending.empty()) (void)queue(ws::Opcode::ping, {});
    ping.arm_after(limits.ping_interval);
  }

  runtime::Task<Result<void>> fill();
  runtime::Task<Result<ws::Message>> next();

  std::unique_ptr<net::Stream> stream;
  runtime::Loop& loop;
  WebSocket::Limits limits;
  bool is_client;

  ws::Decoder decoder;
  ByteVector received;
  Bytes unread;  // the part of `received` that the decoder has not taken

  ByteVector pending;         // frames not yet given to the stream
  std::size_t in_flight = 0;  // bytes inside a write
  bool closing = false;       // our close frame is queued or sent
  bool broken = false;        // the stream is closed
  bool dead = false;          // ... because the peer fell silent
  bool peer_closed = false;   // its close frame has come, or its end
  bool refused = false;       // it broke the protocol, and may still be sending
  std::uint16_t peer_code = ws::close_code::kAbnormal;
  std::string peer_reason;
  Instant close_deadline{};
  bool reading = false;  // a read is pending
  bool heard = true;     // something has come since the last tick
  std::int64_t silent_ticks = 0;

  runtime::Event wake;      // the writer has something to do
  runtime::Event released;  // the WebSocket object is gone
  runtime::Event written;   // the writer has ended
  runtime::Timer ping;
};

// Reads more bytes into `received`.
runtime::Task<Result<void>> WebSocket::Channel::fill() {
  if (broken) co_return fail(ErrorCode::closed, "the WebSocket is closed");
  received.resize(kReadBuffer);
  unread = {};
  reading = true;
  auto size = co_await stream->read(received);
  reading = false;
  heard = true;
  if (!size || *size == 0) {
    peer_closed = true;
    break_off();
    if (dead) co_return fail(ErrorCode::timeout, "the peer has fallen silent");
    co_return fail(ErrorCode::closed, "the connection has ended");
  }
  unread = Bytes(received).first(*size);
  co_return Result<void>();
}

// The next message of any type.
runtime::Task<Result<ws::Message>> WebSocket::Channel::next() {
  while (true) {
    auto message = decoder.next(unread);
    if (!message) {
      if (message.error().code != ErrorCode::closed) {
        queue_close(decoder.close_code(), {});
        refused = true;
      }
      peer_closed = true;
      co_return tl::unexpected(message.error());
    }
    if (*message) co_return std::move(**message);
    auto more = co_await fill();
    if (!more) co_return tl::unexpected(more.error());
  }
}

WebSocket::WebSocket(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}

WebSocket::~WebSocket() {
  channel_->queue_close(ws::close_code::kNormal, {});
  channel_->released.set();
}

runtime::Task<Result<WebSocket::Message>> WebSocket::receive() {
  std::shared_ptr<Channel> channel = channel_;
  while (true) {
    if (channel->peer_closed) co_return fail(ErrorCode::closed, "the WebSocket is closed");
    auto message = co_await channel->next();
    if (!message) co_return tl::unexpected(message.error());
    switch (message->type) {
      case ws::Opcode::text:
        co_return Message{Kind::text, std::move(message->payload)};
      case ws::Opcode::binary:
        co_return Message{Kind::binary, std::move(message->payload)};
      case ws::Opcode::ping:
        (void)channel->queue(ws::Opcode::pong, message->payload);
        break;
      case ws::Opcode::close:
        channel->peer_closed = true;
        channel->peer_code = message->close_code;
        channel->peer_reason = std::string(as_text(message->payload));
        // Section 5.5.1: answer with the same code.
        channel->queue_close(message->close_code == ws::close_code::kNoStatus
                                 ? ws::close_code::kNormal
                                 : message->close_code,
                             {});
        co_return fail(ErrorCode::closed, "the peer has closed the WebSocket");
      default:
        break;
    }
  }
}

Result<void> WebSocket::send(Bytes data, Kind kind) {
  return channel_->queue(kind == Kind::text ? ws::Opcode::text : ws::Opcode::binary, data);
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
  channel_->queue_close(code, reason);
}

void WebSocket::abort() { channel_->break_off(); }
bool WebSocket::open() const { return !channel_->broken && !channel_->closing; }
std::size_t WebSocket::queued() const { return channel_->pending.size() + channel_->in_flight; }
std::uint16_t WebSocket::peer_close_code() const { return channel_->peer_code; }
std::string_view WebSocket::peer_close_reason() const { return channel_->peer_reason; }

namespace {

using Channel = WebSocket::Channel;

// Empties the queue until the close frame is out or the stream is broken.
runtime::Task<void> write_frames(std::shared_ptr<Channel> channel) {
  while (!channel->broken) {
    if (channel->pending.empty()) {
      if (channel->closing) break;
      channel->wake.reset();
      co_await channel->wake.wait();
      continue;
    }
    const ByteVector batch = std::exchange(channel->pending, {});
    channel->in_flight = batch.size();
    Bytes rest(batch);
    while (!rest.empty() && !channel->broken) {
      const Bytes chunk = rest.first(std::min(rest.size(), kChunk));
      channel->stream->set_write_deadline(channel->loop.now() + channel->limits.stall);
      auto sent = co_await channel->stream->write(chunk);
      if (!sent) {
        channel->break_off();
        break;
      }
      rest = rest.subspan(chunk.size());
      channel->in_flight = rest.size();
    }
    channel->in_flight = 0;
  }
  channel->written.set();
}

// Waits for the peer's close frame so that TCP does not throw our last bytes away.
runtime::Task<void> linger(std::shared_ptr<Channel> channel) {
  co_await channel->written.wait();
  if (channel->broken) co_return;
  if (channel->peer_closed) {
    auto finished = co_await channel->stream->finish();
    if (!finished) co_return;
  }
  channel->stream->set_read_deadline(channel->close_deadline);
  // Unread bytes would turn our close frame into a reset (RFC 6455 7.1.1); what they say no longer
  // matters.
  for (std::size_t dropped = 0; channel->refused && !channel->broken && dropped < kMaxDropped;) {
    auto more = co_await channel->fill();
    if (!more) break;
    dropped += channel->unread.size();
  }
  while (!channel->peer_closed && !channel->broken) {
    auto message = co_await channel->next();
    if (!message || message->type == ws::Opcode::close) break;
  }
}

}  // namespace

runtime::Task<void> run_websocket(
    std::unique_ptr<net::Stream> stream, ByteVector received,
    std::function<runtime::Task<void>(std::unique_ptr<WebSocket>)> handler,
    WebSocket::Limits limits, ws::Role role, std::function<void(std::function<void()>)> on_start) {
  runtime::Loop& loop = stream->loop();
  auto channel = std::make_shared<Channel>(std::move(stream), std::move(received), limits, role);
  channel->stream->set_read_deadline(std::nullopt);
  runtime::Gate writers(loop);
  const bool started = runtime::spawn(writers, write_frames(channel));
  PORTICO_CHECK(started);
  if (on_start) {
    const std::weak_ptr<Channel> weak = channel;
    // Not by `closing`: a socket that is just being closed has things to say that must still leave.
    on_start([weak, asked = false]() mutable {
      auto strong = weak.lock();
      if (!strong) return;
      if (std::exchange(asked, true)) {
        strong->break_off();
      } else {
        strong->queue_close(ws::close_code::kGoingAway, "the server is going away");
      }
    });
  }
  {
    // The task owns the handler's frame, and with it the WebSocket if that was its parameter: it
    // must go before the wait.
    runtime::Task<void> handling = handler(std::make_unique<WebSocket>(channel));
    co_await std::move(handling);
  }
  co_await channel->released.wait();
  co_await linger(channel);
  channel->break_off();
  writers.close();
  co_await writers.drained();
}

}  // namespace portico::io::http
