// The one-shot SHA1_* functions are deprecated, but they are the only ones in OpenSSL 3 that hash a
// packet from a prepared state without allocating: EVP_MD_CTX_copy and EVP_MAC_init both do.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

#include "protocol/srtp/crypto.h"

namespace portico::protocol::srtp {
namespace {

struct CipherContextFree {
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextFree>;

// A context that holds the expanded key; per packet only the IV is set.
CipherContext keyed_context(const char* algorithm, Bytes key, Direction direction) {
  std::unique_ptr<EVP_CIPHER, decltype(&EVP_CIPHER_free)> cipher(
      EVP_CIPHER_fetch(nullptr, algorithm, nullptr), &EVP_CIPHER_free);
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!cipher || !context) return nullptr;
  int encrypt = direction == Direction::seal ? 1 : 0;
  if (EVP_CipherInit_ex2(context.get(), cipher.get(), key.data(), nullptr, encrypt, nullptr) != 1) {
    return nullptr;
  }
  return context;
}

class OpensslGcm final : public Aead {
 public:
  explicit OpensslGcm(CipherContext context) : context_(std::move(context)) {}

  bool seal(const std::uint8_t* nonce, Bytes aad, Bytes plain,
            std::uint8_t* out) noexcept override {
    int size = 0;
    if (!begin(nonce, aad)) return false;
    if (!plain.empty() && EVP_EncryptUpdate(context_.get(), out, &size, plain.data(),
                                            static_cast<int>(plain.size())) != 1) {
      return false;
    }
    std::uint8_t* tag = out + plain.size();
    return EVP_EncryptFinal_ex(context_.get(), tag, &size) == 1 &&
           EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagSize, tag) == 1;
  }

  bool open(const std::uint8_t* nonce, Bytes aad, MutableBytes data) noexcept override {
    MutableBytes text = data.first(data.size() - kGcmTagSize);
    std::uint8_t* tag = data.data() + text.size();
    int size = 0;
    if (!begin(nonce, aad)) return false;
    if (EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagSize, tag) != 1)
      return false;
    if (!text.empty() && EVP_DecryptUpdate(context_.get(), text.data(), &size, text.data(),
                                           static_cast<int>(text.size())) != 1) {
      return false;
    }
    std::array<std::uint8_t, 16> rest;
    return EVP_DecryptFinal_ex(context_.get(), rest.data(), &size) == 1;
  }

 private:
  bool begin(const std::uint8_t* nonce, Bytes aad) noexcept {
    int size = 0;
    return EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce, -1, nullptr) == 1 &&
           EVP_CipherUpdate(context_.get(), nullptr, &size, aad.data(),
                            static_cast<int>(aad.size())) == 1;
  }

  CipherContext context_;
};

class OpensslCounterMode final : public CounterMode {
 public:
  explicit OpensslCounterMode(CipherContext context) : context_(std::move(context)) {}

  bool crypt(const std::uint8_t* iv16, Bytes in, std::uint8_t* out) noexcept override {
    int size = 0;
    if (EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, iv16, nullptr) != 1) return false;
    if (in.empty()) return true;
    return EVP_EncryptUpdate(context_.get(), out, &size, in.data(), static_cast<int>(in.size())) ==
           1;
  }

 private:
  CipherContext context_;
};

class OpensslHmacSha1 final : public HmacSha1 {
 public:
  // RFC 2104: H(key ^ opad, H(key ^ ipad, text)). The key is shorter than a block here.
  explicit OpensslHmacSha1(Bytes key) {
    std::array<std::uint8_t, SHA_CBLOCK> pad{};
    std::memcpy(pad.data(), key.data(), key.size());
    for (auto& b : pad) b ^= 0x36;
    SHA1_Init(&inner_);
    SHA1_Update(&inner_, pad.data(), pad.size());
    for (auto& b : pad) b ^= 0x36 ^ 0x5c;
    SHA1_Init(&outer_);
    SHA1_Update(&outer_, pad.data(), pad.size());
    wipe(pad);
  }
  ~OpensslHmacSha1() override {
    OPENSSL_cleanse(&inner_, sizeof(inner_));
    OPENSSL_cleanse(&outer_, sizeof(outer_));
  }

  void tag(Bytes first, Bytes second, std::uint8_t out[20]) noexcept override {
    SHA_CTX state = inner_;
    std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest;
    SHA1_Update(&state, first.data(), first.size());
    if (!second.empty()) SHA1_Update(&state, second.data(), second.size());
    SHA1_Final(digest.data(), &state);
    state = outer_;
    SHA1_Update(&state, digest.data(), digest.size());
    SHA1_Final(out, &state);
  }

 private:
  SHA_CTX inner_;
  SHA_CTX outer_;
};

}  // namespace

Result<std::unique_ptr<Aead>> make_aead(Backend backend, Direction direction, Bytes key) {
  if (key.size() != 16 && key.size() != 32) return fail(ErrorCode::invalid, "AES-GCM key size");
  if (backend != Backend::openssl) {
    if (auto fast = make_ipsec_mb_aead(key)) return fast;
    if (backend == Backend::ipsec_mb)
      return fail(ErrorCode::unsupported, "IPsec-MB is not available");
  }
  CipherContext context =
      keyed_context(key.size() == 16 ? "AES-128-GCM" : "AES-256-GCM", key, direction);
  if (!context) return fail(ErrorCode::internal, "OpenSSL refuses AES-GCM");
  return std::make_unique<OpensslGcm>(std::move(context));
}

Result<std::unique_ptr<CounterMode>> make_counter_mode(Bytes key) {
  if (key.size() != 16 && key.size() != 32) return fail(ErrorCode::invalid, "AES-CTR key size");
  CipherContext context =
      keyed_context(key.size() == 16 ? "AES-128-CTR" : "AES-256-CTR", key, Direction::seal);
  if (!context) return fail(ErrorCode::internal, "OpenSSL refuses AES-CTR");
  return std::make_unique<OpensslCounterMode>(std::move(context));
}

Result<std::unique_ptr<HmacSha1>> make_hmac_sha1(Bytes key) {
  if (key.size() > SHA_CBLOCK) return fail(ErrorCode::invalid, "HMAC-SHA1 key size");
  return std::make_unique<OpensslHmacSha1>(key);
}

bool equal_tags(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(MutableBytes secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

}  // namespace portico::protocol::srtp
