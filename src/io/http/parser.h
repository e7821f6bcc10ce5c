#pragma once
// HTTP/1.1 request syntax (RFC 9112), without a socket. One parser reads one request; the caller
// keeps the received bytes in one buffer and drops what the parser has consumed.
//
// Refused: requests that two servers could read differently (Content-Length with Transfer-Encoding,
// several lengths, any coding but "chunked"), no or several Host fields in HTTP/1.1, bad targets.

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "io/http/message.h"

namespace portico::io::http {

class RequestParser {
 public:
  // `max_header`: bytes of request line and fields together. Also bounds what need_more may leave
  // unconsumed.
  RequestParser(std::size_t max_header, std::size_t max_fields);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  enum class Progress {
    need_more,  // call again with the unconsumed bytes and more behind them
    header,     // the header is complete: look at request(), set_max_body(), call again
    complete,
  };
  struct Step {
    Progress progress = Progress::need_more;
    std::size_t consumed = 0;
  };
  // Errors: invalid, limit, unsupported, with a sentence; status() says which response. The
  // connection must end after it.
  Result<Step> put(Bytes input);

  // The HTTP status for the last error: 400, 413, 417, 431, 501, 505.
  unsigned status() const;
  // Larger bodies are a limit error (413). Takes effect at once. Default 0.
  void set_max_body(std::size_t bytes);

  // After header: all but the body. After complete: everything.
  Request& request();
  bool keep_alive() const;
  // The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::io::http
