#include "io/door/door.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

#include "io/net/test_support.h"

namespace portico::io::door {
namespace {

using net::loopback;
using net::run_until;
using runtime::Task;

ByteVector stun_binding() {
  ByteWriter out;
  out.u16(0x0001);
  out.u16(0);
  out.u32(0x2112A442);
  for (std::uint8_t i = 0; i < 12; ++i) out.u8(i);
  return out.take();
}

ByteVector framed(Bytes packet) {
  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(packet.size()));
  out.bytes(packet);
  return out.take();
}

struct Recorder final : Handlers {
  void on_http(std::unique_ptr<net::Stream> stream, ConnectionInfo info) override {
    http.emplace_back(std::move(stream), std::move(info));
  }
  void on_ice_tcp(net::FramedSocket socket, ConnectionInfo info) override {
    ice.emplace_back(std::move(socket), std::move(info));
  }
  std::deque<std::pair<std::unique_ptr<net::Stream>, ConnectionInfo>> http;
  std::deque<std::pair<net::FramedSocket, ConnectionInfo>> ice;
};

struct Silent final : Logger {
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

Task<Result<std::unique_ptr<net::Stream>>> dial(runtime::Loop& loop, SocketAddress server) {
  Instant deadline = loop.now() + 10s;
  co_return co_await net::connect_tcp(loop, server, deadline);
}

Task<Result<std::unique_ptr<net::Stream>>> dial_tls(runtime::Loop& loop, SocketAddress server,
                                                    std::vector<std::string> alpn) {
  Instant deadline = loop.now() + 10s;
  PORTICO_CO_TRY(socket, co_await net::connect_socket(loop, server, deadline));
  net::Endpoints ends;
  ends.remote = server;
  net::TlsClientOptions options;
  options.verify = false;
  options.alpn = std::move(alpn);
  co_return co_await net::connect_tls(loop, std::move(socket), ends, std::move(options), deadline);
}

Task<Result<void>> put(net::Stream& stream, ByteVector data) {
  co_return co_await stream.write(data);
}

Task<Result<ByteVector>> take(net::Stream& stream, std::size_t size) {
  ByteVector out(size);
  Instant deadline = stream.loop().now() + 10s;
  stream.set_read_deadline(deadline);
  PORTICO_CO_TRY_VOID(co_await net::read_exactly(stream, out));
  co_return out;
}

// The peer's end, whether in good order or by reset; false when nothing happens for ten seconds or
// bytes come.
Task<bool> ended(net::Stream& stream) {
  std::array<std::uint8_t, 16> buffer;
  Instant deadline = stream.loop().now() + 10s;
  stream.set_read_deadline(deadline);
  Result<std::size_t> got = co_await stream.read(buffer);
  co_return got ? *got == 0 : got.error().code == ErrorCode::closed;
}

class DoorTest : public testing::Test {
 protected:
  void open(ProtocolSet protocols, DoorLimits limits = {}) {
    auto context =
        net::TlsContext::self_signed(directory.path(), {"localhost"}, runtime::wall_clock());
    ASSERT_TRUE(context);
    tls = std::move(*context);
    ListenerTable table;
    table.rows.push_back({"main", Transport::tcp, loopback(), protocols, "test"});
    auto opened = Door::open(loop, table, tls.get(), handlers, limits, logger);
    ASSERT_TRUE(opened) << opened.error().message;
    door = std::move(*opened);
    address = door->bound().at(0).local;
  }
  std::unique_ptr<net::Stream> connect() {
    auto stream = run_until_complete(loop, dial(loop, address));
    EXPECT_TRUE(stream);
    return std::move(*stream);
  }
  std::unique_ptr<net::Stream> connect_tls(std::vector<std::string> alpn = {}) {
    auto stream = run_until_complete(loop, dial_tls(loop, address, std::move(alpn)));
    EXPECT_TRUE(stream) << (stream ? "" : stream.error().message);
    return std::move(*stream);
  }
  void write(net::Stream& stream, ByteVector data) {
    EXPECT_TRUE(run_until_complete(loop, put(stream, std::move(data))));
  }
  // One byte at a time, each surely seen by the door before the next leaves.
  void dribble(net::Stream& stream, const ByteVector& data) {
    for (std::uint8_t byte : data) {
      write(stream, ByteVector{byte});
      for (int i = 0; i < 3; ++i) run_until(loop, [] { return true; });
    }
  }
  void TearDown() override {
    handlers.http.clear();
    handlers.ice.clear();
    if (door) run_until_complete(loop, door->close());
    EXPECT_TRUE(run_until(loop, [this] { return !door || door->open_connections() == 0; }));
  }

