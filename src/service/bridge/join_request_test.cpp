#include "service/bridge/join_request.h"

#include <gtest/gtest.h>

#include "codec/livekit/messages.h"
#include "service/bridge/worker.h"

namespace portico::service::bridge {
namespace {

namespace lk = codec::livekit;

constexpr std::string_view kSecret = "a-secret-of-more-than-32-characters-0123";
constexpr WallTime kNow{1'800'000'000'000'000};

std::optional<std::string> keys(std::string_view key) {
  if (key == "devkey") return std::string(kSecret);
  return std::nullopt;
}

protocol::livekit::Grants grants() {
  protocol::livekit::Grants grants;
  grants.identity = "ann";
  auto& video = grants.video.emplace();
  video.room_join = true;
  video.room = "demo";
  return grants;
}

std::string token(const protocol::livekit::Grants& of) {
  return protocol::livekit::mint_token(of, "devkey", kSecret, kNow, 1min);
}

io::http::Request request(const std::string& query, const std::string& bearer = "") {
  io::http::Request request;
  request.method = "GET";
  request.path = "/rtc";
  request.query = query;
  if (!bearer.empty()) request.headers.add("Authorization", "Bearer " + bearer);
  return request;
}

TEST(JoinRequest, ReadsTheQueryOfTheFirstGeneration) {
  auto join = read_join(request("access_token=" + token(grants()) +
                                "&auto_subscribe=0&adaptive_stream=1&sdk=js&protocol=13&version=2."
                                "0.0&reconnect=1&sid=PA_x"),
                        false, keys, kNow);
  ASSERT_TRUE(join) << join.error().text;
  EXPECT_EQ(join->grants.identity, "ann");
  EXPECT_FALSE(join->auto_subscribe);
  EXPECT_TRUE(join->adaptive_stream);
  EXPECT_TRUE(join->reconnect);
  EXPECT_EQ(join->participant_sid, "PA_x");
  EXPECT_EQ(join->client.protocol, 13);
  EXPECT_EQ(join->client.sdk, lk::ClientInfo::SDK::js);
  EXPECT_FALSE(join->single_peer_connection);
  EXPECT_TRUE(
      read_join(request("access_token=" + token(grants())), false, keys, kNow)->auto_subscribe)
      << "on unless refused";
}

TEST(JoinRequest, ReadsTheJoinRequestOfTheSecondGeneration) {
  lk::JoinRequest message;
  message.client_info.emplace().protocol = 16;
  message.publisher_offer = lk::SessionDescription{"offer", "v=0", 7, {}};
  message.connection_settings.emplace().auto_subscribe = true;
  std::string query = "join_request=" + lk::encode_join_request(message);
  auto join = read_join(request(query, token(grants())), true, keys, kNow);
  ASSERT_TRUE(join) << join.error().text;
  EXPECT_TRUE(join->single_peer_connection);
  EXPECT_TRUE(join->auto_subscribe);
  ASSERT_TRUE(join->publisher_offer);
  EXPECT_EQ(join->publisher_offer->id, 7U);
  message.connection_settings.reset();
  query = "join_request=" + lk::encode_join_request(message);
  EXPECT_FALSE(read_join(request(query, token(grants())), true, keys, kNow)->auto_subscribe)
      << "off unless asked for";
}

TEST(JoinRequest, RefusalsCarryTheStatusThatClientsKnow) {
  auto status = [](const io::http::Request& r, bool v1 = false) {
    auto join = read_join(r, v1, keys, kNow);
    return join ? 200 : join.error().status;
  };
  EXPECT_EQ(status(request("")), 401);
  EXPECT_EQ(status(request("access_token=a.b.c")), 401);
  auto no_join = grants();
  no_join.video->room_join = false;
  EXPECT_EQ(status(request("", token(no_join))), 401);
  auto no_identity = grants();
  no_identity.identity.clear();
  EXPECT_EQ(status(request("", token(no_identity))), 400);
  auto no_room = grants();
  no_room.video->room.clear();
  EXPECT_EQ(status(request("", token(no_room))), 400);
  auto long_room = grants();
  long_room.video->room = std::string(257, 'r');
  EXPECT_EQ(status(request("", token(long_room))), 400);
  EXPECT_EQ(status(request("join_request=%21%21", token(grants())), true), 400);
  EXPECT_EQ(status(request("", token(grants())), true), 400) << "v1 needs its parameter";
  // {"a":"b"} without the permission to set attributes.
  EXPECT_EQ(status(request("attributes=eyJhIjoiYiJ9", token(grants()))), 401);
  auto may = grants();
  may.video->can_update_own_metadata = true;
  EXPECT_EQ(status(request("attributes=eyJhIjoiYiJ9", token(may))), 200);
  EXPECT_EQ(status(request("attributes=%21", token(may))), 400);
}

TEST(WorkerOfUfrag, NamesTheWorkerInTheFirstLetter) {
  for (std::size_t k = 0; k < kMaxWorkers; ++k) {
    std::string username = std::string(1, ufrag_letter(k)) + "abcdefg:theirs";
    EXPECT_EQ(worker_of_ufrag(username), k);
  }
  EXPECT_EQ(worker_of_ufrag(""), std::nullopt);
  EXPECT_EQ(worker_of_ufrag("0abc:x"), std::nullopt);
}

}  // namespace
}  // namespace portico::service::bridge
