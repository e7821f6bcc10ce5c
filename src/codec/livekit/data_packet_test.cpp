#include "codec/livekit/data_packet.h"

#include <gmock/gmock.h>

#include "livekit_data.pb.h"

namespace portico::codec::livekit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace pb = ::livekit;

pb::DataPacket parsed(const std::string& bytes) {
  pb::DataPacket packet;
  EXPECT_TRUE(packet.ParseFromString(bytes));
  return packet;
}

const DataPacketStamp kStamp{DataPacket::Kind::lossy, "alice", "PA_alice", std::nullopt};

TEST(DataPacket, ReadsTheEnvelopeOfAUserPacket) {
  pb::DataPacket packet;
  packet.set_kind(pb::DataPacket::LOSSY);
  packet.set_sequence(7);
  packet.add_destination_identities("bob");
  packet.mutable_user()->set_topic("lk.chat");
  packet.mutable_user()->set_nonce("0123456789abcdef");
  packet.mutable_user()->add_destination_sids("PA_carol");
  const auto envelope = read_data_packet(as_bytes(packet.SerializeAsString()));
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_EQ(envelope->kind, DataPacket::Kind::lossy);
  EXPECT_EQ(envelope->payload, DataPayload::user);
  EXPECT_EQ(envelope->sequence, 7U);
  EXPECT_EQ(envelope->topic, "lk.chat");
  EXPECT_EQ(envelope->nonce, "0123456789abcdef");
  EXPECT_THAT(envelope->destination_identities, ElementsAre("bob"));
  EXPECT_THAT(envelope->destination_sids, ElementsAre("PA_carol"));
}

TEST(DataPacket, DeprecatedDestinationsCountWhenTheNewOnesAreEmpty) {
  pb::DataPacket packet;
  packet.mutable_user()->add_destination_identities("dave");
  const std::string bytes = packet.SerializeAsString();
  EXPECT_THAT(read_data_packet(as_bytes(bytes))->destination_identities, ElementsAre("dave"));
  const auto relayed = parsed(rewrite_data_packet(as_bytes(bytes), kStamp));
  EXPECT_THAT(relayed.destination_identities(), ElementsAre("dave"));
  EXPECT_THAT(relayed.user().destination_identities(), ElementsAre("dave"));
}

TEST(DataPacket, AClientCannotSpeakForAnother) {
  pb::DataPacket packet;
  packet.set_participant_identity("mallory");
  packet.set_participant_sid("PA_mallory");
  packet.add_destination_identities("bob");
  packet.set_sequence(3);
  packet.mutable_user()->set_participant_identity("mallory");
  packet.mutable_user()->set_participant_sid("PA_mallory");
  packet.mutable_user()->set_payload(std::string("\0\xff binary", 9));
  const auto relayed = parsed(rewrite_data_packet(as_bytes(packet.SerializeAsString()), kStamp));
  EXPECT_EQ(relayed.participant_identity(), "alice");
  EXPECT_EQ(relayed.participant_sid(), "PA_alice");
  EXPECT_EQ(relayed.user().participant_identity(), "alice");
  EXPECT_EQ(relayed.user().participant_sid(), "PA_alice");
  EXPECT_EQ(relayed.user().payload(), std::string("\0\xff binary", 9));
  EXPECT_THAT(relayed.user().destination_identities(), ElementsAre("bob"));
  EXPECT_EQ(relayed.kind(), pb::DataPacket::LOSSY);
  EXPECT_EQ(relayed.sequence(), 3U);
}

TEST(DataPacket, AHiddenSenderHasNoName) {
  pb::DataPacket packet;
  packet.set_participant_identity("ghost");
  packet.mutable_user()->set_participant_sid("PA_ghost");
  const auto relayed = parsed(rewrite_data_packet(as_bytes(packet.SerializeAsString()), {}));
  EXPECT_EQ(relayed.participant_identity(), "");
  EXPECT_EQ(relayed.user().participant_sid(), "");
}

TEST(DataPacket, EveryKnownPayloadSurvivesUnchanged) {
  const auto* oneof = pb::DataPacket::descriptor()->FindOneofByName("value");
  ASSERT_EQ(oneof->field_count(), 13);
  for (int i = 0; i < oneof->field_count(); ++i) {
    pb::DataPacket packet;
    // An unknown field inside the payload stands for whatever it holds.
    auto* payload = packet.GetReflection()->MutableMessage(&packet, oneof->field(i));
    payload->GetReflection()->MutableUnknownFields(payload)->AddLengthDelimited(999, "inner");
    const std::string bytes = packet.SerializeAsString();
    EXPECT_EQ(static_cast<int>(read_data_packet(as_bytes(bytes))->payload),
              oneof->field(i)->number());
    pb::DataPacket relayed = parsed(rewrite_data_packet(as_bytes(bytes), {}));
    EXPECT_EQ(relayed.SerializeAsString(), bytes) << oneof->field(i)->name();
  }
}

