#include "protocol/jwt/jwt.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "codec/base64/base64.h"

namespace portico::protocol::jwt {
namespace {

namespace json = boost::json;
using codec::base64::decode_url;
using codec::base64::encode_url;

constexpr std::size_t kMaxHeader = 4096;  // of the decoded JOSE header
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signed_text;  // header '.' payload
};

Result<Parts> split(std::string_view token) {
  if (token.size() > kMaxTokenSize) return fail(ErrorCode::limit, "the token is too long");
  const std::size_t first = token.find('.');
  const std::size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) {
    return fail(ErrorCode::invalid, "the token is not a JWT: it needs three parts joined by dots");
  }
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

Result<json::object> parse_object(std::string_view text, std::string_view what) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 16;
  json::value value;
  try {
    value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  } catch (const std::exception&) {
    return fail(ErrorCode::invalid, std::string(what) + " is not JSON");
  }
  if (error || !value.is_object()) {
    return fail(ErrorCode::invalid, std::string(what) + " is not a JSON object");
  }
  return std::move(value.get_object());
}

Result<void> check_header(std::string_view encoded) {
  if (encoded.size() > kMaxHeader) return fail(ErrorCode::limit, "the token's header is too long");
  PORTICO_TRY(bytes, decode_url(encoded));
  PORTICO_TRY(header, parse_object(as_text(bytes), "the token's header"));
  const json::value* algorithm = header.if_contains("alg");
  if (algorithm == nullptr || !algorithm->is_string() || algorithm->get_string() != "HS256") {
    return fail(ErrorCode::unsupported, "the token is not signed with HS256");
  }
  // RFC 7515 section 4.1.11: extensions that must be understood, and we understand none.
  if (header.contains("crit") || header.contains("b64")) {
    return fail(ErrorCode::unsupported, "the token's header demands an extension");
  }
  return {};
}

std::array<std::uint8_t, 32> mac(std::string_view text, std::string_view secret) {
  std::array<std::uint8_t, 32> out{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return out;
}

// NumericDate (RFC 7519 section 2): seconds, maybe with a fraction. Absent is not an error.
Result<std::optional<std::int64_t>> numeric_date(const json::object& claims, const char* name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr || value->is_null()) return std::optional<std::int64_t>();
  double seconds = 0;
  if (value->is_int64()) {
    seconds = static_cast<double>(value->get_int64());
  } else if (value->is_uint64()) {
    seconds = static_cast<double>(value->get_uint64());
  } else if (value->is_double()) {
    seconds = value->get_double();
  } else {
    return fail(ErrorCode::invalid, std::string("the token's ") + name + " is not a number");
  }
  // Year 285616 is where doubles stop being exact seconds times a thousand; nobody means it.
  constexpr double kEnd = 9e12;
  if (!std::isfinite(seconds) || std::abs(seconds) > kEnd) {
    return fail(ErrorCode::invalid, std::string("the token's ") + name + " is out of range");
  }
  return std::optional<std::int64_t>(static_cast<std::int64_t>(std::floor(seconds)));
}

Result<std::int64_t> check_times(const json::object& claims, WallTime now, Duration leeway) {
  const std::int64_t slack = std::chrono::duration_cast<std::chrono::seconds>(leeway).count();
  const std::int64_t seconds = now.unix_seconds();
  PORTICO_TRY(expires, numeric_date(claims, "exp"));
  PORTICO_TRY(not_before, numeric_date(claims, "nbf"));
  PORTICO_TRY(issued, numeric_date(claims, "iat"));
  if (!expires) return fail(ErrorCode::invalid, "the token has no exp (time of expiry)");
  if (seconds > *expires + slack) return fail(ErrorCode::unauthenticated, "the token has expired");
  if (not_before && seconds + slack < *not_before) {
    return fail(ErrorCode::unauthenticated, "the token is not valid yet (nbf)");
  }
  if (issued && seconds + slack < *issued) {
    return fail(ErrorCode::unauthenticated, "the token was issued in the future (iat)");
  }
  return *expires;
}

}  // namespace

Result<Verified> verify(std::string_view token, const KeyLookup& keys, WallTime now,
                        Duration leeway) {
  PORTICO_TRY(parts, split(token));
  if (auto checked = check_header(parts.header); !checked) return tl::unexpected(checked.error());
  PORTICO_TRY(payload, decode_url(parts.payload));
  PORTICO_TRY(signature, decode_url(parts.signature));
  PORTICO_TRY(claims, parse_object(as_text(payload), "the token's payload"));
  const json::value* issuer = claims.if_contains("iss");
  if (issuer == nullptr || !issuer->is_string() || issuer->get_string().empty()) {
    return fail(ErrorCode::invalid, "the token has no iss (API key)");
  }
  Verified verified;
  verified.issuer.assign(issuer->get_string().data(), issuer->get_string().size());
  const std::optional<std::string> secret = keys ? keys(verified.issuer) : std::nullopt;
  if (!secret || secret->empty()) {
    return fail(ErrorCode::unauthenticated, "the token's API key is not known here");
  }
  const auto expected = mac(parts.signed_text, *secret);
  if (signature.size() != expected.size() ||
      CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) != 0) {
    return fail(ErrorCode::unauthenticated, "the token's signature is wrong");
  }
  PORTICO_TRY(expires, check_times(claims, now, leeway));
  verified.expires_at = expires;
  verified.payload = as_text(payload);
  return verified;
}

Result<std::string> unverified_payload(std::string_view token) {
  PORTICO_TRY(parts, split(token));
  PORTICO_TRY(payload, decode_url(parts.payload));
  return std::string(as_text(payload));
}

std::string sign(std::string_view payload_json, std::string_view secret) {
  std::string token = encode_url(as_bytes(kHeader));
  token += '.';
  token += encode_url(as_bytes(payload_json));
  const auto signature = mac(token, secret);
  token += '.';
  token += encode_url(signature);
  return token;
}

}  // namespace portico::protocol::jwt
