#include "bench/bridge/signal_socket.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "codec/base64/base64.h"
#include "io/net/sockaddr.h"

namespace portico::bench {

namespace websocket = codec::websocket;

Result<Url> parse_url(std::string_view text) {
  if (!text.starts_with("ws://"))
    return fail(ErrorCode::unsupported,
                "the URL must begin with ws:// (put no TLS in front of a benchmark)");
  text.remove_prefix(5);
  std::size_t slash = text.find('/');
  Url url;
  url.authority = std::string(text.substr(0, slash));
  if (slash != std::string_view::npos) url.path = std::string(text.substr(slash));
  while (url.path.ends_with('/')) url.path.pop_back();
  std::string numeric = url.authority;
  if (numeric.starts_with("localhost:")) numeric.replace(0, 9, "127.0.0.1");
  PORTICO_TRY(address, SocketAddress::parse(numeric));
  url.address = address;
  return url;
}

Result<std::unique_ptr<SignalSocket>> SignalSocket::connect(Reactor& reactor, Random& random,
                                                            const Url& url,
                                                            const std::string& target,
                                                            const std::string& headers,
                                                            Message on_message) {
  int fd = ::socket(io::net::family_of(url.address), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(ErrorCode::io, std::strerror(errno));
  std::unique_ptr<SignalSocket> socket(
      new SignalSocket(reactor, random, fd, std::move(on_message)));
  io::net::KernelAddress name = io::net::to_kernel(url.address);
  if (::connect(fd, name.get(), name.size) != 0) {
    return fail(ErrorCode::io, "cannot connect to " + url.authority + ": " + std::strerror(errno));
  }
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  std::array<std::uint8_t, 16> key{};
  random.fill(key);
  socket->write(as_bytes("GET " + url.path + target + " HTTP/1.1\r\nHost: " + url.authority +
                         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
                         "13\r\nSec-WebSocket-Key: " +
                         codec::base64::encode(key) + "\r\n" + headers + "\r\n"));
  SignalSocket* raw = socket.get();
  reactor.add(fd, [raw] { raw->receive(); });
  return socket;
}

SignalSocket::SignalSocket(Reactor& reactor, Random& random, int fd, Message on_message)
    : reactor_(reactor), random_(random), fd_(fd), on_message_(std::move(on_message)) {}

SignalSocket::~SignalSocket() {
  reactor_.remove(fd_);
  ::close(fd_);
}

void SignalSocket::send(websocket::Opcode opcode, Bytes payload) {
  std::array<std::uint8_t, 4> mask{};
  random_.fill(mask);
  ByteVector frame;
  websocket::append_frame(frame, opcode, payload, mask);
  write(frame);
}

void SignalSocket::write(Bytes data) {
  while (!data.empty()) {
    ssize_t written = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (written > 0) {
      data = data.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd writable{fd_, POLLOUT, 0};
      ::poll(&writable, 1, 1000);
    } else if (errno != EINTR) {
      failure_ = std::string("signalling: ") + std::strerror(errno);
      return;
    }
  }
}

void SignalSocket::receive() {
  std::array<std::uint8_t, 65536> buffer;
  ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    if (failure_.empty()) failure_ = "signalling: the server closed the connection";
    reactor_.remove(fd_);
    return;
  }
  Bytes data(buffer.data(), static_cast<std::size_t>(count));
  if (upgraded_) {
    read_frames(data);
    return;
  }
  head_ += as_text(data);
  read_upgrade();
}

void SignalSocket::read_upgrade() {
  std::size_t end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return;
  if (!head_.starts_with("HTTP/1.1 101")) {
    failure_ = "signalling: " + head_.substr(0, head_.find("\r\n")) + ": " + head_.substr(end + 4);
    return;
  }
  upgraded_ = true;
  std::string rest = head_.substr(end + 4);
  head_.clear();
  if (on_open_) on_open_();
  read_frames(as_bytes(rest));
}

void SignalSocket::read_frames(Bytes data) {
  while (!data.empty()) {
    auto message = decoder_.next(data);
    if (!message) {
      failure_ = "signalling: " + message.error().message;
      return;
    }
    if (!*message) return;
    if ((*message)->type == websocket::Opcode::ping) {
      send(websocket::Opcode::pong, (*message)->payload);
    } else if ((*message)->type == websocket::Opcode::close) {
      failure_ = "signalling: closed with " + std::to_string((*message)->close_code);
    } else if ((*message)->type != websocket::Opcode::pong) {
      on_message_((*message)->payload);
    }
  }
}

}  // namespace portico::bench
