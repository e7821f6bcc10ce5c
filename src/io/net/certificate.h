#pragma once
// Certificates on disk: reading them with errors a person can act on, and making our own. Internal
// to io/net (OpenSSL types).

#include <string>
#include <string_view>
#include <vector>

#include "io/net/openssl_ptr.h"
#include "io/net/tls.h"

namespace portico::io::net {

struct Certificate {
  X509Ptr leaf;
  std::vector<X509Ptr> chain;  // intermediates, in the file's order
  KeyPtr key;
};

// Errors name the file: not_found, denied, io, invalid.
Result<Certificate> load_certificate(const std::string& certificate_file,
                                     const std::string& key_file);
CertificateInfo describe(X509* leaf, const std::string& file, WallTime now);

struct CertificatePem {
  std::string certificate;
  std::string key;
};
// P-256, self-signed, valid from a day ago for `kSelfSignedDays`. `names` become subjectAltName
// entries, IP: when they parse as addresses.
inline constexpr int kSelfSignedDays =
    390;  // browsers refuse more than 398 from authorities; we keep to it
Result<CertificatePem> make_self_signed(const std::vector<std::string>& names, WallTime now);

Result<std::string> read_file(const std::string& path, std::string_view what);
// Writes a temporary file beside it and renames, so that a reader never sees half of it.
Result<void> write_file(const std::string& path, std::string_view content, unsigned mode);

}  // namespace portico::io::net
