#include "io/door/door.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <map>

#include "io/door/ledger.h"
#include "io/door/sniff.h"
#include "io/door/stun_session.h"
#include "io/net/socket.h"
#include "io/net/tcp_listener.h"
#include "io/runtime/gate.h"

namespace portico::io::door {

namespace {

using runtime::Task;

// What the sniffing phase yields; `received` is empty for TLS, whose bytes stay in the socket.
struct Opening {
  Sniffed protocol = Sniffed::unrecognised;
  ByteVector received;
};

// One system call's worth of first bytes. nullopt: nothing there yet.
std::optional<Result<void>> receive_some(int socket, Opening& opening) {
  std::array<std::uint8_t, kMaxFirstFrame + 2> buffer;
  bool peek =
      opening.received.empty();  // a TLS client's first byte must stay where OpenSSL will read it
  std::size_t want = peek ? 1 : buffer.size() - opening.received.size();
  ssize_t got = ::recv(socket, buffer.data(), want, peek ? MSG_PEEK : 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got <= 0) return fail(ErrorCode::closed, "ended before it said anything");
  if (peek && sniff(Bytes(buffer).first(1)) == Sniffed::tls) {
    opening.protocol = Sniffed::tls;
    return Result<void>();
  }
  if (peek) got = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) return fail(ErrorCode::closed, "ended before it said anything");
  opening.received.insert(opening.received.end(), buffer.begin(), buffer.begin() + got);
  opening.protocol = sniff(opening.received);
  return Result<void>();
}

Task<Result<Opening>> read_opening(runtime::Fd& fd) {
  Opening opening;
  opening.protocol = Sniffed::need_more;
  while (opening.protocol == Sniffed::need_more) {
    std::optional<Result<void>> received = receive_some(fd.get(), opening);
    if (received && !*received) co_return tl::unexpected(received->error());
    if (received) continue;
    PORTICO_CO_TRY_VOID(co_await fd.readable());
  }
  co_return opening;
}

// The same inside TLS. The bytes are put back.
Task<Result<Sniffed>> read_inner_opening(net::Stream& stream) {
  ByteVector received;
  std::array<std::uint8_t, 256> buffer;
  Sniffed verdict = Sniffed::need_more;
  while (verdict == Sniffed::need_more && received.size() < kMaxFirstFrame) {
    PORTICO_CO_TRY(got, co_await stream.read(buffer));
    if (got == 0) co_return fail(ErrorCode::closed, "ended before it said anything");
    received.insert(received.end(), buffer.begin(),
                    buffer.begin() + static_cast<std::ptrdiff_t>(got));
    verdict = sniff(received);
  }
  stream.unread(received);
  co_return verdict;
}

constexpr std::string_view kUseHttps =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
    "55\r\nConnection: close\r\n\r\n"
    "This port speaks HTTPS: use https:// in place of http.\n";

}  // namespace

struct Door::Impl {
  Impl(runtime::Loop& l, net::TlsContext* t, Handlers& h, const DoorLimits& lim, Logger& log)
      : loop(l), tls(t), handlers(h), limits(lim), logger(log), gate(l) {}

  runtime::Loop& loop;
  net::TlsContext* tls;
  Handlers& handlers;
  const DoorLimits limits;
  Logger& logger;
  runtime::Gate gate;
  std::shared_ptr<Ledger> ledger =
      std::make_shared<Ledger>(limits);  // shared with the guards of open connections
  std::vector<std::unique_ptr<net::TcpListener>> listeners;
  std::vector<Bound> bound;
  DoorCounters counters;

  struct Visitor {
    ProtocolSet allowed;
    ConnectionInfo info;
    net::Endpoints endpoints;
    std::shared_ptr<void> guard;
  };

  Result<void> listen(const ListenerRow& row, std::uint16_t port);
  void accept(const ListenerRow& row, runtime::UniqueFd socket, const net::Endpoints& endpoints);
  Task<void> serve(runtime::UniqueFd socket, Visitor visitor);
  Task<void> serve_tls(runtime::UniqueFd socket, Visitor visitor, Ledger::HalfOpen& half);
  Task<void> serve_plain_http(std::unique_ptr<net::Stream> stream, Visitor visitor,
                              Ledger::HalfOpen& half);
  Task<void> serve_stun_stream(std::unique_ptr<net::Stream> stream, const Visitor& visitor,
                               Ledger::HalfOpen& half);
  void failed(const Error& error, const Visitor& visitor, std::uint64_t& counter);
  void hand_on(std::unique_ptr<net::Stream> stream, Visitor visitor, Ledger::HalfOpen& half);
};

