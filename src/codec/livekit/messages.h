#pragma once
// The LiveKit wire format: plain structs in, protobuf or protojson out, and back. The protobuf
// runtime stays inside this folder's .cpp files.
//
// Parsing is bounded by kMaxMessage and by the nesting limit of the runtime (100); callers have
// tighter limits on frames (signalling 2 MiB, API 10 MiB). Unknown fields, enum names and oneof
// members are accepted and dropped, because newer clients send them.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/livekit/data_packet.h"
#include "codec/livekit/models.h"
#include "codec/livekit/room_service.h"
#include "codec/livekit/signal_request.h"
#include "codec/livekit/signal_response.h"

namespace portico::codec::livekit {

// binary: WebSocket binary frames, application/protobuf. json: text frames, application/json.
enum class Framing : std::uint8_t { binary, json };

inline constexpr std::size_t kMaxMessage = 16 * 1024 * 1024;  // bytes

// Every message of the headers included here, as protobuf or protojson. JSON names come in
// lowerCamelCase or snake_case; 64-bit integers as strings or numbers; enums as names or numbers.
// Error: invalid (not of this format, or text that isn't UTF-8).
template <class Message>
Result<Message> parse_message(Bytes input, Framing framing);

// JSON of signalling and webhooks: lowerCamelCase names, default values left out. Text must be
// UTF-8: JSON drops bytes that are not, and binary carries them to receivers that will refuse the
// message.
template <class Message>
std::string serialise(const Message& message, Framing framing);

// JSON of the Twirp API: snake_case names, default values present.
template <class Message>
std::string serialise_api(const Message& message, Framing framing);

// One WebSocket frame of a client. A message kind that we don't know parses to std::monostate.
Result<SignalRequest> parse_signal_request(Bytes frame, Framing framing);

// The `join_request` parameter of /rtc/v1: base64url (padded or not) of WrappedJoinRequest, whose
// inner bytes may be gzip'd. Errors: invalid (base64, gzip or protobuf), limit (more than
// kMaxJoinRequest inflated bytes).
Result<JoinRequest> parse_join_request(std::string_view base64url);
inline constexpr std::size_t kMaxJoinRequest = 1024 * 1024;

// The client's half of it, for load generators and tests. Unpadded, gzip'd.
std::string encode_join_request(const JoinRequest& request);

}  // namespace portico::codec::livekit
