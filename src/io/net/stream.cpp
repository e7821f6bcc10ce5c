#include "io/net/stream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "io/net/prefix.h"

namespace portico::io::net {

namespace {

tl::unexpected<Error> socket_error(int error) {
  bool gone = error == ECONNRESET || error == EPIPE || error == ETIMEDOUT || error == ENOTCONN;
  return fail(gone ? ErrorCode::closed : ErrorCode::io, std::strerror(error));
}

class PlainStream final : public Stream {
 public:
  PlainStream(runtime::Fd fd, const Endpoints& endpoints, ByteVector prefix)
      : fd_(std::move(fd)), endpoints_(endpoints), prefix_(std::move(prefix)) {}

  runtime::Task<Result<std::size_t>> read(MutableBytes buffer) override {
    PORTICO_CHECK(!buffer.empty());
    if (std::size_t taken = prefix_.take(buffer)) co_return taken;
    while (true) {
      if (fd_.cancelled()) co_return fail(ErrorCode::closed, "the connection was closed");
      ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (got >= 0) co_return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) co_return socket_error(errno);
      PORTICO_CO_TRY_VOID(co_await fd_.readable());
    }
  }

  runtime::Task<Result<void>> write(Bytes data) override {
    while (!data.empty()) {
      if (fd_.cancelled()) co_return fail(ErrorCode::closed, "the connection was closed");
      ssize_t sent = ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        data = data.subspan(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) co_return socket_error(errno);
      PORTICO_CO_TRY_VOID(co_await fd_.writable());
    }
    co_return Result<void>();
  }

  runtime::Task<Result<void>> finish() override {
    if (::shutdown(fd_.get(), SHUT_WR) != 0) co_return socket_error(errno);
    co_return Result<void>();
  }

  void unread(Bytes data) override { prefix_.put_back(data); }
  void set_read_deadline(std::optional<Instant> deadline) override {
    fd_.set_deadline(runtime::Fd::Direction::read, deadline);
  }
  void set_write_deadline(std::optional<Instant> deadline) override {
    fd_.set_deadline(runtime::Fd::Direction::write, deadline);
  }
  void close() override {
    fd_.cancel();
    ::shutdown(fd_.get(),
               SHUT_RDWR);  // the peer learns it now, not when the last coroutine has let go
  }
  runtime::Loop& loop() const override { return fd_.loop(); }
  const SocketAddress& local() const override { return endpoints_.local; }
  const SocketAddress& remote() const override { return endpoints_.remote; }
  bool secure() const override { return false; }

 private:
  runtime::Fd fd_;
  Endpoints endpoints_;
  Prefix prefix_;
};

}  // namespace

Result<std::unique_ptr<Stream>> make_plain_stream(runtime::Loop& loop, runtime::UniqueFd socket,
                                                  const Endpoints& endpoints, ByteVector prefix) {
  PORTICO_TRY(fd, runtime::Fd::open(loop, std::move(socket)));
  return std::make_unique<PlainStream>(std::move(fd), endpoints, std::move(prefix));
}

runtime::Task<Result<void>> read_exactly(Stream& stream, MutableBytes buffer) {
  while (!buffer.empty()) {
    PORTICO_CO_TRY(got, co_await stream.read(buffer));
    if (got == 0) co_return fail(ErrorCode::closed, "the peer ended the connection early");
    buffer = buffer.subspan(got);
  }
  co_return Result<void>();
}

}  // namespace portico::io::net
