#pragma once
// The real DTLS: OpenSSL 3 over a datagram BIO. One context per certificate, shared by all
// transports made from it.
//
// DTLS 1.2 only, ECDHE with AEAD suites first, MTU 1200, no renegotiation, no tickets, no cookies
// (ICE has proved the peer's address). As server we choose the SRTP profile by our order:
// AES-128-GCM, AES-256-GCM, AES_CM_128_HMAC_SHA1_80. OpenSSL reads the system's clock and its own
// random source; only the deadlines come from us.

#include <memory>
#include <string>
#include <string_view>

#include "protocol/dtls/transport.h"

namespace portico::protocol::dtls {

class Context final : public Factory {
 public:
  // A fresh P-256 key and a self-signed certificate with a random serial number, valid from a day
  // ago for `days`.
  static Result<std::unique_ptr<Context>> create_self_signed(int days = 365);
  // From PEM texts. Errors: invalid (unreadable, or key and certificate don't match).
  static Result<std::unique_ptr<Context>> create_from_pem(std::string_view certificate,
                                                          std::string_view private_key);
  ~Context() override;

  Result<std::unique_ptr<Transport>> create(Role role) const override;
  const std::string& fingerprint() const override;

  struct Impl;

 private:
  explicit Context(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::protocol::dtls
