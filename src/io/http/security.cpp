#include "io/http/security.h"

namespace portico::io::http {
namespace {

// A Host field that can stand in a policy without ending the directive.
bool plain_host(std::string_view host) {
  return !host.empty() && host.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "0123456789.-:[]") == host.npos;
}

}  // namespace

std::string content_security_policy(const SecurityPolicy& policy, bool secure,
                                    std::string_view host) {
  std::string sockets;
  if (plain_host(host)) sockets = (secure ? " wss://" : " ws://") + std::string(host);
  const std::string extra = policy.extra_sources.empty() ? "" : " " + policy.extra_sources;
  return "default-src 'self'; script-src 'self'; style-src 'self'; "
         "img-src 'self' data: blob:" +
         extra + "; media-src 'self' blob: mediastream:" + extra + "; connect-src 'self'" +
         sockets + extra +
         "; worker-src 'self' blob:; font-src 'self'; object-src 'none'; base-uri 'none'; "
         "form-action 'self'; frame-ancestors 'self'";
}

void add_security_headers(Headers& headers, const SecurityPolicy& policy, bool secure,
                          std::string_view host) {
  headers.set_default("Content-Security-Policy", content_security_policy(policy, secure, host));
  headers.set_default("X-Content-Type-Options", "nosniff");
  headers.set_default("X-Frame-Options", "SAMEORIGIN");  // for browsers without frame-ancestors
  // Room links hold a secret in the fragment, which is never sent, and a room in the path, which is
  // nobody else's business.
  headers.set_default("Referrer-Policy", "no-referrer");
  headers.set_default("Permissions-Policy",
                      "camera=(self), microphone=(self), display-capture=(self), "
                      "fullscreen=(self), autoplay=(self), screen-wake-lock=(self), "
                      "picture-in-picture=(self), geolocation=(), payment=(), usb=()");
  if (policy.hsts && secure) {
    headers.set_default("Strict-Transport-Security", "max-age=31536000");
  }
}

void add_cors_headers(Headers& headers) {
  headers.set_default("Access-Control-Allow-Origin", "*");
  headers.set_default("Access-Control-Expose-Headers", "*");
}

Response cors_preflight() {
  Response response = Response::empty(204);
  response.quiet = true;
  add_cors_headers(response.headers);
  response.headers.add("Access-Control-Allow-Methods", "OPTIONS, HEAD, GET, POST, PATCH, DELETE");
  // "*" does not cover Authorization (Fetch standard), so it is named.
  response.headers.add("Access-Control-Allow-Headers", "Authorization, *");
  response.headers.add("Access-Control-Max-Age", "86400");
  return response;
}

}  // namespace portico::io::http
