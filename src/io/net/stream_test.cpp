#include "io/net/stream.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/random.h"
#include "io/net/interfaces.h"
#include "io/net/tcp_listener.h"
#include "io/net/test_support.h"
#include "io/runtime/gate.h"

namespace portico::io::net {
namespace {

using runtime::Task;

Task<Result<std::unique_ptr<Stream>>> dial(runtime::Loop& loop, SocketAddress server) {
  Instant deadline = loop.now() + 10s;
  co_return co_await connect_tcp(loop, server, deadline);
}

struct Served {
  std::unique_ptr<TcpListener> listener;
  std::vector<std::unique_ptr<Stream>> streams;
};

std::unique_ptr<Served> serve(runtime::Loop& loop) {
  auto served = std::make_unique<Served>();
  Result<runtime::UniqueFd> socket = listen_tcp(loopback());
  EXPECT_TRUE(socket);
  auto accept = [&loop, s = served.get()](runtime::UniqueFd fd, const Endpoints& ends) {
    s->streams.push_back(std::move(*make_plain_stream(loop, std::move(fd), ends)));
  };
  served->listener = std::move(*TcpListener::start(loop, std::move(*socket), accept));
  return served;
}

Task<void> put(Stream& stream, const ByteVector& data) {
  Result<void> written = co_await stream.write(data);
  EXPECT_TRUE(written);
  Result<void> finished = co_await stream.finish();
  EXPECT_TRUE(finished);
}

Task<ByteVector> get(Stream& stream) {
  ByteVector out;
  ByteVector buffer(50'000);
  while (true) {
    Result<std::size_t> got = co_await stream.read(buffer);
    EXPECT_TRUE(got);
    if (!got || *got == 0) co_return out;
    out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

Task<Result<std::size_t>> read_some(Stream& stream) {
  ByteVector buffer(100);
  co_return co_await stream.read(buffer);
}

TEST(PlainStream, CarriesMoreThanTheKernelsBuffers) {
  runtime::Loop loop;
  auto served = serve(loop);
  auto client = run_until_complete(loop, dial(loop, served->listener->local()));
  ASSERT_TRUE(client);
  ASSERT_TRUE(run_until(loop, [&] { return served->streams.size() == 1; }));
  Stream& server = *served->streams[0];
  EXPECT_EQ(server.remote(), (*client)->local());
  EXPECT_EQ(server.local(), served->listener->local());
  ByteVector data(20'000'000);
  SeededRandom(1).fill(data);
  runtime::Gate gate(loop);
  runtime::spawn(gate, put(**client, data));
  EXPECT_EQ(gate.active(), 1U);  // it waits for us to read
  EXPECT_EQ(run_until_complete(loop, get(server)), data);
}

TEST(PlainStream, UnreadBytesComeFirst) {
  runtime::Loop loop;
  std::array<int, 2> fds{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
  runtime::UniqueFd peer(fds[1]);
  auto stream = make_plain_stream(loop, runtime::UniqueFd(fds[0]), {}, ByteVector{'b'});
  ASSERT_TRUE(stream);
  (*stream)->unread(as_bytes("a"));
  ASSERT_EQ(write(peer.get(), "c", 1), 1);
  peer.reset();
  ByteVector all = run_until_complete(loop, get(**stream));
  EXPECT_EQ(as_text(all), "abc");
}

TEST(PlainStream, DeadlinesAndResets) {
  runtime::Loop loop;
  auto served = serve(loop);
  auto client = run_until_complete(loop, dial(loop, served->listener->local()));
  ASSERT_TRUE(client);
  (*client)->set_read_deadline(loop.now() + 2ms);
  EXPECT_EQ(run_until_complete(loop, read_some(**client)).error().code, ErrorCode::timeout);
  (*client)->set_read_deadline(std::nullopt);
  ASSERT_TRUE(run_until(loop, [&] { return served->streams.size() == 1; }));
  (*client)->unread(as_bytes("x"));
  served->streams[0]->close();
  EXPECT_EQ(run_until_complete(loop, read_some(**client)).value(), 1U);
  EXPECT_EQ(run_until_complete(loop, read_some(**client)).value(), 0U);
  EXPECT_EQ(run_until_complete(loop, read_some(*served->streams[0])).error().code,
            ErrorCode::closed);
}

TEST(Listening, SaysWhatToDo) {
  runtime::Loop loop;
  auto served = serve(loop);
  Result<runtime::UniqueFd> again = listen_tcp(served->listener->local());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_NE(again.error().message.find(std::to_string(served->listener->local().port)),
            std::string::npos);
  Result<runtime::UniqueFd> foreign = listen_tcp({IpAddress::v4(203, 0, 113, 9), 0});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::not_found);
  Error privileged = bind_error(EACCES, loopback(443), "TCP");
  EXPECT_EQ(privileged.code, ErrorCode::denied);
  EXPECT_NE(privileged.message.find("CAP_NET_BIND_SERVICE"), std::string::npos);
}

TEST(Connecting, RefusalIsAnError) {
  runtime::Loop loop;
  Result<runtime::UniqueFd> socket = listen_tcp(loopback());
  ASSERT_TRUE(socket);
  SocketAddress address = local_address(socket->get());
  socket->reset();
  auto client = run_until_complete(loop, dial(loop, address));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::closed);
}

TEST(Interfaces, AreClassified) {
  EXPECT_EQ(classify_address(IpAddress::v4(8, 8, 8, 8)), AddressScope::public_);
  EXPECT_EQ(classify_address(IpAddress::v4(100, 64, 0, 1)), AddressScope::private_);
  EXPECT_EQ(classify_address(IpAddress::v4(169, 254, 1, 1)), AddressScope::link_local);
  EXPECT_EQ(classify_address(IpAddress::parse("fd00::1").value()), AddressScope::private_);
  EXPECT_EQ(classify_address(IpAddress::parse("2600::1").value()), AddressScope::public_);
  auto addresses = interface_addresses();
  ASSERT_TRUE(addresses);
  ASSERT_FALSE(addresses->empty());
  EXPECT_TRUE(std::is_sorted(addresses->begin(), addresses->end(),
                             [](auto& a, auto& b) { return a.scope > b.scope; }));
  bool has_loopback = false;
  for (const InterfaceAddress& a : *addresses)
    has_loopback |= a.address == IpAddress::v4(127, 0, 0, 1);
  EXPECT_TRUE(has_loopback);
}

}  // namespace
}  // namespace portico::io::net
