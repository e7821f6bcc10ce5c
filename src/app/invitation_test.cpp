#include "app/invitation.h"

#include <gtest/gtest.h>

namespace portico::app {
namespace {

constexpr std::string_view kSecret = "a-secret-of-more-than-32-characters-0123";
constexpr WallTime kNow{1'800'000'000'000'000};

std::optional<std::string> keys(std::string_view key) {
  if (key == "devkey") return std::string(kSecret);
  return std::nullopt;
}

TEST(Invitation, RoundTrips) {
  std::string text = mint_invitation({"demo", true, 0}, "devkey", kSecret, kNow, 1min);
  auto invitation = verify_invitation(text, keys, kNow);
  ASSERT_TRUE(invitation) << invitation.error().message;
  EXPECT_EQ(invitation->room, "demo");
  EXPECT_TRUE(invitation->host);
  EXPECT_EQ(invitation->expires_at, kNow.unix_seconds() + 60);
  EXPECT_FALSE(verify_invitation(mint_invitation({"demo", false, 0}, "devkey", kSecret, kNow, 1min),
                                 keys, kNow)
                   ->host);
}

TEST(Invitation, ExpiresAndCannotBeForged) {
  std::string text = mint_invitation({"demo", false, 0}, "devkey", kSecret, kNow, 1min);
  WallTime later{kNow.unix_micros + 10 * 60 * 1'000'000LL};
  EXPECT_EQ(verify_invitation(text, keys, later).error().code, ErrorCode::unauthenticated);
  text[text.size() / 2] = text[text.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(verify_invitation(text, keys, kNow));
  EXPECT_FALSE(verify_invitation("", keys, kNow));
}

TEST(Invitation, IsNoRoomTokenAndViceVersa) {
  protocol::livekit::Grants grants;
  grants.identity = "portico:host";
  auto& video = grants.video.emplace();
  video.room_join = true;
  video.room = "demo";
  std::string token = protocol::livekit::mint_token(grants, "devkey", kSecret, kNow, 1min);
  EXPECT_EQ(verify_invitation(token, keys, kNow).error().code, ErrorCode::invalid);
  std::string invitation = mint_invitation({"demo", true, 0}, "devkey", kSecret, kNow, 1min);
  auto as_token = protocol::livekit::verify_token(invitation, keys, kNow);
  ASSERT_TRUE(as_token);
  EXPECT_FALSE(as_token->grants().room_join);
}

TEST(Invitation, LinkKeepsTheSecretInTheFragment) {
  EXPECT_EQ(invitation_link("https://host:8443", "demo", "abc"), "https://host:8443/j/demo#abc");
}

}  // namespace
}  // namespace portico::app
