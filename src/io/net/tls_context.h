#pragma once
// What TlsContext hides. Internal to io/net (OpenSSL types).

#include <mutex>

#include "io/net/certificate.h"
#include "io/net/openssl_ptr.h"
#include "io/net/tls.h"

namespace portico::io::net {

struct TlsContext::Impl {
  // Tells one version of a file from the next.
  struct Stamp {
    std::int64_t modified = 0;  // ns
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  std::string certificate_file;
  std::string key_file;

  mutable std::mutex mutex;  // guards what follows; held for a pointer copy only
  SslCtxPtr context;
  CertificateInfo info;
  Stamp certificate_stamp;
  Stamp key_stamp;

  // A reference of the current context's own (SSL_CTX counts references).
  SslCtxPtr current() const;
  Result<void> load(WallTime now);
};

}  // namespace portico::io::net
