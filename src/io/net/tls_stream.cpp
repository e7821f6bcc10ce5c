#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "io/net/openssl_ptr.h"
#include "io/net/prefix.h"
#include "io/net/tls.h"
#include "io/net/tls_context.h"

namespace portico::io::net {

namespace {

using runtime::Task;
using Direction = runtime::Fd::Direction;

class OpensslStream final : public TlsStream {
 public:
  OpensslStream(runtime::Fd fd, SslPtr ssl, const Endpoints& endpoints)
      : fd_(std::move(fd)), ssl_(std::move(ssl)), endpoints_(endpoints) {}

  Task<Result<void>> handshake(Instant deadline) override {
    set_read_deadline(deadline);
    set_write_deadline(deadline);
    while (true) {
      ERR_clear_error();
      int result = SSL_do_handshake(ssl_.get());
      if (result == 1) break;
      PORTICO_CO_TRY_VOID(co_await wait(result));
    }
    set_read_deadline(std::nullopt);
    set_write_deadline(std::nullopt);
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    alpn_.assign(reinterpret_cast<const char*>(name), size);
    co_return Result<void>();
  }

  Task<Result<std::size_t>> read(MutableBytes buffer) override {
    PORTICO_CHECK(!buffer.empty());
    if (std::size_t taken = prefix_.take(buffer)) co_return taken;
    while (true) {
      if (fd_.cancelled() || broken_) co_return closed();
      ERR_clear_error();
      std::size_t got = 0;
      int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got);
      if (result == 1) co_return got;
      if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) co_return std::size_t{0};
      PORTICO_CO_TRY_VOID(co_await wait(result));
    }
  }

  Task<Result<void>> write(Bytes data) override {
    while (!data.empty()) {
      if (fd_.cancelled() || broken_) co_return closed();
      ERR_clear_error();
      std::size_t sent = 0;
      int result = SSL_write_ex(ssl_.get(), data.data(), data.size(), &sent);
      if (result == 1) {
        data = data.subspan(sent);
      } else {
        PORTICO_CO_TRY_VOID(co_await wait(result));
      }
    }
    co_return Result<void>();
  }

  Task<Result<void>> finish() override {
    while (!fd_.cancelled() && !broken_) {
      ERR_clear_error();
      int result = SSL_shutdown(ssl_.get());
      if (result >= 0) {
        ::shutdown(fd_.get(), SHUT_WR);
        co_return Result<void>();
      }
      PORTICO_CO_TRY_VOID(co_await wait(result));
    }
    co_return closed();
  }

  void unread(Bytes data) override { prefix_.put_back(data); }
  void set_read_deadline(std::optional<Instant> deadline) override {
    fd_.set_deadline(Direction::read, deadline);
  }
  void set_write_deadline(std::optional<Instant> deadline) override {
    fd_.set_deadline(Direction::write, deadline);
  }
  void close() override {
    fd_.cancel();
    ::shutdown(fd_.get(), SHUT_RDWR);
  }
  runtime::Loop& loop() const override { return fd_.loop(); }
  const SocketAddress& local() const override { return endpoints_.local; }
  const SocketAddress& remote() const override { return endpoints_.remote; }
  bool secure() const override { return true; }
  std::string_view alpn() const override { return alpn_; }

 private:
  static tl::unexpected<Error> closed() {
    return fail(ErrorCode::closed, "the connection was closed");
  }

  // After a call that did not succeed: waits for what OpenSSL needs, or says why it will never go
  // on.
  Task<Result<void>> wait(int result) {
    int saved_errno = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        co_return co_await fd_.readable();
      case SSL_ERROR_WANT_WRITE:
        co_return co_await fd_.writable();
      case SSL_ERROR_ZERO_RETURN:
        co_return closed();
      case SSL_ERROR_SYSCALL:
        broken_ = true;
        if (saved_errno == 0 || saved_errno == ECONNRESET || saved_errno == EPIPE)
          co_return closed();
        co_return fail(ErrorCode::io, std::strerror(saved_errno));
      default:
        broken_ = true;
        co_return fail(ErrorCode::io, "TLS: " + openssl_error());
    }
  }

  runtime::Fd fd_;
  SslPtr ssl_;
  Endpoints endpoints_;
  Prefix prefix_;
  std::string alpn_;
  bool broken_ = false;  // OpenSSL forbids further calls after a fatal error
};