Result<void> Door::Impl::listen(const ListenerRow& row, std::uint16_t port) {
  SocketAddress address = row.address;
  if (address.port == 0) address.port = port;
  Result<runtime::UniqueFd> socket = net::listen_tcp(address);
  if (!socket && row.optional && socket.error().code == ErrorCode::not_found) {
    logger.info("listener skipped", {{"listener", row.name}, {"reason", socket.error().message}});
    return {};
  }
  if (!socket) return tl::unexpected(socket.error());
  auto on_accept = [this, row](runtime::UniqueFd accepted, const net::Endpoints& endpoints) {
    accept(row, std::move(accepted), endpoints);
  };
  PORTICO_TRY(listener, net::TcpListener::start(loop, std::move(*socket), on_accept));
  bound.push_back({row.name, listener->local()});
  listeners.push_back(std::move(listener));
  return {};
}

void Door::Impl::accept(const ListenerRow& row, runtime::UniqueFd socket,
                        const net::Endpoints& endpoints) {
  ++counters.accepted;
  const IpAddress& remote = endpoints.remote.ip;
  switch (ledger->admit(remote)) {
    case Ledger::Verdict::too_many:
      ++counters.refused_total;
      return;
    case Ledger::Verdict::too_many_here:
      ++counters.refused_address;
      return;
    case Ledger::Verdict::admitted_by_eviction:
      ++counters.evicted;
      break;
    case Ledger::Verdict::admitted:
      break;
  }
  Visitor visitor{row.protocols, {}, endpoints, ledger->open(loop, remote)};
  visitor.info.listener = row.name;
  visitor.info.local = endpoints.local;
  visitor.info.remote = endpoints.remote;
  visitor.info.loopback = remote.is_loopback() && endpoints.local.ip.is_loopback();
  visitor.info.accepted = loop.now();
  spawn(gate, serve(std::move(socket), std::move(visitor)));
}

void Door::Impl::failed(const Error& error, const Visitor& visitor, std::uint64_t& counter) {
  if (error.code == ErrorCode::timeout) {
    ++counters.timed_out;
  } else if (error.code != ErrorCode::closed) {
    ++counter;
  }
  logger.debug("connection ended early", {{"listener", visitor.info.listener},
                                          {"remote", visitor.info.remote.to_string()},
                                          {"reason", error.message}});
}

void Door::Impl::hand_on(std::unique_ptr<net::Stream> stream, Visitor visitor,
                         Ledger::HalfOpen& half) {
  half.leave();
  stream->set_read_deadline(std::nullopt);
  stream->set_write_deadline(std::nullopt);
  stream->hold(std::move(visitor.guard));
  ++(visitor.info.secure ? counters.https : counters.http);
  handlers.on_http(std::move(stream), std::move(visitor.info));
}

Task<void> Door::Impl::serve(runtime::UniqueFd socket, Visitor visitor) {
  Ledger::HalfOpen half(*ledger, visitor.info.remote.ip);
  Result<runtime::Fd> fd = runtime::Fd::open(loop, std::move(socket));
  if (!fd) co_return;
  fd->set_deadline(runtime::Fd::Direction::read, visitor.info.accepted + limits.first_bytes);
  half.on_abort([&fd] { fd->cancel(); });
  Result<Opening> opening = co_await read_opening(*fd);
  half.on_abort(nullptr);
  if (!opening) co_return failed(opening.error(), visitor, counters.unrecognised);
  if (half.aborted()) co_return;
  if (opening->protocol == Sniffed::tls) {
    co_await serve_tls(fd->release(), std::move(visitor), half);
    co_return;
  }
  bool ice = opening->protocol == Sniffed::ice_tcp && visitor.allowed.has(Protocol::ice_tcp);
  if (ice) {
    half.leave();
    ++counters.ice_tcp;
    net::FramedSocket framed{fd->release(), visitor.endpoints, std::move(opening->received),
                             std::move(visitor.guard)};
    handlers.on_ice_tcp(std::move(framed), std::move(visitor.info));
    co_return;
  }
  bool stream_wanted = opening->protocol == Sniffed::http || opening->protocol == Sniffed::stun;
  if (!stream_wanted) {
    ++counters.unrecognised;
    co_return;
  }
  Result<std::unique_ptr<net::Stream>> stream =
      net::make_plain_stream(loop, fd->release(), visitor.endpoints, std::move(opening->received));
  if (!stream) co_return;
  if (opening->protocol == Sniffed::http) {
    co_await serve_plain_http(std::move(*stream), std::move(visitor), half);
  } else {
    co_await serve_stun_stream(std::move(*stream), visitor, half);
  }
}