TEST(DataPacket, UnknownPayloadKindsAreRelayed) {
  pb::DataPacket packet;
  auto* unknown = packet.GetReflection()->MutableUnknownFields(&packet);
  unknown->AddLengthDelimited(77, "from the future");
  const std::string bytes = packet.SerializeAsString();
  EXPECT_EQ(static_cast<int>(read_data_packet(as_bytes(bytes))->payload), 77);
  const auto relayed = parsed(rewrite_data_packet(as_bytes(bytes), kStamp));
  const auto& fields = relayed.GetReflection()->GetUnknownFields(relayed);
  ASSERT_EQ(fields.field_count(), 1);
  EXPECT_EQ(fields.field(0).number(), 77);
  EXPECT_EQ(fields.field(0).length_delimited(), "from the future");
}

TEST(DataPacket, AnUnknownKindDoesNotHideAKnownOne) {
  pb::DataPacket packet;
  packet.mutable_transcription()->set_track_id("TR_x");
  packet.GetReflection()->MutableUnknownFields(&packet)->AddLengthDelimited(77, "decoy");
  EXPECT_EQ(read_data_packet(as_bytes(packet.SerializeAsString()))->payload,
            DataPayload::transcription);
}

TEST(DataPacket, TheStampMaySetTheSequence) {
  pb::DataPacket packet;
  packet.set_sequence(9);
  packet.mutable_chat_message()->set_generated(true);
  DataPacketStamp stamp = kStamp;
  stamp.sequence = 0;
  const std::string bytes = packet.SerializeAsString();
  EXPECT_TRUE(read_data_packet(as_bytes(bytes))->generated);
  EXPECT_EQ(parsed(rewrite_data_packet(as_bytes(bytes), stamp)).sequence(), 0U);
}

TEST(DataPacket, ReadsStreamHeadersAndRpcIds) {
  pb::DataPacket stream;
  stream.mutable_stream_header()->set_topic("lk.transcription");
  stream.mutable_stream_header()->mutable_text_header()->set_generated(true);
  auto envelope = read_data_packet(as_bytes(stream.SerializeAsString()));
  EXPECT_EQ(envelope->topic, "lk.transcription");
  EXPECT_TRUE(envelope->generated);

  pb::DataPacket ack;
  ack.mutable_rpc_ack()->set_request_id("RPC_1");
  envelope = read_data_packet(as_bytes(ack.SerializeAsString()));
  EXPECT_EQ(envelope->payload, DataPayload::rpc_ack);
  EXPECT_EQ(envelope->request_id, "RPC_1");
}

TEST(DataPacket, BuildsWhatSendDataMeans) {
  SendDataRequest request;
  request.data = "hello";
  request.topic = "";
  request.destination_identities = {"bob"};
  request.nonce = "0123456789abcdef";
  const auto packet = parsed(build_data_packet(request));
  EXPECT_EQ(packet.kind(), pb::DataPacket::RELIABLE);
  EXPECT_EQ(packet.user().payload(), "hello");
  EXPECT_TRUE(packet.user().has_topic());
  EXPECT_EQ(packet.user().nonce(), request.nonce);
  EXPECT_EQ(packet.participant_identity(), "");
  EXPECT_THAT(packet.destination_identities(), ElementsAre("bob"));
  EXPECT_THAT(packet.user().destination_identities(), ElementsAre("bob"));
}

TEST(DataPacket, ServerRpcRoundTrip) {
  const auto request = parsed(build_rpc_request({"RPC_1", "greet", "{}", "bob", 5000}));
  EXPECT_EQ(request.participant_identity(), "RPC_1");
  EXPECT_EQ(request.rpc_request().id(), "RPC_1");
  EXPECT_EQ(request.rpc_request().method(), "greet");
  EXPECT_EQ(request.rpc_request().response_timeout_ms(), 5000U);
  EXPECT_EQ(request.rpc_request().version(), 1U);
  EXPECT_THAT(request.destination_identities(), ElementsAre("bob"));

  pb::DataPacket response;
  response.mutable_rpc_response()->set_request_id("RPC_1");
  response.mutable_rpc_response()->mutable_error()->set_code(1500);
  response.mutable_rpc_response()->mutable_error()->set_message("no");
  auto answer = read_rpc_response(as_bytes(response.SerializeAsString()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->request_id, "RPC_1");
  EXPECT_EQ(answer->error_code, 1500U);
  EXPECT_EQ(answer->error_message, "no");
  EXPECT_FALSE(read_rpc_response(as_bytes(build_data_packet({}))));
}

TEST(DataPacket, RefusesMalformedAndOversizedInput) {
  pb::DataPacket packet;
  packet.mutable_user()->set_payload("payload");
  packet.set_participant_identity("a");
  const std::string bytes = packet.SerializeAsString();
  EXPECT_FALSE(read_data_packet(as_bytes(std::string_view(bytes).substr(0, bytes.size() - 1))));
  EXPECT_FALSE(read_data_packet(as_bytes("\x13\x14")));  // a group
  EXPECT_FALSE(read_data_packet(as_bytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")));
  EXPECT_EQ(rewrite_data_packet(as_bytes("\x12\x7f"), kStamp), "");
  for (std::size_t i = 0; i <= kMaxDestinations; ++i) packet.add_destination_identities("x");
  const auto result = read_data_packet(as_bytes(packet.SerializeAsString()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace portico::codec::livekit
