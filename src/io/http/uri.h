#pragma once
// The parts of a request target (RFC 9112 section 3.2, RFC 3986 section 2.1).

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace portico::io::http {

struct Target {
  std::string path;   // decoded, starts with '/', without runs of '/'
  std::string query;  // raw
};

// Origin form, absolute form, or "*". Errors: invalid (bad escapes, a zero byte, control
// characters, no leading '/').
Result<Target> parse_target(std::string_view target);

// Undoes %XX, and '+' for space if `form`. Nothing on a bad escape.
std::optional<std::string> percent_decode(std::string_view text, bool form);
// Escapes all but unreserved characters.
std::string percent_encode(std::string_view text);

// First parameter of that name in "a=1&b=2".
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

}  // namespace portico::io::http