Result<std::unique_ptr<TlsStream>> make_stream(runtime::Loop& loop, runtime::UniqueFd socket,
                                               const Endpoints& endpoints, SslPtr ssl) {
  if (!ssl) return fail(ErrorCode::internal, openssl_error());
  PORTICO_TRY(fd, runtime::Fd::open(loop, std::move(socket)));
  SSL_set_fd(ssl.get(), fd.get());
  return std::make_unique<OpensslStream>(std::move(fd), std::move(ssl), endpoints);
}

Result<void> set_up_client(SSL_CTX* context, SSL* ssl, const TlsClientOptions& options) {
  ByteVector protocols;
  for (const std::string& name : options.alpn) {
    if (name.empty() || name.size() > 255)
      return fail(ErrorCode::invalid, "an ALPN name has 1 to 255 bytes");
    protocols.push_back(static_cast<std::uint8_t>(name.size()));
    protocols.insert(protocols.end(), name.begin(), name.end());
  }
  if (!protocols.empty())
    SSL_set_alpn_protos(ssl, protocols.data(), static_cast<unsigned>(protocols.size()));
  bool address = IpAddress::parse(options.server_name).has_value();
  if (!options.server_name.empty() && !address)
    SSL_set_tlsext_host_name(ssl, options.server_name.c_str());
  if (!options.verify) return {};
  int loaded = options.authority_file.empty()
                   ? SSL_CTX_set_default_verify_paths(context)
                   : SSL_CTX_load_verify_file(context, options.authority_file.c_str());
  if (loaded != 1)
    return fail(ErrorCode::not_found, "no certificate authorities: " + openssl_error());
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
  int named = address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, options.server_name.c_str())
                      : X509_VERIFY_PARAM_set1_host(wanted, options.server_name.data(),
                                                    options.server_name.size());
  if (options.server_name.empty() || named != 1)
    return fail(ErrorCode::invalid, "verification needs a server name");
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  return {};
}

}  // namespace

Result<std::unique_ptr<TlsStream>> make_tls_server(runtime::Loop& loop, runtime::UniqueFd socket,
                                                   const Endpoints& endpoints,
                                                   TlsContext& context) {
  SslCtxPtr current = context.impl().current();
  SslPtr ssl(SSL_new(current.get()));
  if (ssl) SSL_set_accept_state(ssl.get());
  return make_stream(loop, std::move(socket), endpoints, std::move(ssl));
}

Result<std::unique_ptr<TlsStream>> make_tls_client(runtime::Loop& loop, runtime::UniqueFd socket,
                                                   const Endpoints& endpoints,
                                                   const TlsClientOptions& options) {
  SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) return fail(ErrorCode::internal, openssl_error());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SslPtr ssl(SSL_new(context.get()));
  if (!ssl) return fail(ErrorCode::internal, openssl_error());
  if (Result<void> ready = set_up_client(context.get(), ssl.get(), options); !ready)
    return tl::unexpected(ready.error());
  SSL_set_connect_state(ssl.get());
  return make_stream(loop, std::move(socket), endpoints, std::move(ssl));
}

namespace {

Task<Result<std::unique_ptr<Stream>>> shake_hands(std::unique_ptr<TlsStream> stream,
                                                  Instant deadline) {
  PORTICO_CO_TRY_VOID(co_await stream->handshake(deadline));
  co_return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> accept_tls(runtime::Loop& loop, runtime::UniqueFd socket,
                                                 Endpoints endpoints, TlsContext& context,
                                                 Instant deadline) {
  PORTICO_CO_TRY(stream, make_tls_server(loop, std::move(socket), endpoints, context));
  co_return co_await shake_hands(std::move(stream), deadline);
}

Task<Result<std::unique_ptr<Stream>>> connect_tls(runtime::Loop& loop, runtime::UniqueFd socket,
                                                  Endpoints endpoints, TlsClientOptions options,
                                                  Instant deadline) {
  PORTICO_CO_TRY(stream, make_tls_client(loop, std::move(socket), endpoints, options));
  co_return co_await shake_hands(std::move(stream), deadline);
}

}  // namespace portico::io::net
