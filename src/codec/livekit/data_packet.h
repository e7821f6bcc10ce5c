#pragma once
// DataPacket, the unit of the `_reliable` and `_lossy` data channels. A relay needs the envelope
// only: who sent it, to whom, in which order. The payload (a protobuf oneof that grows with every
// client release) is passed on byte by byte, whatever its kind, so these functions work on the wire
// level.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/livekit/room_service.h"

namespace portico::codec::livekit {

// Field numbers of DataPacket's oneof.
enum class DataPayload : std::uint32_t {
  none = 0,
  user = 2,
  speaker = 3,
  sip_dtmf = 6,
  transcription = 7,
  metrics = 8,
  chat_message = 9,
  rpc_request = 10,
  rpc_ack = 11,
  rpc_response = 12,
  stream_header = 13,
  stream_chunk = 14,
  stream_trailer = 15,
  encrypted_packet = 18,
};

struct DataPacketEnvelope {
  DataPacket::Kind kind = DataPacket::Kind::reliable;
  DataPayload payload = DataPayload::none;  // may hold a number that is not in the list: relay it
  std::string participant_identity{};
  std::string participant_sid{};
  std::uint32_t sequence = 0;  // 0: the sender does not count
  // Who shall get it: DataPacket.destination_identities and the deprecated fields of UserPacket.
  // All empty: everybody else.
  std::vector<std::string> destination_identities{};
  std::vector<std::string> destination_sids{};
  std::string topic{};       // of a user packet or stream header, else empty
  std::string nonce{};       // of a user packet: 16 bytes, repeats are to be ignored
  std::string request_id{};  // of rpc_ack and rpc_response
  bool generated =
      false;  // chat messages and text streams that an agent may send in another's name

  friend bool operator==(const DataPacketEnvelope&, const DataPacketEnvelope&) = default;
};

inline constexpr std::size_t kMaxDestinations = 4096;  // identities and sids together

// Errors: invalid (not a protobuf message), limit (too many destinations).
Result<DataPacketEnvelope> read_data_packet(Bytes packet);

// What the server puts into a packet before it relays it.
struct DataPacketStamp {
  DataPacket::Kind kind = DataPacket::Kind::reliable;  // of the channel it came through
  std::string identity{}, sid{};  // the sender; empty for hidden senders and the server itself
  std::optional<std::uint32_t> sequence{};  // nullopt keeps the sender's
};

// The packet with kind, identity and sid replaced and everything else, known or not, as it was. In
// a user packet the deprecated sender fields get the same values, and destinations given in one
// place are mirrored to the other. `packet` has passed read_data_packet; for anything else the
// result is empty.
std::string rewrite_data_packet(Bytes packet, const DataPacketStamp& stamp);

// The packet that RoomService.SendData makes: a user packet from the server (no identity).
std::string build_data_packet(const SendDataRequest& request);

// Server-initiated RPC (RoomService.PerformRpc): the request id is also the sender's identity.
struct RpcCall {
  std::string id{}, method{}, payload{}, destination_identity{};
  std::uint32_t response_timeout_ms = 15000;
};
std::string build_rpc_request(const RpcCall& call);

// Answer to it: either a payload or an error.
struct RpcAnswer {
  std::string request_id{}, payload{};
  std::uint32_t error_code = 0;  // 0: success
  std::string error_message{}, error_data{};
};
Result<RpcAnswer> read_rpc_response(Bytes packet);

}  // namespace portico::codec::livekit
