#pragma once
// TLS 1.2 and 1.3 for the streams the door accepts: the certificate, swapped while running, and the
// streams. OpenSSL works straight on the descriptor.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/net/stream.h"
#include "io/runtime/timer.h"

namespace portico::io::net {

struct CertificateInfo {
  std::string subject;             // common name or the first alternative name
  std::vector<std::string> names;  // subjectAltName: DNS names and IP addresses as text
  WallTime not_before, not_after;
  bool self_signed = false;
  std::string sha256;   // "AB:CD:..." of the certificate
  std::string warning;  // not yet valid, expired, or expires within 14 days: a sentence that says
                        // what to do; else empty
};

// The server's certificate and TLS settings. Streams made earlier keep the certificate they started
// with. Any thread.
class TlsContext {
 public:
  ~TlsContext();
  // PEM files: the certificate with its chain, and the key. Errors name the file and what to do:
  // not_found, denied, invalid (not PEM, encrypted key, key of another certificate). An expired
  // certificate is loaded, with CertificateInfo::warning.
  static Result<std::unique_ptr<TlsContext>> from_files(std::string certificate_file,
                                                        std::string key_file, WallTime now);
  // A P-256 certificate of our own in `directory` (self-signed.crt, self-signed.key mode 0600),
  // valid 390 days; made again when it is missing, damaged, within 30 days of its end, or lacks one
  // of `names` (DNS names or IP addresses; at least one).
  static Result<std::unique_ptr<TlsContext>> self_signed(const std::string& directory,
                                                         const std::vector<std::string>& names,
                                                         WallTime now);

  // Looks whether the files have changed (modification time, size, inode) and loads them: true when
  // swapped. On an error (half written files, for example) the old certificate stays and the next
  // call tries again.
  Result<bool> reload(WallTime now);
  CertificateInfo info() const;
  const std::string& certificate_file() const;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Calls context.reload() every `interval` (and check() on SIGHUP) and reports what happened.
class CertificateWatch {
 public:
  using Report =
      std::function<void(const Result<bool>&)>;  // called for true and for errors that are new
  CertificateWatch(runtime::Loop& loop, TlsContext& context, Duration interval, Report report);
  void check();

 private:
  TlsContext& context_;
  Duration interval_;
  Report report_;
  std::string last_error_;
  runtime::Timer timer_;
};

class TlsStream : public Stream {
 public:
  // Once, before anything is read or written. Errors: timeout (deadline), closed, io (what OpenSSL
  // says).
  virtual runtime::Task<Result<void>> handshake(Instant deadline) = 0;
};

// Server side of an accepted socket of which nothing has been read. ALPN: http/1.1 and stun.turn; a
// client that offers neither goes on without.
Result<std::unique_ptr<TlsStream>> make_tls_server(runtime::Loop& loop, runtime::UniqueFd socket,
                                                   const Endpoints& endpoints, TlsContext& context);

// Client side, for tests, the load generator and outgoing calls.
struct TlsClientOptions {
  std::string
      server_name;  // sent as SNI and, if verify, required in the certificate; may be an address
  std::vector<std::string> alpn;  // in order of preference
  bool verify = true;  // against `authority_file`, or the system's authorities when that is empty
  std::string authority_file;
};
Result<std::unique_ptr<TlsStream>> make_tls_client(runtime::Loop& loop, runtime::UniqueFd socket,
                                                   const Endpoints& endpoints,
                                                   const TlsClientOptions& options);

// The two above with their handshakes.
runtime::Task<Result<std::unique_ptr<Stream>>> accept_tls(runtime::Loop& loop,
                                                          runtime::UniqueFd socket,
                                                          Endpoints endpoints, TlsContext& context,
                                                          Instant deadline);
runtime::Task<Result<std::unique_ptr<Stream>>> connect_tls(runtime::Loop& loop,
                                                           runtime::UniqueFd socket,
                                                           Endpoints endpoints,
                                                           TlsClientOptions options,
                                                           Instant deadline);

}  // namespace portico::io::net
