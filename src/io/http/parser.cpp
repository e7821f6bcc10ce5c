#include "io/http/parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include "io/http/chunked.h"
#include "io/http/uri.h"

namespace portico::io::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

// Receives the header straight into a Request.
class Sink final : public beast::http::basic_parser<true> {
 public:
  explicit Sink(std::size_t max_fields) : max_fields_(max_fields) {}

  Request request;
  std::string target;
  unsigned status = 0;  // of our own refusals; 0: none
  std::string_view problem;

 private:
  void refuse(unsigned code, std::string_view what, error_code& error) {
    status = code;
    problem = what;
    error = beast::http::error::bad_value;
  }

  void on_request_impl(beast::http::verb, string_view method, string_view text, int version,
                       error_code& error) override {
    request.method = view(method);
    target = view(text);
    request.http_1_0 = version == 10;
    if (method.size() > 32) refuse(501, "the method is not known", error);
  }

  void on_field_impl(beast::http::field name, string_view name_text, string_view value,
                     error_code& error) override {
    if (request.headers.size() >= max_fields_) {
      return refuse(431, "too many header fields", error);
    }
    if (name == beast::http::field::transfer_encoding &&
        !equal_ignoring_case(view(value), "chunked")) {
      return refuse(501, "no transfer coding but 'chunked' is known", error);
    }
    if (name == beast::http::field::host && request.headers.has("Host")) {
      return refuse(400, "two Host fields", error);
    }
    request.headers.add(view(name_text), view(value));
  }

  void on_header_impl(error_code& error) override {
    if (!request.http_1_0 && !request.headers.has("Host")) {
      return refuse(400, "the Host field is missing", error);
    }
    auto parsed = http::parse_target(target);
    if (!parsed) return refuse(400, "the request target is not valid", error);
    request.path = std::move(parsed->path);
    request.query = std::move(parsed->query);
    if (const std::string_view expect = request.headers.get("Expect");
        !expect.empty() && !equal_ignoring_case(expect, "100-continue")) {
      refuse(417, "no expectation but 100-continue is known", error);
    }
  }

  // The library reads headers only. Its chunk parser trusts the end of the last chunk too much:
  // "0\r\n\n" ends in an assertion.
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}

  std::size_t max_fields_;
};

}  // namespace

struct RequestParser::Impl {
  Impl(std::size_t header, std::size_t fields) : sink(fields), max_header(header) {
    sink.header_limit(static_cast<std::uint32_t>(header));
    sink.body_limit(boost::none);
  }
  Result<bool> read_header(Bytes& input);
  Result<bool> read_body(Bytes& input);

  Sink sink;
  ChunkedDecoder chunked;
  std::size_t max_header;
  std::size_t max_body = 0;
  bool header_done = false;
  unsigned status = 400;
};

RequestParser::RequestParser(std::size_t max_header, std::size_t max_fields)
    : impl_(std::make_unique<Impl>(max_header, max_fields)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

unsigned RequestParser::status() const { return impl_->status; }
Request& RequestParser::request() { return impl_->sink.request; }
bool RequestParser::keep_alive() const { return impl_->sink.keep_alive(); }
bool RequestParser::expects_continue() const {
  const Request& request = impl_->sink.request;
  return !request.http_1_0 && !impl_->sink.is_done() && request.headers.has("Expect");
}

void RequestParser::set_max_body(std::size_t bytes) { impl_->max_body = bytes; }

namespace {

Error describe(const Sink& sink, const error_code& error, unsigned& status) {
  using beast::http::error;
  if (sink.status != 0) {
    status = sink.status;
    return {status == 413 || status == 431 ? ErrorCode::limit : ErrorCode::invalid,
            std::string(sink.problem)};
  }
  if (error == error::header_limit) {
    status = 431;
    return {ErrorCode::limit, "the request's header is too large"};
  }
  if (error == error::bad_version) {
    status = 505;
    return {ErrorCode::unsupported, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  }
  status = 400;
  return {ErrorCode::invalid, "not an HTTP request: " + error.message()};
}

}  // namespace

// True: complete. Consumes from the front of `input`.
Result<bool> RequestParser::Impl::read_header(Bytes& input) {
  try {
    while (!sink.is_header_done() && !input.empty()) {
      error_code error;
      const std::size_t used =
          sink.put(boost::asio::const_buffer(input.data(), input.size()), error);
      input = input.subspan(used);
      if (error == beast::http::error::need_more) break;
      if (error) return tl::unexpected(describe(sink, error, status));
    }
  } catch (const std::exception& exception) {
    status = 400;
    return fail(ErrorCode::invalid, exception.what());
  }
  if (!sink.is_header_done() && input.size() > max_header) {
    status = 431;
    return fail(ErrorCode::limit, "the request's header is too large");
  }
  return sink.is_header_done();
}

Result<bool> RequestParser::Impl::read_body(Bytes& input) {
  std::string& body = sink.request.body;
  if (sink.chunked()) {
    auto complete = chunked.decode(input, body, max_body);
    if (!complete) status = complete.error().code == ErrorCode::limit ? 413 : 400;
    return complete;
  }
  const auto length = sink.content_length();
  if (!length) return true;
  if (*length > max_body) {
    status = 413;
    return fail(ErrorCode::limit, "the body is too large");
  }
  const std::size_t size = std::min(static_cast<std::size_t>(*length) - body.size(), input.size());
  body += as_text(input.first(size));
  input = input.subspan(size);
  return body.size() == *length;
}

Result<RequestParser::Step> RequestParser::put(Bytes input) {
  const std::size_t size = input.size();
  Step step;
  const bool in_header = !impl_->header_done;
  PORTICO_TRY(complete, in_header ? impl_->read_header(input) : impl_->read_body(input));
  if (complete) step.progress = in_header ? Progress::header : Progress::complete;
  if (in_header) impl_->header_done = complete;
  step.consumed = size - input.size();
  return step;
}

}  // namespace portico::io::http
