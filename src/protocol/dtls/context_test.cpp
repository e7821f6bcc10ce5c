#include <gtest/gtest.h>

#include "protocol/dtls/fake_context.h"
#include "protocol/dtls/fingerprint.h"
#include "protocol/dtls/openssl_context.h"

namespace portico::protocol::dtls {
namespace {

// A P-256 key and certificate made for this test and used nowhere else.
const char* const kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIUVtiD4FrIIJrfxIpyDxbwu5rREjUwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjIyMzUwNDhaFw0zNjExMTkyMzUwNDha
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQw486z
2a/f8hvWuAtmKeWsXYGwN1qT+RWIf+P6TtcPl4SYj6KAwsNdPrq/RskPtf+ZC7TC
Nfq8vczhvDpcI5ito1MwUTAdBgNVHQ4EFgQU+hNlit2n2bWxBZSw99O1PJuWL0Qw
HwYDVR0jBBgwFoAU+hNlit2n2bWxBZSw99O1PJuWL0QwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNHADBEAh8pfq3MkcNAyezA39Bc55UABvq20jZtE9faurqj
SwZ0AiEAgcrWTDD3b2nxZyd+K6ZwKLfOJUBZB2hYCfv4x1K6RwQ=
-----END CERTIFICATE-----)";
const char* const kKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMOQ0XEIGALHtrKxz
H5HR1jDv9Pupx2TVrLMH0hbNeF2hRANCAAQw486z2a/f8hvWuAtmKeWsXYGwN1qT
+RWIf+P6TtcPl4SYj6KAwsNdPrq/RskPtf+ZC7TCNfq8vczhvDpcI5it
-----END PRIVATE KEY-----)";
const char* const kKeyOfAnother = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVSrvqAQGLbitHOkK
J1Uw5VOPH19oGlhMIwM2FCiCwc+hRANCAASKCvcj6jbTgeXGNMvz1f4371WK/nK2
1EMZIgPrwIUFdr/Rj5WZAsvBbG54I7HPece/a0Moun/b4+4IUSWf/hWT
-----END PRIVATE KEY-----)";
const char* const kFingerprint =
    "D8:5C:13:10:07:2D:4C:88:81:08:10:B9:93:1E:43:03:04:B6:2C:10:59:E5:D2:E0:2F:2F:18:5B:A9:CC:AB:"
    "37";

TEST(Context, ReadsPem) {
  auto context = Context::create_from_pem(kCertificate, kKey);
  ASSERT_TRUE(context) << context.error().message;
  EXPECT_EQ((*context)->fingerprint(), kFingerprint);
  EXPECT_TRUE((*context)->create(Role::server));
}

TEST(Context, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Context::create_from_pem("", kKey).error().code, ErrorCode::invalid);
  EXPECT_EQ(Context::create_from_pem(kCertificate, "nonsense").error().code, ErrorCode::invalid);
  EXPECT_EQ(Context::create_from_pem(kCertificate, kKeyOfAnother).error().code, ErrorCode::invalid);
}

TEST(Context, SelfSignedOnesDiffer) {
  auto a = Context::create_self_signed();
  auto b = Context::create_self_signed();
  ASSERT_TRUE(a && b);
  EXPECT_EQ((*a)->fingerprint().size(), 95U);
  EXPECT_NE((*a)->fingerprint(), (*b)->fingerprint());
}

TEST(FakeContext, IsDeterministic) {
  EXPECT_EQ(FakeContext(5).fingerprint(), FakeContext(5).fingerprint());
  EXPECT_NE(FakeContext(5).fingerprint(), FakeContext(6).fingerprint());
}

TEST(Fingerprint, RoundTripsAndRefuses) {
  std::string text = FakeContext(5).fingerprint();
  auto parsed = parse_fingerprint("Sha-256", text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(fingerprint_text(parsed->digest), text);
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(*parse_fingerprint("sha-256", lower), *parsed);
  EXPECT_EQ(parse_fingerprint("sha-1", text).error().code, ErrorCode::unsupported);
  EXPECT_EQ(parse_fingerprint("md5", text).error().code, ErrorCode::unsupported);
  EXPECT_EQ(parse_fingerprint("sha-512", text).error().code, ErrorCode::invalid);
  EXPECT_EQ(parse_fingerprint("sha-256", text + ":00").error().code, ErrorCode::invalid);
  text[2] = '-';
  EXPECT_EQ(parse_fingerprint("sha-256", text).error().code, ErrorCode::invalid);
  text[2] = ':';
  text[0] = 'G';
  EXPECT_EQ(parse_fingerprint("sha-256", text).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace portico::protocol::dtls
