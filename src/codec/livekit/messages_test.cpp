#include "codec/livekit/messages.h"

#include <gmock/gmock.h>

#include "codec/base64/base64.h"

namespace portico::codec::livekit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
const T* get(const SignalRequest& request) {
  return std::get_if<T>(&request.message);
}

TEST(Messages, SignalRequestsInBothFramings) {
  SignalRequest request;
  auto& trickle = request.message.emplace<SignalRequest::Trickle>().value;
  trickle.candidateInit = R"({"candidate":"candidate:1 1 udp 1 192.0.2.1 1 typ host"})";
  trickle.target = SignalTarget::subscriber;
  trickle.final = true;
  for (const Framing framing : {Framing::binary, Framing::json}) {
    const auto parsed = parse_signal_request(as_bytes(serialise(request, framing)), framing);
    ASSERT_TRUE(parsed) << parsed.error().message;
    const auto* got = get<SignalRequest::Trickle>(*parsed);
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(got->value, trickle);
  }
}

TEST(Messages, OneofScalarsKeepTheirPresence) {
  SignalRequest request;
  request.message = SignalRequest::Ping{0};
  const auto parsed =
      parse_signal_request(as_bytes(serialise(request, Framing::binary)), Framing::binary);
  ASSERT_NE(get<SignalRequest::Ping>(*parsed), nullptr);
  EXPECT_EQ(get<SignalRequest::Ping>(*parsed)->value, 0);

  SignalResponse response;
  response.message = SignalResponse::RefreshToken{""};
  EXPECT_EQ(serialise(response, Framing::json), R"({"refreshToken":""})");
}

TEST(Messages, UnknownRequestsAndEnumNumbersAreHarmless) {
  // Field 100 of a newer client.
  const auto unknown = parse_signal_request(as_bytes("\xa2\x06\x01x"), Framing::binary);
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(unknown->message));
  EXPECT_TRUE(parse_signal_request(as_bytes(R"({"newThing":{"a":[1]}})"), Framing::json));

  AddTrackRequest add;
  add.source = static_cast<TrackSource>(42);
  const auto back =
      parse_message<AddTrackRequest>(as_bytes(serialise(add, Framing::binary)), Framing::binary);
  EXPECT_EQ(static_cast<int>(back->source), 42);
}

TEST(Messages, JoinResponseAsJson) {
  SignalResponse response;
  auto& join = response.message.emplace<SignalResponse::Join>().value;
  join.room = Room{.sid = "RM_x", .name = "demo", .creation_time_ms = 1};
  join.participant = ParticipantInfo{.sid = "PA_x", .kind = ParticipantInfo::Kind::agent};
  join.server_info = ServerInfo{.version = "1.13.5", .protocol = 17};
  join.ping_interval = 5;
  join.sif_trailer = std::string("\0\xff", 2);
  const std::string text = serialise(response, Framing::json);
  EXPECT_THAT(text, HasSubstr(R"("creationTimeMs":"1")"));
  EXPECT_THAT(text, HasSubstr(R"("kind":"AGENT")"));
  EXPECT_THAT(text, HasSubstr(R"("sifTrailer":"AP8=")"));
  EXPECT_THAT(text, Not(HasSubstr("pingTimeout")));
  const auto back = parse_message<SignalResponse>(as_bytes(text), Framing::json);
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<SignalResponse::Join>(back->message).value, join);
}

TEST(Messages, ApiJsonIsSnakeCaseWithDefaults) {
  Room room{.sid = "RM_x", .name = "demo"};
  const std::string text = serialise_api(room, Framing::json);
  EXPECT_THAT(text, HasSubstr(R"("empty_timeout":0)"));
  EXPECT_THAT(text, HasSubstr(R"("enabled_codecs":[])"));
  EXPECT_THAT(text, HasSubstr(R"("active_recording":false)"));
  EXPECT_THAT(text, HasSubstr(R"("creation_time":"0")"));
  EXPECT_THAT(text, HasSubstr(R"("metadata":"")"));
  EXPECT_EQ(serialise_api(ListRoomsResponse{}, Framing::json), R"({"rooms":[]})");
  EXPECT_EQ(serialise_api(DeleteRoomResponse{}, Framing::json), "{}");
}

TEST(Messages, ApiRequestsComeInEitherSpelling) {
  for (const char* body :
       {R"({"name":"demo","emptyTimeout":30,"minPlayoutDelay":100,"unknown":{"x":[1,null]}})",
        R"({"name":"demo","empty_timeout":30,"min_playout_delay":100,"egress":{"room":{}}})"}) {
    const auto request = parse_message<CreateRoomRequest>(as_bytes(body), Framing::json);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->name, "demo");
    EXPECT_EQ(request->empty_timeout, 30U);
    EXPECT_EQ(request->min_playout_delay, 100U);
  }
}

