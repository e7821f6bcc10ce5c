#include "io/http/parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include "io/http/uri.h"

namespace portico::io::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using beast::string_view;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

// Receives the parser's events straight into a Request.
class Sink final : public beast::http::basic_parser<true> {
 public:
  explicit Sink(std::size_t max_fields) : max_fields_(max_fields) {}

  Request request;
  std::string target;
  std::size_t max_body = 0;
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
    if (header_done_) return;  // trailers of a chunked body carry nothing that we use
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
    header_done_ = true;
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

  void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) override {
    if (length) request.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 65536)));
  }
  std::size_t append(string_view body, error_code& error) {
    if (body.size() > max_body - request.body.size()) {
      refuse(413, "the body is too large", error);
      return 0;
    }
    request.body.append(body.data(), body.size());
    return body.size();
  }
  std::size_t on_body_impl(string_view body, error_code& error) override {
    return append(body, error);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
    return append(body, error);
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}

  std::size_t max_fields_;
  bool header_done_ = false;
};

}  // namespace

struct RequestParser::Impl {
  Impl(std::size_t header, std::size_t fields) : sink(fields), max_header(header) {
    sink.header_limit(static_cast<std::uint32_t>(header));
    sink.body_limit(boost::none);
  }
  Sink sink;
  std::size_t max_header;
  bool header_reported = false;
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

void RequestParser::set_max_body(std::size_t bytes) { impl_->sink.max_body = bytes; }

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

Result<RequestParser::Step> RequestParser::put(Bytes input) {
  Sink& sink = impl_->sink;
  Step step;
  try {
    // Not eager: one call handles one piece, so that the header is reported before the body is touched.
    while (true) {
      if (!impl_->header_reported && sink.is_header_done()) {
        impl_->header_reported = true;
        step.progress = Progress::header;
        return step;
      }
      if (impl_->header_reported) {
        const auto length = sink.content_length();
        if (length && *length > sink.max_body) {
          impl_->status = 413;
          return fail(ErrorCode::limit, "the body is too large");
        }
        if (sink.is_done()) {
          step.progress = Progress::complete;
          return step;
        }
      }
      const Bytes rest = input.subspan(step.consumed);
      if (rest.empty()) return step;
      error_code error;
      const std::size_t used = sink.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
      step.consumed += used;
      if (error == beast::http::error::need_more) {
        if (input.size() - step.consumed > impl_->max_header) {
          impl_->status = 431;
          return fail(ErrorCode::limit, "the request's header is too large");
        }
        return step;
      }
      if (error) return tl::unexpected(describe(sink, error, impl_->status));
    }
  } catch (const std::exception& exception) {
    impl_->status = 400;
    return fail(ErrorCode::invalid, exception.what());
  }
}

}  // namespace portico::io::http
