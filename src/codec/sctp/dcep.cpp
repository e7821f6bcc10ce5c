#include "codec/sctp/dcep.h"

#include <algorithm>

namespace portico::codec::sctp {
namespace {

constexpr std::uint8_t kAckMessage = 2;
constexpr std::uint8_t kOpenMessage = 3;

// Channel types (RFC 8832 section 8.2.2); the highest bit means unordered.
constexpr std::uint8_t kReliable = 0;
constexpr std::uint8_t kLimitedRetransmits = 1;
constexpr std::uint8_t kLimitedLifetime = 2;
constexpr std::uint8_t kUnorderedBit = 0x80;

constexpr std::size_t kMaxText = 65535;

}  // namespace

bool is_channel_ack(Bytes message) { return message.size() == 1 && message[0] == kAckMessage; }

ByteVector write_channel_ack() { return {kAckMessage}; }

Result<ChannelOpen> parse_channel_open(Bytes message) {
  ByteReader reader(message);
  if (reader.u8() != kOpenMessage) return fail(ErrorCode::invalid, "DCEP message type");
  std::uint8_t type = reader.u8();
  ChannelOpen open;
  open.priority = reader.u16();
  std::uint32_t reliability = reader.u32();
  std::size_t label = reader.u16();
  std::size_t protocol = reader.u16();
  open.label = as_text(reader.bytes(label));
  open.protocol = as_text(reader.bytes(protocol));
  if (!reader.ok()) return fail(ErrorCode::truncated, "DATA_CHANNEL_OPEN");
  open.ordered = (type & kUnorderedBit) == 0;
  switch (type & ~kUnorderedBit) {
    case kReliable:
      break;
    case kLimitedRetransmits:
      open.max_retransmits = reliability;
      break;
    case kLimitedLifetime:
      open.max_lifetime_ms = reliability;
      break;
    default:
      return fail(ErrorCode::invalid, "DATA_CHANNEL_OPEN channel type");
  }
  return open;
}

ByteVector write_channel_open(const ChannelOpen& open) {
  std::uint8_t type = kReliable;
  if (open.max_retransmits) {
    type = kLimitedRetransmits;
  } else if (open.max_lifetime_ms) {
    type = kLimitedLifetime;
  }
  if (!open.ordered) type = static_cast<std::uint8_t>(type | kUnorderedBit);
  Bytes label = as_bytes(open.label).first(std::min(open.label.size(), kMaxText));
  Bytes protocol = as_bytes(open.protocol).first(std::min(open.protocol.size(), kMaxText));
  ByteWriter out;
  out.u8(kOpenMessage);
  out.u8(type);
  out.u16(open.priority);
  out.u32(open.max_retransmits.value_or(open.max_lifetime_ms.value_or(0)));
  out.u16(static_cast<std::uint16_t>(label.size()));
  out.u16(static_cast<std::uint16_t>(protocol.size()));
  out.bytes(label);
  out.bytes(protocol);
  return out.take();
}

}  // namespace portico::codec::sctp
