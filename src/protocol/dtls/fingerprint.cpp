#include "protocol/dtls/fingerprint.h"

#include <algorithm>

namespace portico::protocol::dtls {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
  });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Result<Fingerprint> parse_fingerprint(std::string_view hash, std::string_view value) {
  Fingerprint result;
  std::size_t size = 0;
  if (equal_ignoring_case(hash, "sha-256")) {
    result.hash = Hash::sha256;
    size = 32;
  } else if (equal_ignoring_case(hash, "sha-384")) {
    result.hash = Hash::sha384;
    size = 48;
  } else if (equal_ignoring_case(hash, "sha-512")) {
    result.hash = Hash::sha512;
    size = 64;
  } else {
    return fail(ErrorCode::unsupported, "fingerprint hash");
  }
  if (value.size() != size * 3 - 1) return fail(ErrorCode::invalid, "fingerprint length");
  for (std::size_t i = 0; i < value.size(); i += 3) {
    int high = hex_digit(value[i]);
    int low = hex_digit(value[i + 1]);
    if (high < 0 || low < 0) return fail(ErrorCode::invalid, "fingerprint digit");
    if (i + 2 < value.size() && value[i + 2] != ':')
      return fail(ErrorCode::invalid, "fingerprint colon");
    result.digest.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return result;
}

std::string fingerprint_text(Bytes digest) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (std::uint8_t byte : digest) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace portico::protocol::dtls
