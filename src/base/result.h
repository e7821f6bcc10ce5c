#pragma once
// Result<T>: how every fallible function of ours answers. No exceptions of our own; third-party
// ones are caught in the file that includes the library. An Error carries a machine-readable code
// and a sentence for a person.

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace portico {

enum class ErrorCode : std::uint16_t {
  invalid,          // the input violates its format; `message` names the field
  truncated,        // the input ends too early; more bytes could make it valid
  limit,            // a documented bound was exceeded
  unsupported,      // well-formed, but a feature we do not have
  unauthenticated,  // an integrity check or credential failed
  denied,           // authenticated, but not allowed
  not_found,        //
  conflict,         // already exists, or in the wrong state
  closed,           // the peer or we closed the resource
  timeout,          //
  io,               // the operating system said no; `message` has its words
  internal,         // a library failed in a way that input can't explain
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string_view message) {
  return tl::unexpected<Error>(Error{code, std::string(message)});
}

}  // namespace portico

// Statement form, safe in functions and (as PORTICO_CO_TRY) in coroutines: binds `name` or returns
// the error.
#define PORTICO_CONCAT_(a, b) a##b
#define PORTICO_CONCAT(a, b) PORTICO_CONCAT_(a, b)
#define PORTICO_TRY(name, expression)                                                            \
  auto PORTICO_CONCAT(name, _result) = (expression);                                             \
  if (!PORTICO_CONCAT(name, _result))                                                            \
    return ::tl::unexpected<::portico::Error>(std::move(PORTICO_CONCAT(name, _result)).error()); \
  auto& name = *PORTICO_CONCAT(name, _result)
// The same for Result<void>.
#define PORTICO_TRY_DO(expression)                     \
  if (auto portico_done = (expression); !portico_done) \
  return ::tl::unexpected<::portico::Error>(std::move(portico_done).error())
