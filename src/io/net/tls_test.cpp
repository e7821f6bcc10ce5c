#include "io/net/tls.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/random.h"
#include "io/net/tcp_listener.h"
#include "io/net/test_support.h"
#include "io/runtime/gate.h"

namespace portico::io::net {
namespace {

using runtime::Task;

std::string slurp(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}
void spill(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
WallTime in_days(std::int64_t days) {
  return WallTime{runtime::wall_clock().unix_micros + days * 86'400'000'000};
}

// Echoes one connection over TLS until the client ends.
Task<void> echo(runtime::Loop& loop, runtime::UniqueFd socket, Endpoints ends,
                TlsContext& context) {
  Instant deadline = loop.now() + 10s;
  Result<std::unique_ptr<Stream>> stream =
      co_await accept_tls(loop, std::move(socket), ends, context, deadline);
  if (!stream) co_return;
  ByteVector buffer(20'000);
  while (true) {
    Result<std::size_t> got = co_await (*stream)->read(buffer);
    if (!got || *got == 0) break;
    Bytes data = Bytes(buffer).first(*got);
    Result<void> written = co_await (*stream)->write(data);
    if (!written) break;
  }
  Result<void> finished = co_await (*stream)->finish();
  static_cast<void>(finished);
}

Task<Result<std::unique_ptr<Stream>>> connect_to(runtime::Loop& loop, SocketAddress server,
                                                 TlsClientOptions options) {
  Instant deadline = loop.now() + 10s;
  PORTICO_CO_TRY(socket, co_await connect_socket(loop, server, deadline));
  Endpoints ends;
  ends.remote = server;
  co_return co_await connect_tls(loop, std::move(socket), ends, std::move(options), deadline);
}

Task<void> send_and_finish(Stream& stream, const ByteVector& data) {
  Result<void> written = co_await stream.write(data);
  EXPECT_TRUE(written);
  Result<void> finished = co_await stream.finish();
  EXPECT_TRUE(finished);
}

Task<ByteVector> read_all(Stream& stream) {
  ByteVector out;
  ByteVector buffer(7000);
  while (true) {
    Result<std::size_t> got = co_await stream.read(buffer);
    EXPECT_TRUE(got) << (got ? "" : got.error().message);
    if (!got || *got == 0) co_return out;
    out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

class Tls : public testing::Test {
 protected:
  void serve(TlsContext& context) {
    Result<runtime::UniqueFd> socket = listen_tcp(loopback());
    ASSERT_TRUE(socket);
    auto accept = [this, &context](runtime::UniqueFd fd, const Endpoints& ends) {
      runtime::spawn(gate, echo(loop, std::move(fd), ends, context));
    };
    listener = std::move(*TcpListener::start(loop, std::move(*socket), accept));
  }
  Result<std::unique_ptr<Stream>> connect(TlsClientOptions options) {
    return run_until_complete(loop, connect_to(loop, listener->local(), std::move(options)));
  }
  std::unique_ptr<TlsContext> self_signed(const std::vector<std::string>& names,
                                          WallTime now = runtime::wall_clock()) {
    Result<std::unique_ptr<TlsContext>> context =
        TlsContext::self_signed(directory.path() + "/tls", names, now);
    EXPECT_TRUE(context) << (context ? "" : context.error().message);
    return std::move(*context);
  }
  TlsClientOptions trusting(std::string name) {
    TlsClientOptions options;
    options.server_name = std::move(name);
    options.authority_file = directory.path() + "/tls/self-signed.crt";
    return options;
  }
  void TearDown() override {
    listener.reset();
    gate.close();
    EXPECT_TRUE(run_until(loop, [this] { return gate.is_drained(); }));
  }

  TemporaryDirectory directory;
  runtime::Loop loop;
  runtime::Gate gate{loop};
  std::unique_ptr<TcpListener> listener;
};

TEST_F(Tls, CarriesMegabytesBothWaysAtOnce) {
  auto context = self_signed({"localhost", "127.0.0.1"});
  serve(*context);
  auto stream = connect(trusting("localhost"));
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_TRUE((*stream)->secure());
  ByteVector data(3'000'000);
  SeededRandom(5).fill(data);
  runtime::Gate sending(loop);
  runtime::spawn(sending, send_and_finish(**stream, data));
  EXPECT_EQ(run_until_complete(loop, read_all(**stream)), data);
  EXPECT_EQ(sending.active(), 0U);
}

TEST_F(Tls, NegotiatesAlpnAndForgivesMismatch) {
  auto context = self_signed({"127.0.0.1"});
  serve(*context);
  struct Case {
    std::vector<std::string> offered;
    std::string agreed;
  };
  for (const Case& c : {Case{{"h2", "http/1.1"}, "http/1.1"}, Case{{"stun.turn"}, "stun.turn"},
                        Case{{"h2", "webrtc"}, ""}, Case{{}, ""}}) {
    TlsClientOptions options = trusting("127.0.0.1");
    options.alpn = c.offered;
    auto stream = connect(options);
    ASSERT_TRUE(stream) << stream.error().message;
    EXPECT_EQ((*stream)->alpn(), c.agreed);
  }
}

TEST_F(Tls, ClientsVerifyTheName) {
  auto context = self_signed({"portico.example", "127.0.0.1"});
  serve(*context);
  EXPECT_TRUE(connect(trusting("portico.example")));
  EXPECT_TRUE(connect(trusting("127.0.0.1")));
  auto wrong = connect(trusting("other.example"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::io);
}

TEST_F(Tls, SelfSignedIsKeptUntilItNoLongerFits) {
  std::string first = self_signed({"localhost"})->info().sha256;
  struct stat s{};
  ASSERT_EQ(stat((directory.path() + "/tls/self-signed.key").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777U, 0600U);
  EXPECT_EQ(self_signed({"localhost"})->info().sha256, first);
  EXPECT_EQ(self_signed({"localhost"}, in_days(300))->info().sha256, first);
  auto renamed = self_signed({"localhost", "::1", "192.0.2.7"});
  EXPECT_NE(renamed->info().sha256, first);
  EXPECT_EQ(renamed->info().names, (std::vector<std::string>{"localhost", "::1", "192.0.2.7"}));
  EXPECT_TRUE(renamed->info().self_signed);
  EXPECT_EQ(renamed->info().warning, "");
  EXPECT_NE(self_signed({"localhost"}, in_days(365))->info().sha256, renamed->info().sha256);
  spill(directory.path() + "/tls/self-signed.key", "damaged");
  EXPECT_TRUE(self_signed({"localhost"}));
}

TEST_F(Tls, SwapsTheCertificateWhileRunning) {
  auto context = self_signed({"one.example"});
  serve(*context);
  ASSERT_TRUE(connect(trusting("one.example")));
  EXPECT_FALSE(context->reload(runtime::wall_clock()).value());

  // The other certificate arrives in two steps; in between the old one stays.
  TemporaryDirectory elsewhere;
  auto other = TlsContext::self_signed(elsewhere.path(), {"two.example"}, runtime::wall_clock());
  ASSERT_TRUE(other);
  std::string certificate_file = directory.path() + "/tls/self-signed.crt";
  spill(certificate_file, slurp(elsewhere.path() + "/self-signed.crt"));
  Result<bool> half_way = context->reload(runtime::wall_clock());
  ASSERT_FALSE(half_way);
  EXPECT_NE(half_way.error().message.find("does not belong"), std::string::npos);
  EXPECT_EQ(context->info().subject, "one.example");

  std::vector<std::string> reports;
  CertificateWatch watch(loop, *context, 1ms, [&](const Result<bool>& result) {
    reports.push_back(result ? "swapped" : result.error().message);
  });
  watch.check();
  watch.check();
  ASSERT_EQ(reports.size(), 1U);  // the same error is reported once
  spill(directory.path() + "/tls/self-signed.key", slurp(elsewhere.path() + "/self-signed.key"));
  ASSERT_TRUE(run_until(loop, [&] { return reports.size() == 2; }));
  EXPECT_EQ(reports[1], "swapped");
  EXPECT_EQ(context->info().subject, "two.example");
  EXPECT_TRUE(connect(trusting("two.example")));
}

TEST_F(Tls, ErrorsNameTheFile) {
  std::string certificate_file = directory.path() + "/tls/self-signed.crt";
  std::string key_file = directory.path() + "/tls/self-signed.key";
  auto load = [&](const std::string& c, const std::string& k) {
    auto loaded = TlsContext::from_files(c, k, runtime::wall_clock());
    EXPECT_FALSE(loaded);
    return loaded ? Error() : loaded.error();
  };
  Error missing = load("/nowhere/cert.pem", key_file);
  EXPECT_EQ(missing.code, ErrorCode::not_found);
  EXPECT_NE(missing.message.find("/nowhere/cert.pem"), std::string::npos);
  self_signed({"localhost"});
  EXPECT_NE(load(key_file, key_file).message.find("not a PEM certificate"), std::string::npos);
  EXPECT_NE(
      load(certificate_file, certificate_file).message.find("not an unencrypted PEM private key"),
      std::string::npos);
  spill(directory.path() + "/cut.crt", slurp(certificate_file).substr(0, 200));
  EXPECT_EQ(load(directory.path() + "/cut.crt", key_file).code, ErrorCode::invalid);
}

TEST_F(Tls, WarnsAboutDates) {
  self_signed({"localhost"});
  std::string certificate_file = directory.path() + "/tls/self-signed.crt";
  std::string key_file = directory.path() + "/tls/self-signed.key";
  auto warning = [&](std::int64_t days) {
    auto loaded = TlsContext::from_files(certificate_file, key_file, in_days(days));
    EXPECT_TRUE(loaded);
    return (*loaded)->info().warning;
  };
  EXPECT_NE(warning(400).find("expired on"), std::string::npos);
  EXPECT_NE(warning(380).find("expires on"), std::string::npos);
  EXPECT_NE(warning(-10).find("not valid before"), std::string::npos);
  EXPECT_EQ(warning(1), "");
}

TEST_F(Tls, GarbageAndSilenceEndInErrors) {
  auto context = self_signed({"localhost"});
  auto handshake = [](runtime::Loop& l, TlsContext& c, runtime::UniqueFd fd,
                      Instant deadline) -> Task<Result<std::unique_ptr<Stream>>> {
    Endpoints ends;
    co_return co_await accept_tls(l, std::move(fd), ends, c, deadline);
  };
  for (std::string_view text : {"", "GET / HTTP/1.1\r\n\r\n"}) {
    std::array<int, 2> fds{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    runtime::UniqueFd ours(fds[0]);
    runtime::UniqueFd theirs(fds[1]);
    ASSERT_EQ(write(theirs.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    auto result =
        run_until_complete(loop, handshake(loop, *context, std::move(ours), loop.now() + 20ms));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, text.empty() ? ErrorCode::timeout : ErrorCode::io);
  }
}

TEST_F(Tls, CloseWakesAReader) {
  auto context = self_signed({"localhost"});
  serve(*context);
  auto stream = connect(trusting("localhost"));
  ASSERT_TRUE(stream);
  auto read_one = [](Stream& s) -> Task<Result<std::size_t>> {
    ByteVector buffer(10);
    co_return co_await s.read(buffer);
  };
  loop.post([&stream] { (*stream)->close(); });
  Result<std::size_t> got = run_until_complete(loop, read_one(**stream));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::closed);
  (*stream)->unread(as_bytes("ab"));
  EXPECT_EQ(run_until_complete(loop, read_one(**stream)).value(),
            2U);  // what is here already can still be read
}

}  // namespace
}  // namespace portico::io::net
