#include "codec/stun/integrity.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.h"

namespace portico::codec::stun {
namespace {

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Mac = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

Mac make_mac(const char* digest, Bytes key) {
  EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Mac mac(EVP_MAC_CTX_new(algorithm));
  EVP_MAC_free(algorithm);  // the context holds its own reference
  char name[16] = {};
  for (std::size_t i = 0; digest[i] != 0 && i + 1 < sizeof name; ++i) name[i] = digest[i];
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                         OSSL_PARAM_construct_end()};
  // HMAC pads keys with zeros, so one zero byte is the empty key, which OpenSSL would take for
  // "keep the old one".
  const std::uint8_t zero = 0;
  const std::uint8_t* bytes = key.empty() ? &zero : key.data();
  std::size_t size = key.empty() ? 1 : key.size();
  PORTICO_CHECK(mac != nullptr && EVP_MAC_init(mac.get(), bytes, size, params) == 1);
  return mac;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> digest_of(EVP_MAC_CTX* mac, Bytes head, Bytes tail) {
  std::array<std::uint8_t, Size> out;
  std::size_t written = 0;
  // Without key and parameters the context starts again from the pads it already has.
  PORTICO_CHECK(EVP_MAC_init(mac, nullptr, 0, nullptr) == 1 &&
                EVP_MAC_update(mac, head.data(), head.size()) == 1 &&
                EVP_MAC_update(mac, tail.data(), tail.size()) == 1 &&
                EVP_MAC_final(mac, out.data(), &written, out.size()) == 1 && written == Size);
  return out;
}

}  // namespace

struct IntegrityKey::State {
  ByteVector key;
  Mac sha1;
  Mac sha256;  // made at its first use

  explicit State(Bytes k) : key(k.begin(), k.end()), sha1(make_mac("SHA1", k)) {}
  ~State() { OPENSSL_cleanse(key.data(), key.size()); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

IntegrityKey::IntegrityKey(Bytes key) : state_(std::make_unique<State>(key)) {}
IntegrityKey::~IntegrityKey() = default;
IntegrityKey::IntegrityKey(IntegrityKey&&) noexcept = default;
IntegrityKey& IntegrityKey::operator=(IntegrityKey&&) noexcept = default;

IntegrityKey::Sha1 IntegrityKey::sha1(Bytes head, Bytes tail) const {
  return digest_of<20>(state_->sha1.get(), head, tail);
}

IntegrityKey::Sha256 IntegrityKey::sha256(Bytes head, Bytes tail) const {
  if (state_->sha256 == nullptr) state_->sha256 = make_mac("SHA256", state_->key);
  return digest_of<32>(state_->sha256.get(), head, tail);
}

bool equal_constant_time(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace portico::codec::stun
