#pragma once
// A stand-in for DTLS in simulations: three handshake messages (hello, answer, finished) with
// retransmission, records that look like DTLS to RFC 7983, a keyed checksum instead of encryption,
// SRTP keys computed from both sides' nonces. Deterministic: the same seeds and the same packets
// give the same keys. No secrecy whatsoever; never wire it into a server.

#include <cstdint>
#include <memory>
#include <string>

#include "protocol/dtls/transport.h"

namespace portico::protocol::dtls {

class FakeContext final : public Factory {
 public:
  // The seed stands for the certificate (and so its fingerprint) and feeds the nonces.
  explicit FakeContext(std::uint64_t seed, srtp::Profile profile = srtp::Profile::aead_aes_128_gcm);

  Result<std::unique_ptr<Transport>> create(Role role) const override;
  const std::string& fingerprint() const override { return fingerprint_; }

 private:
  std::uint64_t seed_;
  srtp::Profile profile_;
  std::string fingerprint_;
  mutable std::uint64_t created_ =
      0;  // makes nonces differ between transports; single-threaded, unlike the real one
};

}  // namespace portico::protocol::dtls
