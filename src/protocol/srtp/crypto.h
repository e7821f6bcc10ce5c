#pragma once
// The three primitives SRTP is made of, keyed once and used for every packet without allocation.
// Two makers: OpenSSL (crypto_openssl.cpp) and Intel IPsec-MB (crypto_ipsec_mb.cpp, GCM only).

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/srtp/profile.h"

namespace portico::protocol::srtp {

constexpr std::size_t kGcmNonceSize = 12;
constexpr std::size_t kGcmTagSize = 16;

enum class Direction : std::uint8_t { seal, open };

// AES-GCM with 12-byte nonces and 16-byte tags, for one direction.
class Aead {
 public:
  virtual ~Aead() = default;
  // Writes ciphertext and tag, plain.size() + 16 bytes. `plain` may begin exactly at `out`.
  virtual bool seal(const std::uint8_t* nonce, Bytes aad, Bytes plain,
                    std::uint8_t* out) noexcept = 0;
  // Decrypts in place, `data` being ciphertext and tag; false: not authentic, and the content is
  // undefined.
  virtual bool open(const std::uint8_t* nonce, Bytes aad, MutableBytes data) noexcept = 0;
};

// AES counter mode (RFC 3711 4.1.1); encryption and decryption are the same. `in` may begin exactly
// at `out`.
class CounterMode {
 public:
  virtual ~CounterMode() = default;
  virtual bool crypt(const std::uint8_t* iv16, Bytes in, std::uint8_t* out) noexcept = 0;
};

// HMAC-SHA1 over first || second, with the key's two pad blocks hashed beforehand.
class HmacSha1 {
 public:
  virtual ~HmacSha1() = default;
  virtual void tag(Bytes first, Bytes second, std::uint8_t out[20]) noexcept = 0;
};

// `key` is 16 or 32 bytes. Backend::automatic chooses. Errors: unsupported, internal.
Result<std::unique_ptr<Aead>> make_aead(Backend backend, Direction direction, Bytes key);
Result<std::unique_ptr<CounterMode>> make_counter_mode(Bytes key);
Result<std::unique_ptr<HmacSha1>> make_hmac_sha1(Bytes key);

// Constant time in the content.
bool equal_tags(Bytes a, Bytes b);
void wipe(MutableBytes secret);

// Null when IPsec-MB is not built in or the processor can't run it.
std::unique_ptr<Aead> make_ipsec_mb_aead(Bytes key);

}  // namespace portico::protocol::srtp
