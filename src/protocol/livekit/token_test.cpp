#include "protocol/livekit/token.h"

#include <gtest/gtest.h>

namespace portico::protocol::livekit {
namespace {

constexpr const char* kKey = "APItestkey";
constexpr const char* kSecret = "a-secret-of-more-than-thirty-two-characters";

constexpr WallTime at(std::int64_t seconds) { return WallTime{seconds * 1'000'000}; }

KeyLookup keys() {
  return [](std::string_view issuer) -> std::optional<std::string> {
    if (issuer == kKey) return kSecret;
    return std::nullopt;
  };
}

Result<Grants> read(std::string_view claims) {
  const std::string payload = R"({"iss":"APItestkey","exp":2000,)" + std::string(claims.substr(1));
  return verify_token(jwt::sign(payload, kSecret), keys(), at(1000));
}

// Made by npm's livekit-server-sdk 2.19: AccessToken with identity, name, metadata, attributes,
// kind, video and sip grants.
TEST(Token, OfLivekitServerSdk) {
  const std::string token =
      "eyJhbGciOiJIUzI1NiJ9."
      "eyJtZXRhZGF0YSI6IntcInhcIjoxfSIsImF0dHJpYnV0ZXMiOnsicm9sZSI6Imhvc3QiLCJsYW5nIjoiZGUifSwibmFt"
      "ZSI6"
      "IkFsaWNlIMOEIiwia2luZCI6InN0YW5kYXJkIiwidmlkZW8iOnsicm9vbUpvaW4iOnRydWUsInJvb20iOiJkZW1vIiwi"
      "Y2Fu"
      "UHVibGlzaCI6dHJ1ZSwiY2FuU3Vic2NyaWJlIjpmYWxzZSwiY2FuUHVibGlzaFNvdXJjZXMiOlsibWljcm9waG9uZSIs"
      "ImNh"
      "bWVyYSJdLCJjYW5VcGRhdGVPd25NZXRhZGF0YSI6dHJ1ZSwiaGlkZGVuIjpmYWxzZX0sInNpcCI6eyJhZG1pbiI6dHJ1"
      "ZX0s"
      "InJvb21QcmVzZXQiOiJwIiwiaXNzIjoiQVBJdGVzdGtleSIsImV4cCI6MjQyNjExMDg4NiwibmJmIjoxNzk1MzkwODg2"
      "LCJz"
      "dWIiOiJhbGljZSJ9."
      "kVUc7s23jW5NA3R-7kJgYFidwgRvGRxAFwO9sMOZHFU";
  const auto grants = verify_token(token, keys(), at(1795390900));
  ASSERT_TRUE(grants) << grants.error().message;
  EXPECT_EQ(grants->issuer, kKey);
  EXPECT_EQ(grants->identity, "alice");
  EXPECT_EQ(grants->name, "Alice Ä");
  EXPECT_EQ(grants->metadata, R"({"x":1})");
  EXPECT_EQ(grants->attributes,
            (std::map<std::string, std::string>{{"lang", "de"}, {"role", "host"}}));
  EXPECT_EQ(grants->kind, "standard");
  EXPECT_EQ(grants->room_preset, "p");
  EXPECT_EQ(grants->expires_at, 2426110886);
  const VideoGrants& video = grants->grants();
  EXPECT_TRUE(video.room_join);
  EXPECT_EQ(video.room, "demo");
  EXPECT_EQ(video.can_publish, true);
  EXPECT_FALSE(video.may_subscribe());
  EXPECT_TRUE(video.may_publish_data());
  EXPECT_TRUE(video.may_update_own_metadata());
  EXPECT_TRUE(video.may_publish_source("camera"));
  EXPECT_FALSE(video.may_publish_source("screen_share"));
  ASSERT_TRUE(grants->sip);
  EXPECT_TRUE(grants->sip->admin);
  EXPECT_FALSE(grants->sip->call);

  EXPECT_EQ(verify_token(token, keys(), at(2426110886 + 61)).error().code,
            ErrorCode::unauthenticated);
  EXPECT_EQ(verify_token(token, keys(), at(1795390886 - 61)).error().code,
            ErrorCode::unauthenticated);
}

TEST(Token, AbsentGrantsHaveTheirDefaults) {
  const auto grants = read(R"({"video":{"roomJoin":true,"room":"r"}})");
  ASSERT_TRUE(grants) << grants.error().message;
  const VideoGrants& video = grants->grants();
  EXPECT_TRUE(video.may_publish());
  EXPECT_TRUE(video.may_subscribe());
  EXPECT_TRUE(video.may_publish_data());
  EXPECT_TRUE(video.may_publish_source("microphone"));
  EXPECT_FALSE(video.may_update_own_metadata());
  EXPECT_FALSE(video.may_subscribe_metrics());
  EXPECT_FALSE(video.room_admin);
  EXPECT_TRUE(grants->identity.empty());

  const auto none = read(R"({"sub":"x"})");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->video);
  EXPECT_FALSE(none->grants().room_join);
}

TEST(Token, DataFollowsPublishAndSourcesOnlyNarrow) {
  auto grants = read(R"({"video":{"canPublish":false}})");
  ASSERT_TRUE(grants);
  EXPECT_FALSE(grants->grants().may_publish_data());
  grants = read(R"({"video":{"canPublish":false,"canPublishData":true}})");
  EXPECT_TRUE(grants->grants().may_publish_data());
  grants = read(R"({"video":{"canPublish":false,"canPublishSources":["camera"]}})");
  EXPECT_FALSE(grants->grants().may_publish_source("camera"));
}

TEST(Token, IdentityFallsBackToJti) {
  EXPECT_EQ(read(R"({"jti":"bob"})")->identity, "bob");
  EXPECT_EQ(read(R"({"jti":"bob","sub":"eve"})")->identity, "eve");
}

TEST(Token, NullsAndUnknownClaimsAreIgnored) {
  const auto grants =
      read(R"({"sub":"a","metadata":null,"video":null,"inference":{"perform":true},"x":[1]})");
  ASSERT_TRUE(grants) << grants.error().message;
  EXPECT_FALSE(grants->video);
}

TEST(Token, WrongTypesNameTheClaim) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"sub":7})", "sub"},
      {R"({"video":[]})", "video"},
      {R"({"video":{"room":5}})", "video.room"},
      {R"({"video":{"canPublish":"yes"}})", "video.canPublish"},
      {R"({"video":{"canPublishSources":[2]}})", "video.canPublishSources"},
      {R"({"attributes":{"a":1}})", "attributes"},
      {R"({"sip":{"call":1}})", "sip.call"},
  };
  for (const auto& [claims, name] : cases) {
    const auto grants = read(claims);
    ASSERT_FALSE(grants) << claims;
    EXPECT_EQ(grants.error().code, ErrorCode::invalid);
    EXPECT_NE(grants.error().message.find(name), std::string::npos) << grants.error().message;
  }
}

