#include "protocol/dtls/openssl_transport.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/x509.h>
#include <sys/time.h>

#include <algorithm>
#include <array>

namespace portico::protocol::dtls {
namespace {

// What may wait while the handshake is complete but the peer's fingerprint unknown.
constexpr std::size_t kMaxUnverified = 16;
constexpr std::size_t kMaxRecordPlaintext = 16'384;  // RFC 6347 4.1

unsigned int microseconds(Duration d) {
  return static_cast<unsigned int>(
      std::chrono::duration_cast<std::chrono::microseconds>(d).count());
}

// Called by OpenSSL for the first time-out (previous = 0) and for each next one.
unsigned int next_timeout(SSL*, unsigned int previous) {
  if (previous == 0) return microseconds(kFirstRetransmit);
  return std::min(previous * 2, microseconds(kLastRetransmit));
}

std::string library_error(std::string_view what) {
  std::array<char, 256> text{};
  unsigned long code = ERR_peek_last_error();
  std::string message(what);
  if (code != 0) {
    ERR_error_string_n(code, text.data(), text.size());
    message += ": ";
    message += text.data();
  }
  ERR_clear_error();
  return message;
}

const EVP_MD* algorithm(Hash hash) {
  switch (hash) {
    case Hash::sha384:
      return EVP_sha384();
    case Hash::sha512:
      return EVP_sha512();
    case Hash::sha256:
      break;
  }
  return EVP_sha256();
}

}  // namespace

ByteVector certificate_digest(const X509* certificate, Hash hash) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (X509_digest(certificate, algorithm(hash), digest.data(), &size) != 1) return {};
  return {digest.begin(), digest.begin() + size};
}

std::unique_ptr<OpensslTransport> OpensslTransport::create(SSL_CTX* context,
                                                           const BIO_METHOD* method, Role role) {
  std::unique_ptr<OpensslTransport> transport(new OpensslTransport(role));
  transport->ssl_.reset(SSL_new(context));
  SSL* ssl = transport->ssl_.get();
  if (ssl == nullptr) return nullptr;
  BIO* bio = new_datagram_bio(method, &transport->pipe_);
  if (bio == nullptr) return nullptr;
  SSL_set_bio(ssl, bio, bio);
  SSL_set_mtu(ssl, static_cast<long>(kMtu));
  DTLS_set_timer_cb(ssl, next_timeout);
  if (role == Role::server) {
    SSL_set_accept_state(ssl);
  } else {
    SSL_set_connect_state(ssl);
  }
  return transport;
}

Result<void> OpensslTransport::set_remote_fingerprint(std::string_view hash,
                                                      std::string_view value) {
  PORTICO_TRY(fingerprint, parse_fingerprint(hash, value));
  if (state_ == State::connected) {
    if (certificate_digest(peer_.get(), fingerprint.hash) != fingerprint.digest) {
      return fail(ErrorCode::conflict, "connected to a peer with another certificate");
    }
    return {};
  }
  expected_ = std::move(fingerprint);
  if (handshake_done_ && !over()) check_fingerprint();
  return {};
}

void OpensslTransport::start(Instant now) {
  if (state_ != State::new_) return;
  state_ = State::connecting;
  if (role_ == Role::client) step_handshake();
  update_deadline(now);
}

void OpensslTransport::receive(Bytes datagram, Instant now) {
  if (over() || datagram.empty()) return;
  if (state_ == State::new_) state_ = State::connecting;
  pipe_.incoming = datagram;
  if (!handshake_done_) step_handshake();
  if (handshake_done_ && !over()) read_records();
  pipe_.incoming = {};
  update_deadline(now);
}

void OpensslTransport::step_handshake() {
  ERR_clear_error();
  int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    finish_handshake();
    return;
  }
  int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    give_up(library_error("DTLS handshake"));
  }
}

void OpensslTransport::finish_handshake() {
  handshake_done_ = true;
  peer_.reset(SSL_get1_peer_certificate(ssl_.get()));
  if (!peer_) return give_up("the DTLS peer showed no certificate");
  if (!export_srtp_keys()) return give_up("no SRTP profile was negotiated");
  if (expected_) check_fingerprint();
}

