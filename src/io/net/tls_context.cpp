#include "io/net/tls_context.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace portico::io::net {

namespace {

constexpr std::int64_t kRenewBefore = 30 * 86'400;

TlsContext::Impl::Stamp stamp(const std::string& path) {
  struct stat s{};
  if (::stat(path.c_str(), &s) != 0) return {};
  return {s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec, s.st_size, s.st_ino};
}

// RFC 7301 with the protocols in our order; a client that offers none of them goes on without ALPN
// (NOACK), because TURN clients in browsers send none that is of use.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 19> kOurs{
      8, 'h', 't', 't', 'p', '/', '1', '.', '1', 9, 's', 't', 'u', 'n', '.', 't', 'u', 'r', 'n'};
  unsigned char* chosen = nullptr;
  int result =
      SSL_select_next_proto(&chosen, out_size, kOurs.data(), kOurs.size(), offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Result<SslCtxPtr> make_context(const Certificate& certificate) {
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail(ErrorCode::internal, openssl_error());
  SSL_CTX* c = context.get();
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                             SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE |
                             SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection gives its buffers back: 17 KB instead of 76 KB each.
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                          SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(
      c, SSL_SESS_CACHE_OFF);  // resumption by tickets, which need no memory here
  SSL_CTX_set_num_tickets(c, 1);
  SSL_CTX_set_alpn_select_cb(c, &choose_protocol, nullptr);
  bool ok = SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
            SSL_CTX_use_certificate(c, certificate.leaf.get()) == 1 &&
            SSL_CTX_use_PrivateKey(c, certificate.key.get()) == 1;
  for (const X509Ptr& link : certificate.chain)
    ok = ok && SSL_CTX_add1_chain_cert(c, link.get()) == 1;
  if (!ok) return fail(ErrorCode::internal, openssl_error());
  return context;
}

Result<void> ensure_directory(const std::string& directory) {
  for (std::size_t slash = directory.find('/', 1);; slash = directory.find('/', slash + 1)) {
    std::string part = directory.substr(0, slash);
    if (::mkdir(part.c_str(), 0755) != 0 && errno != EEXIST)
      return fail(ErrorCode::io,
                  fmt::format("cannot create the directory {}: {}", part, std::strerror(errno)));
    if (slash == std::string::npos) return {};
  }
}

bool still_good(const std::string& certificate_file, const std::string& key_file,
                const std::vector<std::string>& names, WallTime now) {
  Result<Certificate> old = load_certificate(certificate_file, key_file);
  if (!old) return false;
  CertificateInfo info = describe(old->leaf.get(), certificate_file, now);
  bool in_time =
      info.not_before <= now && info.not_after.unix_seconds() - now.unix_seconds() > kRenewBefore;
  bool named = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(info.names.begin(), info.names.end(), name) != info.names.end();
  });
  return in_time && named;
}

}  // namespace

SslCtxPtr TlsContext::Impl::current() const {
  std::lock_guard lock(mutex);
  SSL_CTX_up_ref(context.get());
  return SslCtxPtr(context.get());
}

Result<void> TlsContext::Impl::load(WallTime now) {
  // Stamps first: a change that happens while we read is found by the next look.
  Stamp certificate_before = stamp(certificate_file);
  Stamp key_before = stamp(key_file);
  PORTICO_TRY(certificate, load_certificate(certificate_file, key_file));
  PORTICO_TRY(fresh, make_context(certificate));
  CertificateInfo description = describe(certificate.leaf.get(), certificate_file, now);
  std::lock_guard lock(mutex);
  context = std::move(fresh);
  info = std::move(description);
  certificate_stamp = certificate_before;
  key_stamp = key_before;
  return {};
}

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::from_files(std::string certificate_file,
                                                           std::string key_file, WallTime now) {
  auto impl = std::make_unique<Impl>();
  impl->certificate_file = std::move(certificate_file);
  impl->key_file = std::move(key_file);
  if (Result<void> loaded = impl->load(now); !loaded) return tl::unexpected(loaded.error());
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

Result<std::unique_ptr<TlsContext>> TlsContext::self_signed(const std::string& directory,
                                                            const std::vector<std::string>& names,
                                                            WallTime now) {
  std::string certificate_file = directory + "/self-signed.crt";
  std::string key_file = directory + "/self-signed.key";
  if (!still_good(certificate_file, key_file, names, now)) {
    PORTICO_TRY(pem, make_self_signed(names, now));
    if (Result<void> made = ensure_directory(directory); !made) return tl::unexpected(made.error());
    if (Result<void> saved = write_file(key_file, pem.key, 0600); !saved)
      return tl::unexpected(saved.error());
    if (Result<void> saved = write_file(certificate_file, pem.certificate, 0644); !saved)
      return tl::unexpected(saved.error());
  }
  return from_files(certificate_file, key_file, now);
}

Result<bool> TlsContext::reload(WallTime now) {
  Impl::Stamp certificate_now = stamp(impl_->certificate_file);
  Impl::Stamp key_now = stamp(impl_->key_file);
  {
    std::lock_guard lock(impl_->mutex);
    if (certificate_now == impl_->certificate_stamp && key_now == impl_->key_stamp) return false;
  }
  if (Result<void> loaded = impl_->load(now); !loaded) return tl::unexpected(loaded.error());
  return true;
}

CertificateInfo TlsContext::info() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->info;
}

const std::string& TlsContext::certificate_file() const { return impl_->certificate_file; }

CertificateWatch::CertificateWatch(runtime::Loop& loop, TlsContext& context, Duration interval,
                                   Report report)
    : context_(context), interval_(interval), report_(std::move(report)), timer_(loop, [this] {
        check();
        timer_.arm_after(interval_);
      }) {
  timer_.arm_after(interval_);
}

void CertificateWatch::check() {
  Result<bool> swapped = context_.reload(runtime::wall_clock());
  std::string error = swapped ? std::string() : swapped.error().message;
  bool news = swapped ? *swapped : error != last_error_;
  last_error_ = error;
  if (news) report_(swapped);
}

}  // namespace portico::io::net