  net::TemporaryDirectory directory;
  runtime::Loop loop;
  Recorder handlers;
  Silent logger;
  std::unique_ptr<net::TlsContext> tls;
  std::unique_ptr<Door> door;
  SocketAddress address;
};

constexpr ProtocolSet kAll{Protocol::http_loopback, Protocol::https, Protocol::stun,
                           Protocol::ice_tcp};

TEST_F(DoorTest, PlainHttpOnLoopback) {
  open(kAll);
  auto client = connect();
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  write(*client, ByteVector(request.begin(), request.end()));
  ASSERT_TRUE(run_until(loop, [&] { return !handlers.http.empty(); }));
  auto& [stream, info] = handlers.http.front();
  EXPECT_EQ(info.listener, "main");
  EXPECT_FALSE(info.secure);
  EXPECT_TRUE(info.loopback);
  EXPECT_EQ(info.remote, client->local());
  EXPECT_EQ(as_text(*run_until_complete(loop, take(*stream, request.size()))), request);
  EXPECT_EQ(door->half_open(), 0U);
  EXPECT_EQ(door->open_connections(), 1U);
  handlers.http.clear();
  EXPECT_TRUE(run_until(loop, [&] { return door->open_connections() == 0; }));
}

TEST_F(DoorTest, PlainHttpIsTurnedAwayWhereOnlyTlsIsSpoken) {
  open({Protocol::https});
  auto client = connect();
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  write(*client, ByteVector(request.begin(), request.end()));
  auto read_all = [](net::Stream& s) -> Task<std::string> {
    std::string out;
    ByteVector buffer(1000);
    while (true) {
      Result<std::size_t> got = co_await s.read(buffer);
      if (!got || *got == 0) co_return out;
      out += as_text(Bytes(buffer).first(*got));
    }
  };
  std::string answer = run_until_complete(loop, read_all(*client));
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400");
  std::size_t body = answer.find("\r\n\r\n") + 4;
  EXPECT_NE(answer.find("Content-Length: " + std::to_string(answer.size() - body)),
            std::string::npos);
  EXPECT_TRUE(handlers.http.empty());
  EXPECT_EQ(door->counters().plain_http_refused, 1U);
}

TEST_F(DoorTest, HttpsWithAndWithoutAlpn) {
  open(kAll);
  auto with = connect_tls({"h2", "http/1.1"});
  ASSERT_TRUE(run_until(loop, [&] { return handlers.http.size() == 1; }));
  auto without = connect_tls();
  const std::string request = "GET /a HTTP/1.1\r\n\r\n";
  write(*without, ByteVector(request.begin(), request.end()));
  ASSERT_TRUE(run_until(loop, [&] { return handlers.http.size() == 2; }));
  EXPECT_TRUE(handlers.http[1].second.secure);
  EXPECT_EQ(as_text(*run_until_complete(loop, take(*handlers.http[1].first, request.size()))),
            request);
  EXPECT_EQ(door->counters().https, 2U);
}

TEST_F(DoorTest, StunIsAnsweredOverTcpAndTls) {
  open(kAll);
  for (int kind = 0; kind < 3; ++kind) {
    auto client = kind == 0 ? connect()
                            : connect_tls(kind == 1 ? std::vector<std::string>{}
                                                    : std::vector<std::string>{"stun.turn"});
    for (int i = 0; i < 2; ++i) {
      write(*client, stun_binding());
      Result<ByteVector> answer = run_until_complete(loop, take(*client, 32));
      ASSERT_TRUE(answer) << kind << " " << answer.error().message;
      EXPECT_EQ(load16(answer->data()), 0x0101);
      EXPECT_EQ(load16(answer->data() + 20), 0x0020);  // XOR-MAPPED-ADDRESS
      if (kind == 0) EXPECT_EQ(load16(answer->data() + 26) ^ 0x2112, client->local().port);
    }
    write(*client, ByteVector(40, 0x55));
    EXPECT_TRUE(run_until_complete(loop, ended(*client)));
  }
  EXPECT_TRUE(run_until(loop, [&] { return door->counters().stun == 6; }));
}

TEST_F(DoorTest, IceTcpIsHandedOnWhole) {
  open(kAll);
  auto client = connect();
  ByteVector frame = framed(stun_binding());
  ByteVector more = frame;
  more.push_back(0);  // the next frame has begun
  write(*client, more);
  ASSERT_TRUE(run_until(loop, [&] { return !handlers.ice.empty(); }));
  EXPECT_EQ(handlers.ice.front().first.received, more);
  EXPECT_EQ(handlers.ice.front().first.endpoints.remote, client->local());
  EXPECT_EQ(door->half_open(), 0U);
  EXPECT_EQ(door->open_connections(), 1U);
  // The connection ends on another thread: the count still comes home.
  runtime::LoopThread worker("worker");
  worker.call([socket = std::move(handlers.ice.front().first)]() mutable {
    net::FramedSocket gone = std::move(socket);
  });
  EXPECT_TRUE(run_until(loop, [&] { return door->open_connections() == 0; }));
}

TEST_F(DoorTest, DribbledBytesAreUnderstood) {
  open(kAll);
  auto http = connect();
  dribble(*http, {'P', 'O'});
  ASSERT_TRUE(run_until(loop, [&] { return handlers.http.size() == 1; }));
  auto ice = connect();
  dribble(*ice, framed(stun_binding()));
  ASSERT_TRUE(run_until(loop, [&] { return handlers.ice.size() == 1; }));
  auto stun = connect();
  dribble(*stun, stun_binding());
  EXPECT_TRUE(run_until_complete(loop, take(*stun, 32)));
  auto inside = connect_tls();
  dribble(*inside, stun_binding());
  EXPECT_TRUE(run_until_complete(loop, take(*inside, 32)));
}

TEST_F(DoorTest, GarbageIsClosedWithoutAWord) {
  open(kAll);
  for (const ByteVector& garbage : {ByteVector{0xff, 0xff}, ByteVector(30, 0),
                                    ByteVector{0x16, 3, 1, 0, 1, 9, 9, 9, 9, 9, 9}}) {
    auto client = connect();
    write(*client, garbage);
    auto closed = [](net::Stream& s) -> Task<bool> {
      std::array<std::uint8_t, 64> buffer;
      Instant deadline = s.loop().now() + 10s;
      s.set_read_deadline(deadline);
      while (true) {  // a TLS alert is no word
        Result<std::size_t> got = co_await s.read(buffer);
        if (!got || *got == 0) co_return got || got.error().code == ErrorCode::closed;
      }
    };
    EXPECT_TRUE(run_until_complete(loop, closed(*client)));
  }
  EXPECT_TRUE(run_until(loop, [&] { return door->half_open() == 0; }));
}

TEST_F(DoorTest, ProtocolsOfTheRowAreKept) {
  open({Protocol::http_loopback});
  auto tls_client = connect();
  write(*tls_client, {0x16, 3, 1});
  EXPECT_TRUE(run_until_complete(loop, ended(*tls_client)));
  auto ice = connect();
  write(*ice, framed(stun_binding()));
  EXPECT_TRUE(run_until_complete(loop, ended(*ice)));
  auto stun = connect();
  write(*stun, stun_binding());
  EXPECT_TRUE(run_until_complete(loop, ended(*stun)));
  EXPECT_TRUE(handlers.ice.empty());
}

TEST_F(DoorTest, SilenceHasADeadline) {
  DoorLimits limits;
  limits.first_bytes = 20ms;
  limits.handshake = 40ms;
  limits.stun_idle = 20ms;
  open(kAll, limits);
  auto silent = connect();
  auto half_tls = connect();
  write(*half_tls, {0x16, 3});
  auto half_frame = connect();
  write(*half_frame, {0, 20, 0, 1});
  auto half_stun = connect();
  ByteVector stun = stun_binding();
  stun.resize(10);
  write(*half_stun, stun);
  for (net::Stream* stream : {silent.get(), half_tls.get(), half_frame.get(), half_stun.get()})
    EXPECT_TRUE(run_until_complete(loop, ended(*stream)));
  EXPECT_TRUE(run_until(loop, [&] { return door->half_open() == 0; }));
  EXPECT_EQ(door->counters().timed_out, 3U);  // an idle STUN session just ends
}

// Connects without waiting for anything; the kernel completes the handshake.
runtime::UniqueFd knock(const SocketAddress& address) {
  runtime::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  return fd;
}

TEST_F(DoorTest, AThousandHalfOpenConnectionsAreBounded) {
  DoorLimits limits;
  limits.half_open = 100;
  open(kAll, limits);
  std::deque<runtime::UniqueFd> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(knock(address));
    if (i % 20 == 19)
      ASSERT_TRUE(run_until(loop, [&] { return door->counters().accepted == idle.size(); }));
    ASSERT_LE(door->half_open(), 100U);
  }
  EXPECT_EQ(door->counters().evicted, 900U);
  EXPECT_TRUE(run_until(loop, [&] { return door->open_connections() == 100; }));
  // and an honest client still gets in
  auto client = connect_tls({"http/1.1"});
  ASSERT_TRUE(run_until(loop, [&] { return handlers.http.size() == 1; }));
}

TEST_F(DoorTest, OneAddressCannotTakeAll) {
  DoorLimits limits;
  limits.half_open_loopback = 10;
  limits.open = 15;
  open(kAll, limits);
  std::deque<runtime::UniqueFd> idle;
  for (int i = 0; i < 30; ++i) idle.push_back(knock(address));
  ASSERT_TRUE(run_until(loop, [&] { return door->counters().accepted == 30; }));
  EXPECT_EQ(door->half_open(), 10U);
  EXPECT_EQ(door->counters().refused_address, 20U);
  idle.clear();
  ASSERT_TRUE(run_until(loop, [&] { return door->open_connections() == 0; }));
  for (int i = 0; i < 20; ++i) {
    idle.push_back(knock(address));
    EXPECT_EQ(::send(idle.back().get(), "GET /", 5, MSG_NOSIGNAL), 5);
    std::size_t so_far = 31 + static_cast<std::size_t>(i);
    ASSERT_TRUE(run_until(
        loop, [&] { return door->counters().accepted == so_far && door->half_open() == 0; }));
  }
  EXPECT_EQ(handlers.http.size(), 15U);
  EXPECT_EQ(door->counters().refused_total, 5U);
}

TEST_F(DoorTest, CloseEndsEveryPhase) {
  open(kAll);
  auto silent = knock(address);
  auto half_tls = connect();
  write(*half_tls, {0x16, 3});
  auto stun = connect();
  write(*stun, stun_binding());
  EXPECT_TRUE(run_until_complete(loop, take(*stun, 32)));
  auto inside = connect_tls();
  ASSERT_TRUE(run_until(loop, [&] { return door->half_open() == 4; }));
  run_until_complete(loop, door->close());
  EXPECT_EQ(door->half_open(), 0U);
  EXPECT_TRUE(run_until_complete(loop, ended(*stun)));
  EXPECT_EQ(run_until_complete(loop, dial(loop, address)).error().code, ErrorCode::closed);
}

TEST_F(DoorTest, APortInUseIsASentence) {
  open(kAll);
  ListenerTable table;
  table.rows.push_back({"main", Transport::tcp, address, kAll, "test"});
  auto second = Door::open(loop, table, nullptr, handlers, {}, logger);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_NE(second.error().message.find("in use by another program"), std::string::npos);
}

}  // namespace
}  // namespace portico::io::door