// RFC 5764 4.2: client key, server key, client salt, server salt.
bool OpensslTransport::export_srtp_keys() {
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl_.get());
  if (chosen == nullptr) return false;
  SrtpKeys keys;
  switch (chosen->id) {
    case SRTP_AEAD_AES_128_GCM:
      keys.profile = srtp::Profile::aead_aes_128_gcm;
      break;
    case SRTP_AEAD_AES_256_GCM:
      keys.profile = srtp::Profile::aead_aes_256_gcm;
      break;
    case SRTP_AES128_CM_SHA1_80:
      keys.profile = srtp::Profile::aes128_cm_sha1_80;
      break;
    default:
      return false;
  }
  std::size_t key = srtp::key_size(keys.profile);
  std::size_t salt = srtp::salt_size(keys.profile);
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  std::array<std::uint8_t, 2 * (32 + 14)> material;
  if (SSL_export_keying_material(ssl_.get(), material.data(), 2 * (key + salt), kLabel.data(),
                                 kLabel.size(), nullptr, 0, 0) != 1) {
    return false;
  }
  const std::uint8_t* p = material.data();
  auto take = [&p](std::size_t size) {
    ByteVector part(p, p + size);
    p += size;
    return part;
  };
  keys.client.key = take(key);
  keys.server.key = take(key);
  keys.client.salt = take(salt);
  keys.server.salt = take(salt);
  OPENSSL_cleanse(material.data(), material.size());
  keys_ = std::move(keys);
  return true;
}

void OpensslTransport::check_fingerprint() {
  ByteVector digest = certificate_digest(peer_.get(), expected_->hash);
  if (digest != expected_->digest) {
    SSL_shutdown(ssl_.get());
    give_up("the DTLS peer's certificate doesn't match its fingerprint");
    return;
  }
  verified_ = true;
  state_ = State::connected;
}

void OpensslTransport::read_records() {
  std::array<std::uint8_t, kMaxRecordPlaintext> buffer;
  while (!over()) {
    ERR_clear_error();
    std::size_t size = 0;
    int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &size);
    if (result == 1) {
      std::size_t bound = verified_ ? kMaxQueuedReceived : kMaxUnverified;
      if (received_.size() < bound) {
        received_.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
      }
      continue;
    }
    int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_ZERO_RETURN) {
      SSL_shutdown(ssl_.get());
      state_ = State::closed;
    } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      give_up(library_error("DTLS record"));
    }
    return;
  }
}

std::optional<ByteVector> OpensslTransport::poll_transmit() {
  if (pipe_.outgoing.empty()) return std::nullopt;
  ByteVector datagram = std::move(pipe_.outgoing.front());
  pipe_.outgoing.pop_front();
  return datagram;
}

// The library measures with its own clock; if it is not done when our deadline comes, we ask again
// for the rest.
void OpensslTransport::timeout(Instant now) {
  if (over() || !deadline_ || now < *deadline_) return;
  ERR_clear_error();
  if (DTLSv1_handle_timeout(ssl_.get()) < 0) give_up("the DTLS handshake timed out");
  update_deadline(now);
}

void OpensslTransport::update_deadline(Instant now) {
  timeval left{};
  deadline_.reset();
  if (over() || DTLSv1_get_timeout(ssl_.get(), &left) != 1) return;
  deadline_ = now + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
}

void OpensslTransport::give_up(std::string reason) {
  state_ = State::failed;
  failure_ = std::move(reason);
  deadline_.reset();
  received_.clear();
  keys_.reset();
}

std::string OpensslTransport::remote_fingerprint() const {
  return peer_ ? fingerprint_text(certificate_digest(peer_.get(), Hash::sha256)) : std::string();
}

Result<void> OpensslTransport::send(Bytes plaintext, Instant now) {
  if (state_ != State::connected) return fail(ErrorCode::conflict, "DTLS is not connected");
  if (plaintext.empty() || plaintext.size() > kMaxPlaintext)
    return fail(ErrorCode::limit, "DTLS datagram size");
  if (pipe_.outgoing.size() >= kMaxQueuedTransmits)
    return fail(ErrorCode::limit, "DTLS send queue");
  ERR_clear_error();
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &written) != 1) {
    return fail(ErrorCode::internal, library_error("DTLS send"));
  }
  update_deadline(now);
  return {};
}

std::optional<ByteVector> OpensslTransport::poll_received() {
  if (!verified_ || received_.empty()) return std::nullopt;
  ByteVector datagram = std::move(received_.front());
  received_.pop_front();
  return datagram;
}

void OpensslTransport::close() {
  if (over()) return;
  if (handshake_done_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  state_ = State::closed;
  deadline_.reset();
}

}  // namespace portico::protocol::dtls
