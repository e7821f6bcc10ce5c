#include "codec/livekit/data_packet.h"

#include <algorithm>
#include <iterator>

#include "codec/livekit/proto_wire.h"

namespace portico::codec::livekit {
namespace {

// Field numbers outside the oneof.
namespace packet_field {
constexpr std::uint32_t kKind = 1, kIdentity = 4, kDestinations = 5, kSequence = 16, kSid = 17;
}
namespace user_field {
constexpr std::uint32_t kSid = 1, kPayload = 2, kDestinationSids = 3, kTopic = 4, kIdentity = 5,
                        kDestinations = 6, kNonce = 11;
}

constexpr std::uint8_t kLengthType = 2;

// What isn't the envelope's belongs to the oneof, today's members or tomorrow's. (A future field of
// the envelope would be taken for a payload: harmless, it is relayed as it is.)
bool is_payload(const ProtoField& field) {
  using namespace packet_field;
  return field.type == kLengthType && field.number != kKind && field.number != kIdentity &&
         field.number != kDestinations && field.number != kSequence && field.number != kSid;
}

std::string text(const ProtoField& field) { return std::string(as_text(field.bytes)); }

// Part of a payload that routing looks at.
bool read_user(Bytes message, DataPacketEnvelope& out, std::vector<std::string>& identities) {
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (field->type != kLengthType) continue;
    if (field->number == user_field::kDestinationSids) out.destination_sids.push_back(text(*field));
    if (field->number == user_field::kDestinations) identities.push_back(text(*field));
    if (field->number == user_field::kTopic) out.topic = text(*field);
    if (field->number == user_field::kNonce) out.nonce = text(*field);
    if (out.destination_sids.size() + identities.size() > kMaxDestinations) break;
  }
  return reader.ok();
}

bool read_stream_header(Bytes message, DataPacketEnvelope& out) {
  constexpr std::uint32_t kTopic = 3, kTextHeader = 9, kGenerated = 5;
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == kTopic) out.topic = text(*field);
    if (field->number != kTextHeader || field->type != kLengthType) continue;
    ProtoReader inner(field->bytes);
    while (const auto part = inner.next()) {
      if (part->number == kGenerated && part->type == 0) out.generated = part->varint != 0;
    }
    if (!inner.ok()) return false;
  }
  return reader.ok();
}

bool read_chat(Bytes message, DataPacketEnvelope& out) {
  constexpr std::uint32_t kGenerated = 6;
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == kGenerated && field->type == 0) out.generated = field->varint != 0;
  }
  return reader.ok();
}

bool read_rpc_id(Bytes message, DataPacketEnvelope& out) {
  constexpr std::uint32_t kRequestId = 1;
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == kRequestId) out.request_id = text(*field);
  }
  return reader.ok();
}

bool is_known(std::uint32_t number) {
  using enum DataPayload;
  constexpr DataPayload kKnown[] = {
      user,         speaker,        sip_dtmf,        transcription, metrics,
      chat_message, rpc_request,    rpc_ack,         rpc_response,  stream_header,
      stream_chunk, stream_trailer, encrypted_packet};
  return std::ranges::find(kKnown, static_cast<DataPayload>(number)) != std::end(kKnown);
}

// Of several oneof members the last one counts, as in protobuf. A kind that we don't know never
// hides one that we do: the receiver may not know it either, and would then see the other one
// without the checks that belong to it.
bool read_payload(const ProtoField& field, DataPacketEnvelope& out,
                  std::vector<std::string>& user_identities) {
  if (!is_known(field.number)) {
    if (out.payload == DataPayload::none) out.payload = static_cast<DataPayload>(field.number);
    return true;
  }
  out.payload = static_cast<DataPayload>(field.number);
  out.topic.clear();
  out.nonce.clear();
  out.request_id.clear();
  out.generated = false;
  out.destination_sids.clear();
  user_identities.clear();
  switch (out.payload) {
    case DataPayload::user:
      return read_user(field.bytes, out, user_identities);
    case DataPayload::stream_header:
      return read_stream_header(field.bytes, out);
    case DataPayload::chat_message:
      return read_chat(field.bytes, out);
    case DataPayload::rpc_ack:
    case DataPayload::rpc_response:
      return read_rpc_id(field.bytes, out);
    default:
      return true;
  }
}

void write_user(ProtoWriter& out, Bytes message, const DataPacketStamp& stamp,
                const std::vector<std::string>& destinations) {
  ProtoWriter user;
  user.non_empty(user_field::kSid, stamp.sid);
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == user_field::kSid || field->number == user_field::kIdentity ||
        field->number == user_field::kDestinations) {
      continue;
    }
    user.raw(field->raw);
  }
  user.non_empty(user_field::kIdentity, stamp.identity);
  for (const std::string& identity : destinations) {
    user.bytes_field(user_field::kDestinations, identity);
  }
  out.bytes_field(static_cast<std::uint32_t>(DataPayload::user), user.view());
}

}  // namespace

