#include "io/http/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/http/fake_stream.h"
#include "io/http/message.h"
#include "io/runtime/gate.h"
#include "io/runtime/timer.h"

namespace portico::io::http {
namespace {

namespace ws = codec::websocket;
using testing::ElementsAre;

constexpr std::array<std::uint8_t, 4> kMask{9, 8, 7, 6};

std::string frame(ws::Opcode opcode, std::string_view payload) {
  ByteVector out;
  ws::append_frame(out, opcode, as_bytes(payload), kMask);
  return std::string(as_text(out));
}
std::string close_frame(std::uint16_t code) {
  ByteVector out;
  ws::append_close(out, code, "why", kMask);
  return std::string(as_text(out));
}

// What the server has sent, as "text:hello", "close:1000", ...
std::vector<std::string> decode(const std::string& wire) {
  ws::Decoder decoder(ws::Role::client);
  Bytes input = as_bytes(wire);
  std::vector<std::string> out;
  while (true) {
    auto next = decoder.next(input);
    if (!next || !*next) return out;
    const std::string payload(as_text((*next)->payload));
    switch ((*next)->type) {
      case ws::Opcode::text:
        out.push_back("text:" + payload);
        break;
      case ws::Opcode::binary:
        out.push_back("binary:" + payload);
        break;
      case ws::Opcode::ping:
        out.push_back("ping:" + payload);
        break;
      case ws::Opcode::pong:
        out.push_back("pong:" + payload);
        break;
      default:
        out.push_back("close:" + std::to_string((*next)->close_code));
        break;
    }
  }
}

// The application's side of a test: keeps what it received.
struct App {
  WebSocket* socket = nullptr;
  std::vector<std::string> received;
  std::optional<Error> ended;
  std::uint16_t peer_code = 0;
};

runtime::Task<void> run_app(std::shared_ptr<App> app, std::unique_ptr<WebSocket> socket) {
  app->socket = socket.get();
  while (true) {
    auto message = co_await socket->receive();
    if (!message) {
      app->ended = message.error();
      break;
    }
    const bool text = message->kind == WebSocket::Kind::text;
    app->received.push_back((text ? "text:" : "binary:") + std::string(as_text(message->data)));
  }
  app->peer_code = socket->peer_close_code();
  app->socket = nullptr;
}

class WebSocketTest : public testing::Test {
 protected:
  ~WebSocketTest() override {
    peer_->unstall();
    peer_->hang_up();
    gate_.close();
    turn(loop_);
    EXPECT_TRUE(gate_.is_drained());
    EXPECT_TRUE(peer_->closed);
  }
  void start(WebSocket::Limits limits = {}, std::string_view early = {}) {
    auto handler = [app = app_](std::unique_ptr<WebSocket> socket) {
      return run_app(app, std::move(socket));
    };
    const Bytes bytes = as_bytes(early);
    ASSERT_TRUE(runtime::spawn(
        gate_,
        run_websocket(std::make_unique<FakeStream>(loop_, peer_),
                      ByteVector(bytes.begin(), bytes.end()), handler, limits, ws::Role::server,
                      [this](std::function<void()> closer) { go_away_ = std::move(closer); })));
    turn(loop_);
  }
  void say(std::string_view text) {
    peer_->say(text);
    turn(loop_);
  }
  std::vector<std::string> sent() { return decode(peer_->take()); }