Task<void> Door::Impl::serve_plain_http(std::unique_ptr<net::Stream> stream, Visitor visitor,
                                        Ledger::HalfOpen& half) {
  bool allowed = visitor.allowed.has(Protocol::http) ||
                 (visitor.allowed.has(Protocol::http_loopback) && visitor.info.loopback);
  if (allowed) {
    hand_on(std::move(stream), std::move(visitor), half);
    co_return;
  }
  ++counters.plain_http_refused;
  if (!visitor.allowed.has(Protocol::https)) co_return;
  half.on_abort([&stream] { stream->close(); });
  stream->set_write_deadline(visitor.info.accepted + limits.first_bytes);
  Result<void> written = co_await stream->write(as_bytes(kUseHttps));
  if (written) written = co_await stream->finish();
  half.on_abort(nullptr);
}

Task<void> Door::Impl::serve_stun_stream(std::unique_ptr<net::Stream> stream,
                                         const Visitor& visitor, Ledger::HalfOpen& half) {
  if (!visitor.allowed.has(Protocol::stun)) {
    ++counters.unrecognised;
    co_return;
  }
  half.on_abort([&stream] { stream->close(); });
  std::size_t answered = co_await serve_stun(*stream, limits);
  half.on_abort(nullptr);
  counters.stun += answered;
}

Task<void> Door::Impl::serve_tls(runtime::UniqueFd socket, Visitor visitor,
                                 Ledger::HalfOpen& half) {
  if (tls == nullptr ||
      !(visitor.allowed.has(Protocol::https) || visitor.allowed.has(Protocol::stun))) {
    ++counters.unrecognised;
    co_return;
  }
  Result<std::unique_ptr<net::TlsStream>> made =
      net::make_tls_server(loop, std::move(socket), visitor.endpoints, *tls);
  if (!made) co_return failed(made.error(), visitor, counters.tls_failed);
  std::unique_ptr<net::TlsStream> stream = std::move(*made);
  half.on_abort([&stream] { stream->close(); });
  Instant deadline = visitor.info.accepted + limits.handshake;
  Result<void> shaken = co_await stream->handshake(deadline);
  if (!shaken) co_return failed(shaken.error(), visitor, counters.tls_failed);
  visitor.info.secure = true;
  Result<Sniffed> inner = stream->alpn() == "http/1.1" ? Sniffed::http : Sniffed::stun;
  if (stream->alpn().empty()) {
    stream->set_read_deadline(deadline);
    inner = co_await read_inner_opening(*stream);
  }
  half.on_abort(nullptr);
  if (!inner) co_return failed(inner.error(), visitor, counters.unrecognised);
  if (half.aborted()) co_return;
  if (*inner == Sniffed::http && visitor.allowed.has(Protocol::https)) {
    hand_on(std::move(stream), std::move(visitor), half);
  } else if (*inner == Sniffed::stun) {
    co_await serve_stun_stream(std::move(stream), visitor, half);
  } else {
    ++counters.unrecognised;
  }
}

Door::Door(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Door::~Door() = default;

Result<std::unique_ptr<Door>> Door::open(runtime::Loop& loop, const ListenerTable& table,
                                         net::TlsContext* tls, Handlers& handlers,
                                         DoorLimits limits, Logger& logger) {
  if (Result<void> good = table.check(); !good) return tl::unexpected(good.error());
  auto impl = std::make_unique<Impl>(loop, tls, handlers, limits, logger);
  std::map<std::string, std::uint16_t>
      chosen;  // port 0 becomes the same port for a name's families
  for (const ListenerRow& row : table.rows) {
    if (row.transport != Transport::tcp) continue;
    std::size_t before = impl->bound.size();
    if (Result<void> listening = impl->listen(row, chosen[row.name]); !listening)
      return tl::unexpected(listening.error());
    if (impl->bound.size() > before) chosen[row.name] = impl->bound.back().local.port;
  }
  return std::unique_ptr<Door>(new Door(std::move(impl)));
}

Task<void> Door::close() {
  impl_->listeners.clear();
  impl_->gate.close();
  impl_->ledger->abort_all();
  co_await impl_->gate.drained();
}

const std::vector<Door::Bound>& Door::bound() const { return impl_->bound; }
const DoorCounters& Door::counters() const { return impl_->counters; }
std::size_t Door::half_open() const { return impl_->ledger->half_open(); }
std::size_t Door::open_connections() const { return impl_->ledger->open_connections(); }

}  // namespace portico::io::door
