#include "io/http/connection.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "io/http/response_writer.h"
#include "io/runtime/loop.h"

namespace portico::io::http {
namespace {

constexpr std::size_t kReadSize = 8 * 1024;
constexpr std::size_t kWriteChunk = 64 * 1024;
constexpr std::size_t kDrainBytes = 1024 * 1024;
constexpr Duration kDrainTime = 2s;

Response not_found(const Request& request, const Router::Match& match) {
  if (!match.path_known)
    return Response::error(404, "not_found", "there is nothing at this address");
  Response response = Response::error(405, "invalid_argument",
                                      fmt::format("{} is not possible here", request.method));
  response.headers.add("Allow", match.allow);
  return response;
}

}  // namespace

Connection::Connection(ServerContext& context, std::unique_ptr<net::Stream> stream)
    : context_(context), stream_(std::move(stream)) {
  context_.open.add(1);
}

Connection::~Connection() { context_.open.add(-1); }

std::string Connection::new_id() {
  return context_.random.text(16, "0123456789abcdefghijklmnopqrstuvwxyz");
}

void Connection::go_away() {
  going_away_ = true;
  if (close_websocket_) close_websocket_();
  if (idle_ && stream_) stream_->close();
}

void Connection::abort() {
  aborted_ = true;
  if (stream_) stream_->close();
  if (close_websocket_) close_websocket_();
}

runtime::Task<void> Connection::run() {
  for (std::size_t count = 0; count < context_.config.max_requests_per_connection; ++count) {
    const Next next = co_await serve_one();
    if (next == Next::upgraded) co_return;
    if (next == Next::end || going_away_ || aborted_) break;
  }
  auto finished = co_await stream_->finish();
  if (finished && drain_ && !aborted_) co_await drain_input();
  stream_->close();
}

runtime::Task<Connection::Next> Connection::serve_one() {
  RequestParser parser(context_.config.max_header, context_.config.max_fields);
  auto head = co_await read_head(parser);
  if (!head) {
    if (head.error().code == ErrorCode::closed) co_return Next::end;
    co_await refuse(parser, head.error());
    co_return Next::end;
  }
  Request& request = parser.request();
  request.remote = stream_->remote();
  request.local = stream_->local();
  request.secure = stream_->secure();
  request.id = new_id();
  const Instant started = context_.loop.now();
  context_.requests.add();
  const Router::Match match = context_.router.find(request.method, request.path);
  parser.set_max_body(match.route != nullptr ? match.route->options.max_body : kDefaultMaxBody);
  auto body = co_await read_body(parser);
  if (!body) {
    if (body.error().code == ErrorCode::closed) co_return Next::end;
    co_await refuse(parser, body.error());
    co_return Next::end;
  }
  const bool keep = parser.keep_alive();
  Request received = std::move(request);
  Request about;  // what logging and framing need once the handler owns the request
  about.method = received.method;
  about.path = received.path;
  about.remote = received.remote;
  about.secure = received.secure;
  about.id = received.id;
  about.http_1_0 = received.http_1_0;
  about.headers.add("Host", received.host());
  Response response = co_await answer(match, std::move(received));
  if (match.cors) add_cors_headers(response.headers);
  log(about, response, started);
  if (response.upgrade) {
    co_await upgrade(std::move(response));
    co_return Next::upgraded;
  }
  const bool stay = keep && !going_away_ && !context_.closing;
  auto sent = co_await respond(response, about, stay);
  co_return sent&& stay ? Next::again : Next::end;
}

runtime::Task<Response> Connection::answer(Router::Match match, Request request) {
  if (match.cors && request.method == "OPTIONS") co_return cors_preflight();
  if (match.route == nullptr) co_return not_found(request, match);
  runtime::Task<Response> handling = match.route->handler(std::move(request));
  co_return co_await std::move(handling);
}

runtime::Task<Result<void>> Connection::read_more() {
  if (aborted_) co_return fail(ErrorCode::closed, "the connection was ended");
  const std::size_t old = buffer_.size();
  buffer_.resize(old + kReadSize);
  auto size = co_await stream_->read(MutableBytes(buffer_).subspan(old));
  buffer_.resize(old + (size ? *size : 0));
  if (!size) co_return tl::unexpected(size.error());
  if (*size == 0) co_return fail(ErrorCode::closed, "the peer has ended the connection");
  co_return Result<void>();
}

runtime::Task<Result<void>> Connection::read_head(RequestParser& parser) {
  // RFC 9112 section 2.2: ignore an empty line before the request line.
  std::size_t blank = 0;
  idle_ = true;
  stream_->set_read_deadline(context_.loop.now() + context_.config.idle);
  bool first = true;
  while (true) {
    while (blank < 2 && blank < buffer_.size() &&
           (buffer_[blank] == '\r' || buffer_[blank] == '\n')) {
      ++blank;
    }
    if (buffer_.size() > blank) {
      idle_ = false;
      if (first) stream_->set_read_deadline(context_.loop.now() + context_.config.header);
      first = false;
      if (blank > 0)
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(blank));
      blank = 0;
      PORTICO_CO_TRY(step, parser.put(buffer_));
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(step.consumed));
      if (step.progress == RequestParser::Progress::header) co_return Result<void>();
    }
    if (idle_ && going_away_) co_return fail(ErrorCode::closed, "the server is going away");
    auto more = co_await read_more();
    if (!more) {
      // Whoever has sent nothing is not owed an answer.
      const bool owed = !idle_ && more.error().code == ErrorCode::timeout;
      if (owed) co_return tl::unexpected(more.error());
      co_return fail(ErrorCode::closed, more.error().message);
    }
  }
}

