#include "io/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/http/fake_stream.h"
#include "io/runtime/gate.h"

namespace portico::io::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct MemoryLogger final : Logger {
  std::string text;
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view message, std::span<const LogField> fields) override {
    text += message;
    for (const LogField& field : fields) text += " " + std::string(field.key) + "=" + field.value;
    text += "\n";
  }
};

runtime::Task<Response> wait_for(std::shared_ptr<runtime::Event> event) {
  co_await event->wait();
  co_return Response::text(200, "late");
}

class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override {
    if (server_) runtime::run_until_complete(loop_, server_->close());
    server_.reset();
    turn(loop_);
  }

  void start(ServerConfig config = {}) {
    late_ = std::make_shared<runtime::Event>(loop_);
    Router router;
    router.add("GET", "/hello", immediate([](const Request& request) {
                 return Response::text(200, "hello " + request.parameter("name").value_or("you"));
               }));
    router.add("POST", "/echo",
               immediate([](const Request& request) { return Response::text(200, request.body); }),
               RouteOptions{.cors = true, .max_body = 100});
    router.add("GET", "/late", [event = late_](Request) { return wait_for(event); });
    router.add("GET", "/big", immediate([](const Request&) {
                 return Response::text(200, std::string(200'000, 'x'));
               }));
    router.add("GET", "/forge", immediate([](const Request&) {
                 Response response = Response::text(200, "x");
                 response.headers.add("X-A", "1\r\nX-Evil: 1");
                 return response;
               }));
    server_ =
        std::make_unique<Server>(loop_, std::move(router), config, logger_, metrics_, random_);
  }
  std::shared_ptr<FakePeer> connect(bool secure = true) {
    if (!server_) start();
    auto peer = std::make_shared<FakePeer>(loop_);
    server_->serve(std::make_unique<FakeStream>(loop_, peer, secure));
    turn(loop_);
    return peer;
  }
  std::string ask(FakePeer& peer, std::string_view text) {
    peer.say(text);
    turn(loop_);
    return peer.take();
  }

  runtime::Loop loop_;
  MemoryLogger logger_;
  MetricsRegistry metrics_;
  SeededRandom random_{1};
  std::shared_ptr<runtime::Event> late_;
  std::unique_ptr<Server> server_;
};

std::string body_of_answer(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

constexpr const char* kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(ServerTest, AnswersAndKeepsAlive) {
  auto peer = connect();
  const std::string first = ask(*peer, "GET /hello?name=J%C3%BCrgen+K HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(first, HasSubstr("Content-Length: 15\r\n"));
  EXPECT_THAT(first, HasSubstr("Date: "));
  EXPECT_EQ(body_of_answer(first), "hello Jürgen K");
  EXPECT_EQ(body_of_answer(ask(*peer, kGet)), "hello you");
  EXPECT_FALSE(peer->closed);
  EXPECT_EQ(server_->connections(), 1u);
  peer->hang_up();
  turn(loop_);
  EXPECT_TRUE(peer->closed);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ServerTest, SecurityHeaders) {
  auto peer = connect();
  const std::string answer = ask(*peer, kGet);
  EXPECT_THAT(answer, HasSubstr("script-src 'self';"));
  EXPECT_THAT(answer, HasSubstr("frame-ancestors 'self'"));
  EXPECT_THAT(answer, HasSubstr("connect-src 'self' wss://a;"));
  EXPECT_THAT(ask(*peer, "GET /hello HTTP/1.1\r\nHost: a;script-src *\r\n\r\n"),
              HasSubstr("connect-src 'self';"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("Referrer-Policy: no-referrer\r\n"));
  EXPECT_THAT(answer, HasSubstr("camera=(self), microphone=(self), display-capture=(self)"));
  EXPECT_THAT(answer, Not(HasSubstr("Strict-Transport-Security")));
}

TEST_F(ServerTest, HstsOnlyBySwitchAndInsideTls) {
  ServerConfig config;
  config.security.hsts = true;
  start(config);
  EXPECT_THAT(ask(*connect(true), kGet), HasSubstr("Strict-Transport-Security: max-age="));
  EXPECT_THAT(ask(*connect(false), kGet), Not(HasSubstr("Strict-Transport-Security")));
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  auto peer = connect();
  const std::string early = ask(*peer, std::string("GET /late HTTP/1.1\r\nHost: a\r\n\r\n") + kGet +
                                           "GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(early, "");
  late_->set();
  turn(loop_);
  const std::string all = peer->take();
  const std::size_t late = all.find("late");
  const std::size_t hello = all.find("hello you");
  const std::size_t none = all.find("HTTP/1.1 404");
  EXPECT_LT(late, hello);
  EXPECT_LT(hello, none);
  EXPECT_NE(none, std::string::npos);
}

TEST_F(ServerTest, OneByteAtATime) {
  auto peer = connect();
  const std::string_view request =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n";
  for (const char c : request) {
    peer->say(std::string(1, c));
    turn(loop_, 3);
  }
  turn(loop_);
  EXPECT_EQ(body_of_answer(peer->take()), "abcde");
}

TEST_F(ServerTest, HeadHasNoBody) {
  auto peer = connect();
  const std::string answer = ask(*peer, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_EQ(body_of_answer(answer), "");
  EXPECT_EQ(body_of_answer(ask(*peer, kGet)), "hello you");
}

TEST_F(ServerTest, MethodsAndPaths) {
  auto peer = connect();
  EXPECT_THAT(ask(*peer, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 404"));
  const std::string wrong = ask(*peer, "DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(wrong, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(wrong, HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_THAT(wrong, HasSubstr(R"({"code":"invalid_argument","msg":")"));
  EXPECT_THAT(ask(*peer, "GET //hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("hello you"));
  EXPECT_THAT(ask(*peer, "GET http://a/hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("hello you"));
}

TEST_F(ServerTest, Cors) {
  auto peer = connect();
  const std::string preflight =
      ask(*peer, "OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\n\r\n");
  EXPECT_THAT(preflight, StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(preflight, HasSubstr("Access-Control-Max-Age: 86400"));
  EXPECT_THAT(preflight, HasSubstr("OPTIONS, HEAD, GET, POST, PATCH, DELETE"));
  EXPECT_THAT(ask(*peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"),
              HasSubstr("Access-Control-Allow-Origin: *"));
  EXPECT_THAT(ask(*peer, kGet), Not(HasSubstr("Access-Control")));
}

TEST_F(ServerTest, BodyLimit) {
  auto peer = connect();
  const std::string by_length =
      ask(*peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
  EXPECT_THAT(by_length, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(by_length, HasSubstr("Connection: close"));
  peer = connect();
  const std::string chunked =
      ask(*peer, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
                     std::string(101, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked, StartsWith("HTTP/1.1 413"));
  EXPECT_TRUE(peer->finished);
}

TEST_F(ServerTest, ExpectContinue) {
  auto peer = connect();
  const char* head =
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_EQ(ask(*peer, head), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(body_of_answer(ask(*peer, "ab")), "ab");
  EXPECT_THAT(ask(*peer,
                  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n"
                  "Expect: 100-continue\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(ask(*connect(), "GET /hello HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n"),
              StartsWith("HTTP/1.1 417"));
}

TEST_F(ServerTest, BigRequestLines) {
  auto peer = connect();
  const std::string name(256 * 1024, 'j');
  const std::string answer = ask(*peer, "GET /hello?x=" + name + " HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  const std::string beyond(330 * 1024, 'j');
  EXPECT_THAT(ask(*peer, "GET /hello?x=" + beyond + " HTTP/1.1\r\nHost: a\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
}

TEST_F(ServerTest, RefusesWhatIsNotClearHttp) {
  const std::pair<std::string, const char*> cases[] = {
      {"\x16\x03\x01 garbage\r\n\r\n", "HTTP/1.1 400"},
      {"GET /hello HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},                        // no Host
      {"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400"},  // two of them
      {"GET hello HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400"},
      {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400"},
      {"GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "HTTP/1.1 505"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
       "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       "HTTP/1.1 501"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\n",
       "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n",
       "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
       "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000001\r\n",
       "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
       "HTTP/1.1 413"},
      {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
           std::string(20'000, 'e'),
       "HTTP/1.1 413"},
  };
  for (const auto& [request, expected] : cases) {
    auto peer = connect();
    EXPECT_THAT(ask(*peer, request), StartsWith(expected)) << request;
    EXPECT_TRUE(peer->finished);
    peer->hang_up();
    turn(loop_);
    EXPECT_TRUE(peer->closed);
  }
  std::string fields = "GET /hello HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 200; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_THAT(ask(*connect(), fields + "\r\n"), StartsWith("HTTP/1.1 431"));
}

TEST_F(ServerTest, SlowClientsAreBounded) {
  auto peer = connect();
  const auto idle = *peer->read_deadline - loop_.now();
  EXPECT_GT(idle, 70s);
  EXPECT_LE(idle, 75s);
  peer->say("GET /hello HT");
  turn(loop_);
  const Instant header = *peer->read_deadline;
  EXPECT_LE(header - loop_.now(), 10s);
  peer->say("TP/1.1\r\n");
  turn(loop_);
  EXPECT_EQ(*peer->read_deadline, header);  // dribbling buys no time
  peer->pass_read_deadline();
  turn(loop_);
  EXPECT_THAT(peer->take(), StartsWith("HTTP/1.1 408"));
  EXPECT_TRUE(peer->closed);

  peer = connect();
  peer->pass_read_deadline();  // said nothing: no answer
  turn(loop_);
  EXPECT_EQ(peer->take(), "");
  EXPECT_TRUE(peer->closed);

  peer = connect();
  peer->stall();
  peer->say("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  turn(loop_);
  EXPECT_LE(*peer->write_deadline - loop_.now(), 30s);
  peer->pass_write_deadline();
  turn(loop_);
  EXPECT_TRUE(peer->closed);
}

TEST_F(ServerTest, Http10) {
  auto peer = connect();
  EXPECT_THAT(ask(*peer, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(ask(*peer, "GET /hello HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(peer->closed);
}

TEST_F(ServerTest, HeaderValuesCanNotForgeFields) {
  EXPECT_THAT(ask(*connect(), "GET /forge HTTP/1.1\r\nHost: a\r\n\r\n"), Not(HasSubstr("X-Evil")));
}

TEST_F(ServerTest, TokensAreNotLogged) {
  ask(*connect(), "GET /hello?access_token=topsecret HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(logger_.text, HasSubstr("path=/hello status=200"));
  EXPECT_THAT(logger_.text, Not(HasSubstr("topsecret")));
}

TEST_F(ServerTest, CloseLetsRequestsInProgressFinish) {
  auto idle = connect();
  auto busy = connect();
  busy->say("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
  turn(loop_);
  runtime::Gate gate(loop_);
  ASSERT_TRUE(runtime::spawn(gate, server_->close()));
  turn(loop_);
  EXPECT_TRUE(idle->closed);
  EXPECT_FALSE(busy->closed);
  late_->set();
  turn(loop_);
  EXPECT_THAT(busy->take(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(busy->closed);
  EXPECT_EQ(server_->connections(), 0u);
  gate.close();
  turn(loop_);
  EXPECT_TRUE(gate.is_drained());
  auto refused = std::make_shared<FakePeer>(loop_);
  server_->serve(std::make_unique<FakeStream>(loop_, refused));
  turn(loop_);
  EXPECT_TRUE(refused->closed);
}

}  // namespace
}  // namespace portico::io::http