Result<DataPacketEnvelope> read_data_packet(Bytes packet) {
  DataPacketEnvelope out;
  std::vector<std::string> user_identities;
  ProtoReader reader(packet);
  while (const auto field = reader.next()) {
    using namespace packet_field;
    if (is_payload(*field)) {
      if (!read_payload(*field, out, user_identities)) {
        return fail(ErrorCode::invalid, "payload of the data packet is not a protobuf message");
      }
    } else if (field->type == 0) {
      if (field->number == kKind) out.kind = static_cast<DataPacket::Kind>(field->varint);
      if (field->number == kSequence) out.sequence = static_cast<std::uint32_t>(field->varint);
    } else if (field->type == kLengthType) {
      if (field->number == kIdentity) out.participant_identity = text(*field);
      if (field->number == kSid) out.participant_sid = text(*field);
      if (field->number == kDestinations) out.destination_identities.push_back(text(*field));
    }
    if (out.destination_identities.size() + out.destination_sids.size() + user_identities.size() >
        kMaxDestinations) {
      return fail(ErrorCode::limit, "data packet has too many destinations");
    }
  }
  if (!reader.ok()) return fail(ErrorCode::invalid, "data packet is not a protobuf message");
  if (out.destination_identities.empty()) out.destination_identities = std::move(user_identities);
  return out;
}

std::string rewrite_data_packet(Bytes packet, const DataPacketStamp& stamp) {
  const auto envelope = read_data_packet(packet);
  if (!envelope) return {};
  using namespace packet_field;
  ProtoWriter out;
  out.non_zero(kKind, static_cast<std::uint32_t>(stamp.kind));
  ProtoReader reader(packet);
  while (const auto field = reader.next()) {
    const bool stamped = field->number == kKind || field->number == kIdentity ||
                         field->number == kDestinations || field->number == kSid ||
                         field->number == kSequence;
    if (stamped) continue;
    if (field->number == static_cast<std::uint32_t>(DataPayload::user) &&
        field->type == kLengthType) {
      write_user(out, field->bytes, stamp, envelope->destination_identities);
    } else {
      out.raw(field->raw);
    }
  }
  out.non_empty(kIdentity, stamp.identity);
  for (const std::string& identity : envelope->destination_identities) {
    out.bytes_field(kDestinations, identity);
  }
  out.non_zero(kSequence, stamp.sequence.value_or(envelope->sequence));
  out.non_empty(kSid, stamp.sid);
  return out.take();
}

std::string build_data_packet(const SendDataRequest& request) {
  ProtoWriter user;
  user.non_empty(user_field::kPayload, request.data);
  for (const auto& sid : request.destination_sids) {
    user.bytes_field(user_field::kDestinationSids, sid);
  }
  if (request.topic) user.bytes_field(user_field::kTopic, *request.topic);
  for (const auto& identity : request.destination_identities) {
    user.bytes_field(user_field::kDestinations, identity);
  }
  user.non_empty(user_field::kNonce, request.nonce);

  ProtoWriter packet;
  packet.non_zero(packet_field::kKind, static_cast<std::uint32_t>(request.kind));
  packet.bytes_field(static_cast<std::uint32_t>(DataPayload::user), user.view());
  for (const auto& identity : request.destination_identities) {
    packet.bytes_field(packet_field::kDestinations, identity);
  }
  return packet.take();
}

std::string build_rpc_request(const RpcCall& call) {
  constexpr std::uint32_t kId = 1, kMethod = 2, kPayload = 3, kTimeout = 4, kVersion = 5;
  ProtoWriter rpc;
  rpc.non_empty(kId, call.id);
  rpc.non_empty(kMethod, call.method);
  rpc.non_empty(kPayload, call.payload);
  rpc.non_zero(kTimeout, call.response_timeout_ms);
  rpc.varint_field(kVersion, 1);

  ProtoWriter packet;
  packet.non_empty(packet_field::kIdentity, call.id);
  packet.bytes_field(packet_field::kDestinations, call.destination_identity);
  packet.bytes_field(static_cast<std::uint32_t>(DataPayload::rpc_request), rpc.view());
  return packet.take();
}

Result<RpcAnswer> read_rpc_response(Bytes packet) {
  constexpr std::uint32_t kRequestId = 1, kPayload = 2, kError = 3;
  RpcAnswer answer;
  bool found = false;
  ProtoReader outer(packet);
  while (const auto field = outer.next()) {
    if (field->number != static_cast<std::uint32_t>(DataPayload::rpc_response)) continue;
    found = true;
    ProtoReader reader(field->bytes);
    while (const auto part = reader.next()) {
      if (part->number == kRequestId) answer.request_id = text(*part);
      if (part->number == kPayload) answer.payload = text(*part);
      if (part->number != kError) continue;
      ProtoReader error(part->bytes);
      while (const auto detail = error.next()) {
        if (detail->number == 1) answer.error_code = static_cast<std::uint32_t>(detail->varint);
        if (detail->number == 2) answer.error_message = text(*detail);
        if (detail->number == 3) answer.error_data = text(*detail);
      }
      if (!error.ok()) return fail(ErrorCode::invalid, "RpcError is not a protobuf message");
    }
    if (!reader.ok()) return fail(ErrorCode::invalid, "RpcResponse is not a protobuf message");
  }
  if (!outer.ok() || !found) return fail(ErrorCode::invalid, "not an RPC response");
  return answer;
}

}  // namespace portico::codec::livekit