runtime::Task<Result<void>> Connection::read_body(RequestParser& parser) {
  stream_->set_read_deadline(context_.loop.now() + context_.config.body);
  bool continued = !parser.expects_continue();
  while (true) {
    PORTICO_CO_TRY(step, parser.put(buffer_));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(step.consumed));
    if (step.progress == RequestParser::Progress::complete) co_return Result<void>();
    if (!continued) {
      continued = true;
      if (buffer_.empty()) {
        auto sent = co_await write(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
        if (!sent) co_return fail(ErrorCode::closed, sent.error().message);
      }
    }
    auto more = co_await read_more();
    if (!more) co_return tl::unexpected(more.error());
  }
}

runtime::Task<Result<void>> Connection::write(Bytes data) {
  while (!data.empty()) {
    if (aborted_) co_return fail(ErrorCode::closed, "the connection was ended");
    const Bytes chunk = data.first(std::min(data.size(), kWriteChunk));
    stream_->set_write_deadline(context_.loop.now() + context_.config.write_stall);
    auto sent = co_await stream_->write(chunk);
    if (!sent) co_return sent;
    data = data.subspan(chunk.size());
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> Connection::respond(const Response& response, const Request& request,
                                                bool keep) {
  Response head = Response::empty(response.status);
  head.headers = response.headers;
  head.view = body_of(response);
  head.headers.set_default("X-Request-Id", request.id);
  add_security_headers(head.headers, context_.config.security, request.secure, request.host());
  std::string out = response_head(head, request.http_1_0, keep ? Ending::keep_alive : Ending::close,
                                  runtime::wall_clock());
  Bytes body = body_of(response);
  if (request.method == "HEAD" || bodyless(response.status)) body = {};
  // One write, one packet, for what is small.
  const std::size_t inlined =
      std::min(body.size(), kWriteChunk - std::min(out.size(), kWriteChunk));
  out += as_text(body.first(inlined));
  auto sent = co_await write(as_bytes(out));
  if (!sent) co_return sent;
  co_return co_await write(body.subspan(inlined));
}

runtime::Task<void> Connection::refuse(RequestParser& parser, Error error) {
  context_.rejected.add();
  Request& request = parser.request();
  request.id = new_id();
  drain_ = true;
  const bool timed_out = error.code == ErrorCode::timeout;
  const unsigned status = timed_out ? 408 : parser.status();
  const std::string_view code = timed_out       ? "deadline_exceeded"
                                : status == 413 ? "resource_exhausted"
                                                : "malformed";
  const Response response =
      Response::error(status, code, timed_out ? "the request came too slowly" : error.message);
  log(request, response, context_.loop.now());
  auto sent = co_await respond(response, request, false);
  if (!sent) aborted_ = true;
}

runtime::Task<void> Connection::upgrade(Response response) {
  const std::string head = response_head(response, false, Ending::upgrade, runtime::wall_clock());
  auto sent = co_await write(as_bytes(head));
  if (!sent) co_return;
  context_.websockets.add(1);
  std::function<void(std::function<void()>)> on_start = [this](std::function<void()> closer) {
    close_websocket_ = std::move(closer);
    if (going_away_) close_websocket_();
  };
  co_await run_websocket(std::move(stream_), std::move(buffer_), std::move(response.upgrade),
                         context_.config.websocket, codec::websocket::Role::server,
                         std::move(on_start));
  close_websocket_ = nullptr;
  context_.websockets.add(-1);
}

runtime::Task<void> Connection::drain_input() {
  idle_ = true;  // nothing is lost by ending this
  if (going_away_) co_return;
  stream_->set_read_deadline(context_.loop.now() + kDrainTime);
  std::size_t total = 0;
  while (total < kDrainBytes) {
    buffer_.clear();
    auto more = co_await read_more();
    if (!more) co_return;
    total += buffer_.size();
  }
}

void Connection::log(const Request& request, const Response& response, Instant started) {
  if (response.status >= 500) context_.errors.add();
  LogLevel level = LogLevel::info;
  if (response.status >= 500) level = LogLevel::warning;
  if (response.quiet && response.status < 400) level = LogLevel::debug;
  if (!context_.logger.enabled(level)) return;
  // Never the query: it carries tokens.
  context_.logger.log(level, "http request",
                      {{"request", request.id},
                       {"method", request.method},
                       {"path", request.path},
                       {"status", std::to_string(response.status)},
                       {"remote", stream_->remote().to_string()},
                       {"listener", context_.config.name},
                       {"ms", std::to_string(to_ms(context_.loop.now() - started))}});
}

}  // namespace portico::io::http
