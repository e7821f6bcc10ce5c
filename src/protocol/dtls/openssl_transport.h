#pragma once
// Transport over one OpenSSL SSL object. Internal to this folder; made by Context.

#include <openssl/ssl.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "protocol/dtls/datagram_bio.h"
#include "protocol/dtls/fingerprint.h"
#include "protocol/dtls/transport.h"

namespace portico::protocol::dtls {

struct SslFree {
  void operator()(SSL* p) const { SSL_free(p); }
};
struct CertificateFree {
  void operator()(X509* p) const { X509_free(p); }
};
using Certificate = std::unique_ptr<X509, CertificateFree>;

// Digest of the certificate's DER form; empty when the library fails.
ByteVector certificate_digest(const X509* certificate, Hash hash);

class OpensslTransport final : public Transport {
 public:
  // Null on failure. The context and the method outlive the transport.
  static std::unique_ptr<OpensslTransport> create(SSL_CTX* context, const BIO_METHOD* method,
                                                  Role role);

  Result<void> set_remote_fingerprint(std::string_view hash, std::string_view value) override;
  void start(Instant now) override;
  void receive(Bytes datagram, Instant now) override;
  std::optional<ByteVector> poll_transmit() override;
  void timeout(Instant now) override;
  std::optional<Instant> next_deadline() const override { return deadline_; }
  State state() const override { return state_; }
  const std::string& failure() const override { return failure_; }
  std::string remote_fingerprint() const override;
  const SrtpKeys* srtp_keys() const override {
    return state_ == State::connected ? &*keys_ : nullptr;
  }
  Result<void> send(Bytes plaintext, Instant now) override;
  std::optional<ByteVector> poll_received() override;
  void close() override;

 private:
  explicit OpensslTransport(Role role) : role_(role) {}
  bool over() const { return state_ == State::closed || state_ == State::failed; }
  void step_handshake();
  void finish_handshake();
  bool export_srtp_keys();
  void check_fingerprint();
  void read_records();
  void update_deadline(Instant now);
  void give_up(std::string reason);

  Role role_;
  State state_ = State::new_;
  bool handshake_done_ = false;
  bool verified_ = false;  // the fingerprint matched
  std::string failure_;
  DatagramPipe pipe_;
  std::unique_ptr<SSL, SslFree> ssl_;  // after pipe_: freed first
  std::deque<ByteVector> received_;
  std::optional<Instant> deadline_;
  std::optional<Fingerprint> expected_;
  Certificate peer_;
  std::optional<SrtpKeys> keys_;
};

}  // namespace portico::protocol::dtls
