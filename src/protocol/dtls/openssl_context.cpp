#include "protocol/dtls/openssl_context.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "protocol/dtls/openssl_transport.h"

namespace portico::protocol::dtls {
namespace {

struct KeyFree {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
struct ContextFree {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
};
struct BioFree {
  void operator()(BIO* p) const { BIO_free_all(p); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;
using SslContext = std::unique_ptr<SSL_CTX, ContextFree>;
using MemoryBio = std::unique_ptr<BIO, BioFree>;

// RFC 8827 6.5 asks for the first; the others are for peers with RSA certificates or without
// AES-GCM.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA";
constexpr const char* kSrtpProfiles =
    "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80";
constexpr std::size_t kMaxFragment =
    2048;  // keeps OpenSSL's write buffers small; kMaxPlaintext fits

// Any certificate will do in the handshake (which still proves possession of its key); the
// fingerprint decides afterwards.
int accept_any_certificate(X509_STORE_CTX*, void*) { return 1; }

SslContext make_ssl_context(X509* certificate, EVP_PKEY* key) {
  SslContext context(SSL_CTX_new(DTLS_method()));
  SSL_CTX* c = context.get();
  if (c == nullptr) return nullptr;
  SSL_CTX_set_options(c, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                             SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(c, 1);
  SSL_CTX_set_security_level(c, 1);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(c, accept_any_certificate, nullptr);
  bool good = SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) == 1 &&
              SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION) == 1 &&
              SSL_CTX_set_cipher_list(c, kCiphers) == 1 &&
              SSL_CTX_set1_groups_list(c, "X25519:P-256:P-384") == 1 &&
              SSL_CTX_set_max_send_fragment(c, kMaxFragment) == 1 &&
              SSL_CTX_set_tlsext_use_srtp(c, kSrtpProfiles) == 0 &&  // 0 is success here
              SSL_CTX_use_certificate(c, certificate) == 1 && SSL_CTX_use_PrivateKey(c, key) == 1 &&
              SSL_CTX_check_private_key(c) == 1;
  if (!good) return nullptr;
  return context;
}

Certificate self_signed(EVP_PKEY* key, int days) {
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  if (x == nullptr) return nullptr;
  std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(BN_new(), &BN_free);
  X509_NAME* name = X509_get_subject_name(x);
  const auto* common_name = reinterpret_cast<const unsigned char*>("portico");
  bool good = serial && BN_rand(serial.get(), 63, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(x)) != nullptr &&
              X509_set_version(x, X509_VERSION_3) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(x), -24L * 3600) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(x), 24L * 3600 * days) != nullptr &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
              X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1 &&
              X509_sign(x, key, EVP_sha256()) > 0;
  if (!good) return nullptr;
  return certificate;
}

MemoryBio memory_bio(std::string_view text) {
  return MemoryBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this OpenSSL would ask on the terminal for an encrypted key's passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

struct Context::Impl {
  BioMethod method;
  SslContext ssl;
  std::string fingerprint;

  static std::unique_ptr<Impl> create(X509* certificate, EVP_PKEY* key) {
    auto impl = std::make_unique<Impl>();
    impl->method = make_datagram_method();
    impl->ssl = make_ssl_context(certificate, key);
    impl->fingerprint = fingerprint_text(certificate_digest(certificate, Hash::sha256));
    ERR_clear_error();
    if (!impl->method || !impl->ssl || impl->fingerprint.empty()) return nullptr;
    return impl;
  }
};

Context::Context(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Context::~Context() = default;

Result<std::unique_ptr<Context>> Context::create_self_signed(int days) {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return fail(ErrorCode::internal, "can't make a P-256 key");
  Certificate certificate = self_signed(key.get(), days);
  if (!certificate) return fail(ErrorCode::internal, "can't make a certificate");
  auto impl = Impl::create(certificate.get(), key.get());
  if (!impl) return fail(ErrorCode::internal, "can't make a DTLS context");
  return std::unique_ptr<Context>(new Context(std::move(impl)));
}

Result<std::unique_ptr<Context>> Context::create_from_pem(std::string_view certificate,
                                                          std::string_view private_key) {
  ERR_clear_error();
  MemoryBio certificate_bio = memory_bio(certificate);
  MemoryBio key_bio = memory_bio(private_key);
  if (!certificate_bio || !key_bio) return fail(ErrorCode::internal, "memory");
  Certificate x(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
  Key key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!x) return fail(ErrorCode::invalid, "unreadable PEM certificate");
  if (!key) return fail(ErrorCode::invalid, "unreadable PEM private key");
  auto impl = Impl::create(x.get(), key.get());
  if (!impl) return fail(ErrorCode::invalid, "key and certificate don't match");
  return std::unique_ptr<Context>(new Context(std::move(impl)));
}

Result<std::unique_ptr<Transport>> Context::create(Role role) const {
  auto transport = OpensslTransport::create(impl_->ssl.get(), impl_->method.get(), role);
  if (!transport) return fail(ErrorCode::internal, "can't make a DTLS session");
  return transport;
}

const std::string& Context::fingerprint() const { return impl_->fingerprint; }

}  // namespace portico::protocol::dtls
