// Every field of every message must take part in both conversions. Fills each protobuf message by
// reflection, sends it through our struct and back, and compares bytes.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "codec/livekit/wire_types.h"
#include "livekit_room.pb.h"
#include "livekit_signal_request.pb.h"
#include "livekit_signal_response.pb.h"

namespace portico::codec::livekit {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void fill(Message& message, int depth, int choice);

void fill_field(Message& message, const FieldDescriptor* field, int depth, int choice) {
  const Reflection* access = message.GetReflection();
  const int number = field->number();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return many ? access->AddInt32(&message, field, -number)
                  : access->SetInt32(&message, field, -number);
    case FieldDescriptor::CPPTYPE_INT64:
      return access->SetInt64(&message, field, -1'000'000'000'000 - number);
    case FieldDescriptor::CPPTYPE_UINT32:
      return access->SetUInt32(&message, field, 4'000'000'000U + static_cast<unsigned>(number));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return access->SetFloat(&message, field, static_cast<float>(number) + 0.5F);
    case FieldDescriptor::CPPTYPE_BOOL:
      return access->SetBool(&message, field, true);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int last = field->enum_type()->value(field->enum_type()->value_count() - 1)->number();
      return many ? access->AddEnumValue(&message, field, last)
                  : access->SetEnumValue(&message, field, last);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? access->AddString(&message, field, field->name())
                  : access->SetString(&message, field, field->name());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (depth == 0) return;
      return fill(
          many ? *access->AddMessage(&message, field) : *access->MutableMessage(&message, field),
          depth - 1, choice);
    default:
      FAIL() << "no rule for the type of " << field->full_name();
  }
}

// `choice` selects the member of each real oneof.
void fill(Message& message, int depth, int choice) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const auto* oneof = field->real_containing_oneof();
    if (oneof != nullptr && field->index_in_oneof() != choice % oneof->field_count()) continue;
    fill_field(message, field, depth, choice);
  }
}

template <class T>
class EveryField : public ::testing::Test {};

using Roots =
    ::testing::Types<SignalRequest, SignalResponse, JoinRequest, RoomConfiguration,
                     CreateRoomRequest, ListRoomsRequest, ListRoomsResponse, DeleteRoomRequest,
                     DeleteRoomResponse, ListParticipantsRequest, ListParticipantsResponse,
                     RoomParticipantIdentity, RemoveParticipantResponse, MuteRoomTrackRequest,
                     MuteRoomTrackResponse, UpdateParticipantRequest, UpdateSubscriptionsRequest,
                     UpdateSubscriptionsResponse, SendDataRequest, SendDataResponse,
                     UpdateRoomMetadataRequest, ForwardParticipantRequest,
                     ForwardParticipantResponse, MoveParticipantRequest, MoveParticipantResponse,
                     PerformRpcRequest, PerformRpcResponse>;
TYPED_TEST_SUITE(EveryField, Roots);

TYPED_TEST(EveryField, SurvivesTheRoundTrip) {
  for (int choice = 0; choice < 32; ++choice) {
    typename Wire<TypeParam>::type original, back;
    fill(original, 5, choice);
    TypeParam ours;
    decode(original, ours);
    encode(ours, back);
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(original, back))
        << "choice " << choice << "\nbefore\n"
        << original.DebugString() << "after\n"
        << back.DebugString();
    for (const Framing framing : {Framing::binary, Framing::json}) {
      const std::string text = serialise(ours, framing);
      const auto parsed = parse_message<TypeParam>(as_bytes(text), framing);
      ASSERT_TRUE(parsed) << parsed.error().message;
      ASSERT_EQ(serialise(*parsed, framing).size(), text.size());
    }
  }
}

}  // namespace
}  // namespace portico::codec::livekit