TEST(Token, Limits) {
  EXPECT_TRUE(read(R"({"metadata":")" + std::string(kMaxMetadata, 'm') + "\"}"));
  EXPECT_EQ(read(R"({"metadata":")" + std::string(kMaxMetadata + 1, 'm') + "\"}").error().code,
            ErrorCode::limit);
  EXPECT_FALSE(read(R"({"attributes":{"a":")" + std::string(kMaxAttributes, 'm') + "\"}}"));
}

TEST(Token, ZeroBytesDoNotEndAnIdentity) {
  const auto grants = read(R"({"sub":"al\u0000ice"})");
  ASSERT_TRUE(grants);
  EXPECT_EQ(grants->identity.size(), 6u);
}

TEST(Token, MintedTokensComeBackWhole) {
  Grants grants;
  grants.identity = "alice \"quoted\" ä";
  grants.name = "Alice";
  grants.metadata = "{}";
  grants.attributes = {{"a", "1"}, {"b", ""}};
  grants.kind = "agent";
  grants.kind_details = {"cloud_agent"};
  grants.sha256 = "abc=";
  grants.room_preset = "preset";
  grants.room_config = R"({"name":"x","emptyTimeout":5})";
  grants.sip = SipGrants{false, true};
  VideoGrants video;
  video.room_create = video.room_list = video.room_record = video.room_admin = true;
  video.room_join = video.ingress_admin = video.hidden = video.recorder = video.agent = true;
  video.room = "demo";
  video.destination_room = "other";
  video.can_publish = false;
  video.can_subscribe = true;
  video.can_publish_data = true;
  video.can_update_own_metadata = true;
  video.can_subscribe_metrics = false;
  video.can_manage_agent_session = true;
  video.can_publish_sources = {"camera", "screen_share_audio"};
  grants.video = video;

  const std::string token = mint_token(grants, kKey, kSecret, at(5000), std::chrono::minutes(10));
  auto back = verify_token(token, keys(), at(5000));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->expires_at, 5600);
  EXPECT_EQ(back->issuer, kKey);
  back->expires_at = 0;
  back->issuer.clear();
  EXPECT_EQ(*back, grants);
  EXPECT_FALSE(verify_token(token, keys(), at(5661)));
}

}  // namespace
}  // namespace portico::protocol::livekit
