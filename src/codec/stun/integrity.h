#pragma once
// An HMAC key set up once and used for many messages. Fetching the algorithm and hashing the key's
// pads costs more than hashing a whole STUN message; here it happens in the constructor (SHA-1) or
// at the first use (SHA-256). One thread at a time may use a key: even const functions work in the
// key's own scratch state.

#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace portico::codec::stun {

class IntegrityKey {
 public:
  using Sha1 = std::array<std::uint8_t, 20>;
  using Sha256 = std::array<std::uint8_t, 32>;

  // Short-term credentials: the password's bytes. Long-term: MD5 or SHA-256 of
  // "user:realm:password" (RFC 8489 9.2.2).
  explicit IntegrityKey(Bytes key);
  ~IntegrityKey();
  IntegrityKey(IntegrityKey&&) noexcept;
  IntegrityKey& operator=(IntegrityKey&&) noexcept;

  // HMAC over `head` followed by `tail`: a message's header with the length field as RFC 8489 14.5
  // wants it, and the rest.
  Sha1 sha1(Bytes head, Bytes tail) const;
  Sha256 sha256(Bytes head, Bytes tail) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Compares in a time that does not depend on the contents. False for different sizes.
bool equal_constant_time(Bytes a, Bytes b);

}  // namespace portico::codec::stun