TEST(Messages, JsonValueForms) {
  const auto send = parse_message<SendDataRequest>(
      as_bytes(R"({"room":"r","data":"aGk=","kind":"LOSSY","topic":"t","nonce":"AAEC"})"),
      Framing::json);
  ASSERT_TRUE(send);
  EXPECT_EQ(send->data, "hi");
  EXPECT_EQ(send->kind, DataPacket::Kind::lossy);
  EXPECT_EQ(send->topic, "t");
  EXPECT_EQ(send->nonce, std::string("\0\1\2", 3));

  const auto permission = parse_message<ParticipantPermission>(
      as_bytes(R"({"canPublish":true,"canPublishSources":["CAMERA",2]})"), Framing::json);
  ASSERT_TRUE(permission);
  EXPECT_THAT(permission->can_publish_sources,
              ElementsAre(TrackSource::camera, TrackSource::microphone));

  const auto identity = parse_message<RoomParticipantIdentity>(
      as_bytes(R"({"revokeTokenTs":"1700000000000"})"), Framing::json);
  EXPECT_EQ(identity->revoke_token_ts, 1700000000000);
}

TEST(Messages, TextThatIsNotUtf8) {
  Room room;
  room.name = "\xff\xfe";
  const std::string binary = serialise(room, Framing::binary);
  EXPECT_FALSE(binary.empty());
  EXPECT_FALSE(parse_message<Room>(as_bytes(binary), Framing::binary));
  const std::string json = serialise(room, Framing::json);
  EXPECT_EQ(json.find('\xff'), std::string::npos) << json;
}

TEST(Messages, RefusesWhatIsNotTheMessage) {
  EXPECT_FALSE(parse_signal_request(as_bytes("\x0a\x7f"), Framing::binary));
  EXPECT_FALSE(parse_signal_request(as_bytes("{"), Framing::json));
  EXPECT_FALSE(parse_signal_request(as_bytes("[]"), Framing::json));
  EXPECT_FALSE(parse_message<Room>(as_bytes("\x12\x02\xff\xfe"), Framing::binary));  // not UTF-8
  const auto wrong_type = parse_message<Room>(as_bytes(R"({"emptyTimeout":"x"})"), Framing::json);
  ASSERT_FALSE(wrong_type);
  EXPECT_EQ(wrong_type.error().code, ErrorCode::invalid);
  const std::string deep(100'000, '[');
  EXPECT_FALSE(parse_message<Room>(as_bytes(R"({"x":)" + deep), Framing::json));
}

TEST(JoinRequests, RoundTrip) {
  JoinRequest request;
  request.client_info = ClientInfo{.sdk = ClientInfo::SDK::js, .version = "2.23.0", .protocol = 17};
  request.connection_settings = ConnectionSettings{.auto_subscribe = true};
  request.publisher_offer = SessionDescription{.type = "offer", .sdp = std::string(20'000, 'v')};
  request.participant_attributes = {{"a", "b"}};
  const auto back = parse_join_request(encode_join_request(request));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, request);
}

TEST(JoinRequests, AcceptsPaddedAndUncompressed) {
  // WrappedJoinRequest{NONE, JoinRequest{metadata "m"}}
  const std::string wrapped("\x12\x03\x1a\x01m", 5);
  for (const bool padded : {true, false}) {
    const auto request =
        parse_join_request(base64::encode(as_bytes(wrapped), base64::Alphabet::url, padded));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->metadata, "m");
    EXPECT_FALSE(request->connection_settings);
  }
}

// Made with npm's @livekit/protocol and node's zlib.
TEST(JoinRequests, ReadsAnotherImplementations) {
  const auto request = parse_join_request(
      "CAESOB-LCAAAAAAAAAPj4uFgFGIz0jMy1jOQEBRi4mA0EuBizU9LSy0SYi2zNeDlkmAEANUDGZ8kAAAA");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->client_info->sdk, ClientInfo::SDK::js);
  EXPECT_EQ(request->client_info->version, "2.23.0");
  EXPECT_TRUE(request->connection_settings->auto_subscribe);
  EXPECT_EQ(request->publisher_offer->sdp, "v=0\r\n");
  EXPECT_EQ(request->publisher_offer->id, 1U);
}

TEST(JoinRequests, InflatesNoBombs) {
  JoinRequest request;
  request.metadata = std::string(2 * kMaxJoinRequest, 'x');
  const std::string bomb = encode_join_request(request);
  EXPECT_LT(bomb.size(), 10'000U);
  const auto result = parse_join_request(bomb);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::limit);
}

TEST(JoinRequests, RefusesGarbage) {
  const std::string good = encode_join_request({.metadata = "some metadata"});
  EXPECT_FALSE(parse_join_request("!!!"));
  EXPECT_FALSE(parse_join_request(good.substr(0, good.size() - 4)));  // cut protobuf
  // GZIP, but the inner bytes are not; truncated gzip; unknown compression.
  EXPECT_FALSE(parse_join_request(base64::encode_url(as_bytes("\x08\x01\x12\x03zzz"))));
  EXPECT_FALSE(parse_join_request(base64::encode_url(as_bytes("\x08\x01\x12\x02\x1f\x8b"))));
  EXPECT_FALSE(parse_join_request(base64::encode_url(as_bytes("\x08\x07"))));
  EXPECT_FALSE(parse_join_request(base64::encode_url(as_bytes("\x08\x01"))));  // no bytes at all
}

}  // namespace
}  // namespace portico::codec::livekit
