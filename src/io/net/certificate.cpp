#include "io/net/certificate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "io/runtime/fd.h"

namespace portico::io::net {

namespace {

constexpr std::size_t kMaxFile = 1 << 20;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWarnBefore = 14 * kDay;

// Never asks a terminal for a pass phrase.
int no_passphrase(char*, int, int, void*) { return 0; }

BioPtr memory(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string take_text(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::int64_t to_unix(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return timegm(&parts);
}

std::string date(std::int64_t unix_seconds) {
  time_t seconds = unix_seconds;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::vector<std::string> alternative_names(X509* leaf) {
  std::vector<std::string> names;
  auto* list =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) {
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                         static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      int size = ASN1_STRING_length(name->d.iPAddress);
      if (size != 4 && size != 16) continue;
      IpAddress ip;
      ip.family = size == 4 ? IpAddress::Family::v4 : IpAddress::Family::v6;
      std::memcpy(ip.bytes.data(), ASN1_STRING_get0_data(name->d.iPAddress),
                  static_cast<std::size_t>(size));
      names.push_back(ip.to_string());
    }
  }
  GENERAL_NAMES_free(list);
  return names;
}

std::string common_name(X509* leaf) {
  std::array<char, 256> text{};
  int size = X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_commonName, text.data(),
                                       text.size());
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string fingerprint(X509* leaf) {
  std::array<unsigned char, 32> digest{};
  unsigned size = digest.size();
  X509_digest(leaf, EVP_sha256(), digest.data(), &size);
  std::string text;
  for (unsigned char byte : digest) text += fmt::format("{}{:02X}", text.empty() ? "" : ":", byte);
  return text;
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::vector<std::string>& names, WallTime now) {
  std::array<unsigned char, 16> serial{};
  if (RAND_bytes(serial.data(), serial.size()) != 1) return false;
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  ASN1_TIME_set(X509_getm_notBefore(certificate), now.unix_seconds() - kDay);
  ASN1_TIME_set(X509_getm_notAfter(certificate), now.unix_seconds() + kSelfSignedDays * kDay);
  X509_NAME* subject = X509_get_subject_name(certificate);
  std::string common = names.front().substr(0, 64);  // the upper bound of X.520
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common.data()),
                             static_cast<int>(common.size()), -1, 0);
  std::string alternatives;
  for (const std::string& name : names) {
    if (name.find_first_of(",\n\r") != std::string::npos)
      return false;  // would start another entry
    alternatives += alternatives.empty() ? "" : ",";
    alternatives += (IpAddress::parse(name) ? "IP:" : "DNS:") + name;
  }
  return X509_set_version(certificate, 2) == 1 && X509_set_issuer_name(certificate, subject) == 1 &&
         X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_subject_alt_name, alternatives) &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::string_view what) {
  runtime::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT)
      return fail(ErrorCode::not_found,
                  fmt::format("{} {} does not exist: check the path in [tls]", what, path));
    if (errno == EACCES)
      return fail(
          ErrorCode::denied,
          fmt::format(
              "{} {} cannot be read: give the user that runs the server the right to read it", what,
              path));
    return fail(ErrorCode::io, fmt::format("{} {}: {}", what, path, std::strerror(errno)));
  }
  std::string content;
  std::array<char, 16384> buffer;
  while (true) {
    ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got == 0) return content;
    if (got < 0)
      return fail(ErrorCode::io, fmt::format("{} {}: {}", what, path, std::strerror(errno)));
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > kMaxFile)
      return fail(ErrorCode::invalid, fmt::format("{} {} is larger than 1 MiB", what, path));
  }
}

Result<void> write_file(const std::string& path, std::string_view content, unsigned mode) {
  std::string temporary = path + ".new";
  auto failed = [&](const char* verb) {
    return fail(ErrorCode::io,
                fmt::format("cannot {} {}: {}", verb, temporary, std::strerror(errno)));
  };
  ::unlink(temporary.c_str());
  runtime::UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return failed("create");
  while (!content.empty()) {
    ssize_t written = ::write(fd.get(), content.data(), content.size());
    if (written <= 0) return failed("write");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0)
    return failed("save");
  return {};
}

Result<Certificate> load_certificate(const std::string& certificate_file,
                                     const std::string& key_file) {
  PORTICO_TRY(certificate_text, read_file(certificate_file, "certificate file"));
  PORTICO_TRY(key_text, read_file(key_file, "key file"));
  ERR_clear_error();
  Certificate out;
  BioPtr certificates = memory(certificate_text);
  while (X509* next = PEM_read_bio_X509(certificates.get(), nullptr, &no_passphrase, nullptr)) {
    if (out.leaf) {
      out.chain.emplace_back(next);
    } else {
      out.leaf.reset(next);
    }
  }
  bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!out.leaf || !ended)
    return fail(ErrorCode::invalid,
                fmt::format("certificate file {} is not a PEM certificate: it must hold BEGIN "
                            "CERTIFICATE blocks, the server's own first",
                            certificate_file));
  BioPtr key = memory(key_text);
  out.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, &no_passphrase, nullptr));
  ERR_clear_error();
  if (!out.key)
    return fail(ErrorCode::invalid,
                fmt::format("key file {} is not an unencrypted PEM private key: decrypt it with "
                            "`openssl pkey -in FILE -out NEWFILE`",
                            key_file));
  if (X509_check_private_key(out.leaf.get(), out.key.get()) != 1) {
    ERR_clear_error();
    return fail(
        ErrorCode::invalid,
        fmt::format(
            "key file {} does not belong to the certificate in {}: give the key it was issued for",
            key_file, certificate_file));
  }
  return out;
}

CertificateInfo describe(X509* leaf, const std::string& file, WallTime now) {
  CertificateInfo info;
  info.names = alternative_names(leaf);
  info.subject = common_name(leaf);
  if (info.subject.empty() && !info.names.empty()) info.subject = info.names.front();
  std::int64_t from = to_unix(X509_get0_notBefore(leaf));
  std::int64_t until = to_unix(X509_get0_notAfter(leaf));
  info.not_before = WallTime{from * 1'000'000};
  info.not_after = WallTime{until * 1'000'000};
  info.self_signed = X509_self_signed(leaf, 0) == 1;
  info.sha256 = fingerprint(leaf);
  std::int64_t at = now.unix_seconds();
  if (at < from) {
    info.warning = fmt::format(
        "certificate {} is not valid before {}: check this machine's clock, or use another one",
        file, date(from));
  } else if (at > until) {
    info.warning = fmt::format(
        "certificate {} expired on {}: browsers will refuse it; renew it, the new file is picked "
        "up without a restart",
        file, date(until));
  } else if (until - at < kWarnBefore) {
    info.warning = fmt::format(
        "certificate {} expires on {}: renew it, the new file is picked up without a restart", file,
        date(until));
  }
  return info;
}

Result<CertificatePem> make_self_signed(const std::vector<std::string>& names, WallTime now) {
  if (names.empty()) return fail(ErrorCode::invalid, "a certificate needs at least one name");
  KeyPtr key(EVP_EC_gen("P-256"));
  X509Ptr certificate(X509_new());
  if (!key || !certificate || !fill(certificate.get(), key.get(), names, now))
    return fail(ErrorCode::internal, "cannot make a self-signed certificate: " + openssl_error());
  BioPtr certificate_pem(BIO_new(BIO_s_mem()));
  BioPtr key_pem(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_pem.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1)
    return fail(ErrorCode::internal, "cannot write a certificate: " + openssl_error());
  return CertificatePem{take_text(certificate_pem.get()), take_text(key_pem.get())};
}

}  // namespace portico::io::net
