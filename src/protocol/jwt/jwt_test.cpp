#include "protocol/jwt/jwt.h"

#include <gtest/gtest.h>

#include "codec/base64/base64.h"

namespace portico::protocol::jwt {
namespace {

using codec::base64::encode_url;

constexpr WallTime at(std::int64_t seconds) { return WallTime{seconds * 1'000'000}; }

KeyLookup one_key(std::string name, std::string secret) {
  return [name = std::move(name),
          secret = std::move(secret)](std::string_view issuer) -> std::optional<std::string> {
    if (issuer == name) return secret;
    return std::nullopt;
  };
}

std::string part(std::string_view text) { return encode_url(as_bytes(text)); }

ErrorCode code_of(const Result<Verified>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::internal : result.error().code;
}

// RFC 7515 appendix A.1: key and token as printed there (header and payload contain line breaks).
TEST(Jwt, Rfc7515AppendixA1) {
  const auto key = codec::base64::decode_url(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  ASSERT_TRUE(key);
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto keys = one_key("joe", std::string(as_text(*key)));
  const auto good = verify(token, keys, at(1300819380));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->issuer, "joe");
  EXPECT_EQ(good->expires_at, 1300819380);
  EXPECT_NE(good->payload.find("is_root"), std::string::npos);
  EXPECT_TRUE(verify(token, keys, at(1300819380 + 60)));
  EXPECT_EQ(code_of(verify(token, keys, at(1300819380 + 61))), ErrorCode::unauthenticated);
}

TEST(Jwt, SignsWhatItVerifies) {
  const std::string payload = R"({"iss":"k","exp":2000,"x":"ä"})";
  const std::string token = sign(payload, "secret");
  const auto good = verify(token, one_key("k", "secret"), at(1000));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->payload, payload);
  EXPECT_EQ(*unverified_payload(token), payload);
  EXPECT_EQ(code_of(verify(token, one_key("k", "Secret"), at(1000))), ErrorCode::unauthenticated);
  EXPECT_EQ(code_of(verify(token, one_key("other", "secret"), at(1000))),
            ErrorCode::unauthenticated);
  EXPECT_EQ(code_of(verify(token, one_key("k", ""), at(1000))), ErrorCode::unauthenticated);
  EXPECT_EQ(code_of(verify(token, nullptr, at(1000))), ErrorCode::unauthenticated);
}

TEST(Jwt, EveryChangedCharacterIsNoticed) {
  const std::string token = sign(R"({"iss":"k","exp":2000})", "secret");
  const auto keys = one_key("k", "secret");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify(changed, keys, at(1000))) << "position " << i;
  }
  EXPECT_FALSE(verify(token.substr(0, token.size() - 1), keys, at(1000)));
  EXPECT_FALSE(verify(token + "A", keys, at(1000)));
  EXPECT_FALSE(verify(token + "=", keys, at(1000)));
  EXPECT_FALSE(verify(token + ".", keys, at(1000)));
}

TEST(Jwt, TheAlgorithmIsPinned) {
  const std::string body = part(R"({"iss":"k","exp":2000})");
  const auto keys = one_key("k", "secret");
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})", R"({"alg":"hs256"})",
        R"({"alg":1})", R"({})", R"({"alg":"HS256","crit":["b64"],"b64":false})"}) {
    const auto result = verify(part(header) + "." + body + ".", keys, at(1000));
    EXPECT_EQ(code_of(result), ErrorCode::unsupported) << header;
  }
  EXPECT_EQ(code_of(verify("." + body + ".", keys, at(1000))), ErrorCode::invalid);
  EXPECT_EQ(code_of(verify(part("[]") + "." + body + ".", keys, at(1000))), ErrorCode::invalid);
}

TEST(Jwt, Times) {
  const auto keys = one_key("k", "s");
  const auto check = [&](std::string_view claims, std::int64_t now) {
    return verify(sign(std::string(R"({"iss":"k",)") + std::string(claims) + "}", "s"), keys,
                  at(now));
  };
  EXPECT_TRUE(check(R"("exp":2000,"nbf":0)", 1000));
  EXPECT_TRUE(check(R"("exp":2000.75)", 2060));
  EXPECT_TRUE(check(R"("exp":2000,"nbf":1060,"iat":1060)", 1000));
  EXPECT_EQ(code_of(check(R"("exp":2000,"nbf":1061)", 1000)), ErrorCode::unauthenticated);
  EXPECT_EQ(code_of(check(R"("exp":2000,"iat":1061)", 1000)), ErrorCode::unauthenticated);
  EXPECT_EQ(code_of(check(R"("nbf":0)", 1000)), ErrorCode::invalid);
  EXPECT_EQ(code_of(check(R"("exp":"2000")", 1000)), ErrorCode::invalid);
  EXPECT_EQ(code_of(check(R"("exp":1e300)", 1000)), ErrorCode::invalid);
  EXPECT_EQ(code_of(check(R"("exp":-1e300)", 1000)), ErrorCode::invalid);
  EXPECT_EQ(code_of(check(R"("exp":18446744073709551615)", 1000)), ErrorCode::invalid);
}

TEST(Jwt, HostileForms) {
  const auto keys = one_key("k", "s");
  for (const char* token : {"", ".", "..", "...", "a.b", "a.b.c.d", "%%.%%.%%"}) {
    EXPECT_EQ(code_of(verify(token, keys, at(1))), ErrorCode::invalid) << token;
  }
  EXPECT_EQ(code_of(verify(std::string(kMaxTokenSize + 1, 'a'), keys, at(1))), ErrorCode::limit);
  const std::string head = part(R"({"alg":"HS256"})") + ".";
  EXPECT_EQ(code_of(verify(head + part(std::string(5000, '[')) + ".", keys, at(1))),
            ErrorCode::invalid);
  EXPECT_EQ(code_of(verify(head + part(R"({"exp":1})") + ".", keys, at(1))), ErrorCode::invalid);
  EXPECT_EQ(code_of(verify(head + part(R"({"iss":5,"exp":1})") + ".", keys, at(1))),
            ErrorCode::invalid);
}

}  // namespace
}  // namespace portico::protocol::jwt
