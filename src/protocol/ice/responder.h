#pragma once
// Judges the checks that peers send us (RFC 8445 7.3, RFC 8489 9.1.3) and writes the answers. Knows
// our credentials of this and of the previous generation; knows nothing about pairs.

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/socket_address.h"
#include "base/time.h"
#include "codec/stun/integrity.h"
#include "codec/stun/message.h"
#include "protocol/ice/credentials.h"

namespace portico::protocol::ice {

class Responder {
 public:
  explicit Responder(Credentials local) : current_(std::move(local)) {}

  const Credentials& current() const { return current_.credentials; }
  const Credentials* retired() const { return retired_ ? &retired_->credentials : nullptr; }
  // `local` becomes current, and what was current retired.
  void rotate(Credentials local);
  void drop_retired() { retired_.reset(); }

  enum class Verdict : std::uint8_t {
    accepted,         // authentic, complete, understood
    malformed,        // answered with 400 or 420, or dropped
    unauthenticated,  // answered with 401, or dropped
  };
  struct Judgement {
    Verdict verdict = Verdict::malformed;
    bool retired = false;              // made for the previous generation
    std::optional<ByteVector> answer;  // an error to send back
  };
  // `check` is a Binding request. Errors to unauthenticated senders are short (at most 1.6 times
  // the request) and at most 10 a second.
  Judgement judge(const codec::stun::Message& check, Instant now);

  ByteVector success(const codec::stun::Message& check, const SocketAddress& source,
                     bool retired) const;
  ByteVector role_conflict(const codec::stun::Message& check) const;

 private:
  struct Generation {
    explicit Generation(Credentials c)
        : credentials(std::move(c)), key(as_bytes(credentials.pwd)) {}
    Credentials credentials;
    codec::stun::IntegrityKey key;
  };
  const Generation* generation_of(std::string_view username) const;
  std::optional<ByteVector> refuse_stranger(const codec::stun::Message& check, int code,
                                            Instant now);

  Generation current_;
  std::optional<Generation> retired_;
  Instant window_start_{};
  std::uint32_t answers_in_window_ = 0;
};

}  // namespace portico::protocol::ice