  runtime::Loop loop_;
  std::shared_ptr<FakePeer> peer_ = std::make_shared<FakePeer>(loop_);
  std::shared_ptr<App> app_ = std::make_shared<App>();
  runtime::Gate gate_{loop_};
  std::function<void()> go_away_;
};

TEST_F(WebSocketTest, ReceivesAndSends) {
  start({}, frame(ws::Opcode::text, "early"));
  EXPECT_THAT(app_->received, ElementsAre("text:early"));
  say(frame(ws::Opcode::binary, "abc") + frame(ws::Opcode::text, "def"));
  EXPECT_THAT(app_->received, ElementsAre("text:early", "binary:abc", "text:def"));
  // While a receive is pending.
  ASSERT_TRUE(app_->socket->send("one"));
  ASSERT_TRUE(app_->socket->send(as_bytes("two")));
  turn(loop_);
  EXPECT_THAT(sent(), ElementsAre("text:one", "binary:two"));
}

TEST_F(WebSocketTest, AnswersPings) {
  start();
  say(frame(ws::Opcode::ping, "p1") + frame(ws::Opcode::pong, "x"));
  EXPECT_THAT(sent(), ElementsAre("pong:p1"));
  EXPECT_TRUE(app_->received.empty());
}

TEST_F(WebSocketTest, PeerCloses) {
  start();
  say(close_frame(4005));
  EXPECT_THAT(sent(), ElementsAre("close:4005"));
  ASSERT_TRUE(app_->ended);
  EXPECT_EQ(app_->ended->code, ErrorCode::closed);
  EXPECT_EQ(app_->peer_code, 4005);
  EXPECT_TRUE(peer_->closed);
}

TEST_F(WebSocketTest, WeCloseBehindWhatWasSent) {
  start();
  ASSERT_TRUE(app_->socket->send("leave"));
  app_->socket->close(1000, "done");
  EXPECT_EQ(app_->socket->send("late").error().code, ErrorCode::closed);
  turn(loop_);
  EXPECT_THAT(sent(), ElementsAre("text:leave", "close:1000"));
  EXPECT_FALSE(peer_->closed);
  EXPECT_LE(*peer_->read_deadline - loop_.now(), 5s);
  say(close_frame(1000));
  EXPECT_TRUE(app_->ended);
  EXPECT_EQ(app_->peer_code, 1000);
  EXPECT_TRUE(peer_->closed);
}

TEST_F(WebSocketTest, APeerThatNeverAnswersOurCloseIsCut) {
  start();
  app_->socket->close();
  turn(loop_);
  peer_->pass_read_deadline();
  turn(loop_);
  EXPECT_TRUE(app_->ended);
  EXPECT_TRUE(peer_->closed);
}

TEST_F(WebSocketTest, ProtocolErrorsAreAnsweredWithTheirCode) {
  start();
  say(
      std::string("\x81\x01"
                  "A",
                  3));  // not masked
  EXPECT_THAT(sent(), ElementsAre("close:1002"));
  EXPECT_EQ(app_->ended->code, ErrorCode::invalid);
}

TEST_F(WebSocketTest, BigMessagesAreRefused) {
  WebSocket::Limits limits;
  limits.max_message = 100;
  start(limits);
  say(frame(ws::Opcode::binary, std::string(101, 'x')));
  EXPECT_THAT(sent(), ElementsAre("close:1009"));
  EXPECT_EQ(app_->ended->code, ErrorCode::limit);
}

TEST_F(WebSocketTest, TheEndOfTheConnection) {
  start();
  peer_->hang_up();
  turn(loop_);
  EXPECT_EQ(app_->ended->code, ErrorCode::closed);
  EXPECT_EQ(app_->peer_code, ws::close_code::kAbnormal);
  EXPECT_TRUE(peer_->closed);
}

TEST_F(WebSocketTest, SlowReadersAreCutOff) {
  WebSocket::Limits limits;
  limits.max_queued = 1000;
  start(limits);
  peer_->stall();
  const std::string message(300, 'm');
  EXPECT_TRUE(app_->socket->send(message));
  turn(loop_);  // inside the stalled write
  EXPECT_TRUE(app_->socket->send(message));
  EXPECT_TRUE(app_->socket->send(message));
  EXPECT_EQ(app_->socket->queued(), 3 * 304u);
  EXPECT_EQ(app_->socket->send(message).error().code, ErrorCode::limit);
  turn(loop_);
  EXPECT_TRUE(peer_->closed);
  EXPECT_TRUE(app_->ended);
}

TEST_F(WebSocketTest, AStalledWriteHasADeadline) {
  start();
  peer_->stall();
  ASSERT_TRUE(app_->socket->send("x"));
  turn(loop_);
  EXPECT_LE(*peer_->write_deadline - loop_.now(), 20s);
  peer_->pass_write_deadline();
  turn(loop_);
  EXPECT_TRUE(app_->ended);
}

runtime::Task<void> nap(runtime::Loop& loop, Duration time) {
  co_await runtime::pause_for(loop, time);
}

TEST_F(WebSocketTest, PingsAndNoticesSilence) {
  WebSocket::Limits limits;
  limits.ping_interval = 10ms;
  limits.dead_after = 30ms;
  start(limits);
  for (int i = 0; i < 200 && !app_->ended; ++i) runtime::run_until_complete(loop_, nap(loop_, 5ms));
  ASSERT_TRUE(app_->ended);
  EXPECT_EQ(app_->ended->code, ErrorCode::timeout);
  const auto all = sent();
  EXPECT_THAT(all, ElementsAre("ping:", "ping:", "ping:"));
  turn(loop_);
  EXPECT_TRUE(peer_->closed);
}

TEST_F(WebSocketTest, PongsKeepItAlive) {
  WebSocket::Limits limits;
  limits.ping_interval = 10ms;
  limits.dead_after = 60ms;
  start(limits);
  for (int i = 0; i < 20; ++i) {
    peer_->say(frame(ws::Opcode::pong, ""));
    runtime::run_until_complete(loop_, nap(loop_, 8ms));
  }
  EXPECT_FALSE(app_->ended);
}

TEST_F(WebSocketTest, TheServerGoesAway) {
  start();
  go_away_();
  turn(loop_);
  EXPECT_THAT(sent(), ElementsAre("close:1001"));
  EXPECT_FALSE(peer_->closed);
  go_away_();
  turn(loop_);
  EXPECT_TRUE(peer_->closed);
}

TEST_F(WebSocketTest, AbortIsImmediate) {
  start();
  app_->socket->abort();
  turn(loop_);
  EXPECT_TRUE(app_->ended);
  EXPECT_TRUE(sent().empty());
}

TEST(Handshake, Rfc6455Section13) {
  Request request;
  request.method = "GET";
  request.headers.add("Connection", "keep-alive, Upgrade");
  request.headers.add("Upgrade", "websocket");
  request.headers.add("Sec-WebSocket-Version", "13");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  const auto nothing = [](std::unique_ptr<WebSocket>) { return runtime::Task<void>(); };
  const Response good = accept_websocket(request, nothing);
  EXPECT_EQ(good.status, 101u);
  EXPECT_EQ(good.headers.get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_TRUE(good.upgrade);

  Request old = request;
  old.headers.set("Sec-WebSocket-Version", "8");
  const Response version = accept_websocket(old, nothing);
  EXPECT_EQ(version.status, 426u);
  EXPECT_EQ(version.headers.get("Sec-WebSocket-Version"), "13");
  Request short_key = request;
  short_key.headers.set("Sec-WebSocket-Key", "dGhl");
  EXPECT_EQ(accept_websocket(short_key, nothing).status, 400u);
  Request plain = request;
  plain.headers.remove("Upgrade");
  EXPECT_EQ(accept_websocket(plain, nothing).status, 426u);
  EXPECT_FALSE(accept_websocket(plain, nothing).upgrade);
}

}  // namespace
}  // namespace portico::io::http
