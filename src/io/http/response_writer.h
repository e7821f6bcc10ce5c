#pragma once
// How a response looks on the wire.

#include <string>
#include <string_view>

#include "base/time.h"
#include "io/http/message.h"

namespace portico::io::http {

enum class Ending { keep_alive, close, upgrade };

// Status line and header fields with the blank line. Content-Length is added for every status that
// may have a body; header values with line breaks or control characters are dropped, so that no
// value can forge a field. `now` makes the Date.
std::string response_head(const Response& response, bool http_1_0, Ending ending, WallTime now);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7)
std::string http_date(WallTime time);

// Must this status not have a body?
constexpr bool bodyless(unsigned status) { return status < 200 || status == 204 || status == 304; }

// The bytes to send behind the head.
inline Bytes body_of(const Response& response) {
  return response.view.empty() ? as_bytes(response.body) : response.view;
}

}  // namespace portico::io::http
