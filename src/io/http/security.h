#pragma once
// Headers that tell browsers what pages of ours may do, on every response.

#include <string>
#include <string_view>

#include "io/http/message.h"

namespace portico::io::http {

struct SecurityPolicy {
  // Strict-Transport-Security: only with a public name and a trusted certificate, or a browser
  // locks people out.
  bool hsts = false;
  // Extra sources for connect-src, img-src and media-src, separated by spaces (a media server on
  // another origin).
  std::string extra_sources;
};

// The Content-Security-Policy for this policy: scripts from this origin only, none inline, no
// plugins, no framing by others. `host` is the Host field of the request: WebSockets to it are
// named, because not every browser counts them as 'self'.
std::string content_security_policy(const SecurityPolicy& policy, bool secure,
                                    std::string_view host);

// Adds what the handler has not set itself. `secure`: the request came through TLS.
void add_security_headers(Headers& headers, const SecurityPolicy& policy, bool secure,
                          std::string_view host);

// Access-Control-* for routes that any origin may call (livekit-protocol 1.1).
void add_cors_headers(Headers& headers);
// The answer to an OPTIONS preflight.
Response cors_preflight();

}  // namespace portico::io::http
