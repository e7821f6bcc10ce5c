#include "codec/rtp/packet.h"

namespace portico::codec::rtp {
namespace {

std::optional<Bytes> find_one_byte(Bytes block, std::uint8_t id) {
  std::size_t i = 0;
  while (i < block.size()) {
    const std::uint8_t head = block[i];
    if (head == 0) {  // padding between elements
      ++i;
      continue;
    }
    const std::uint8_t element = static_cast<std::uint8_t>(head >> 4);
    const std::size_t size = static_cast<std::size_t>(head & 0x0F) + 1;
    if (element == 15 || size > block.size() - i - 1)
      return std::nullopt;  // RFC 8285 4.2: 15 stops processing
    if (element == id && id != 0) return block.subspan(i + 1, size);
    i += 1 + size;
  }
  return std::nullopt;
}

std::optional<Bytes> find_two_byte(Bytes block, std::uint8_t id) {
  std::size_t i = 0;
  while (i < block.size()) {
    if (block[i] == 0) {
      ++i;
      continue;
    }
    if (block.size() - i < 2) return std::nullopt;
    const std::size_t size = block[i + 1];
    if (size > block.size() - i - 2) return std::nullopt;
    if (block[i] == id) return block.subspan(i + 2, size);
    i += 2 + size;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Bytes> find_extension(std::uint16_t profile, Bytes block, std::uint8_t id) {
  if (id == 0) return std::nullopt;
  if (profile == kOneByteProfile) return id <= 14 ? find_one_byte(block, id) : std::nullopt;
  if ((profile & 0xFFF0) == kTwoByteProfile) return find_two_byte(block, id);
  return std::nullopt;
}

Result<Packet> parse_packet(Bytes data) {
  if (data.size() < kMinHeaderSize) return fail(ErrorCode::truncated, "RTP header");
  if (data[0] >> 6 != 2) return fail(ErrorCode::invalid, "RTP version");
  const bool has_padding = (data[0] & 0x20) != 0;
  const bool has_extension = (data[0] & 0x10) != 0;
  const std::size_t csrc_size = static_cast<std::size_t>(data[0] & 0x0F) * 4;

  Packet packet;
  packet.marker = (data[1] & 0x80) != 0;
  packet.payload_type = PayloadType(data[1] & 0x7F);
  packet.sequence = load16(data.data() + 2);
  packet.timestamp = load32(data.data() + 4);
  packet.ssrc = Ssrc(load32(data.data() + 8));

  ByteReader reader(data.subspan(kMinHeaderSize));
  packet.csrcs = reader.bytes(csrc_size);
  if (has_extension) {
    packet.extension_profile = reader.u16();
    const std::size_t words = reader.u16();
    packet.extensions = reader.bytes(words * 4);
  }
  if (!reader.ok()) return fail(ErrorCode::truncated, "RTP header");
  packet.header_size = kMinHeaderSize + reader.position();
  packet.payload = reader.rest();
  if (has_padding) {
    if (packet.payload.empty()) return fail(ErrorCode::invalid, "RTP padding");
    packet.padding = packet.payload.back();
    if (packet.padding == 0 || packet.padding > packet.payload.size()) {
      return fail(ErrorCode::invalid, "RTP padding");
    }
    packet.payload = packet.payload.first(packet.payload.size() - packet.padding);
  }
  return packet;
}

bool looks_like_rtcp(Bytes data) {
  // RFC 5761 4: RTCP types 192..223 show up as RTP payload types 64..95 with the marker bit.
  return data.size() >= 8 && data[0] >> 6 == 2 && data[1] >= 192 && data[1] <= 223;
}

bool looks_like_rtp(Bytes data) {
  return data.size() >= kMinHeaderSize && data[0] >> 6 == 2 && !looks_like_rtcp(data);
}

std::optional<AudioLevel> parse_audio_level(Bytes element) {
  if (element.empty()) return std::nullopt;
  return AudioLevel{static_cast<std::uint8_t>(element[0] & 0x7F), (element[0] & 0x80) != 0};
}

std::uint32_t abs_send_time(std::int64_t nanoseconds) {
  // 64 s fit in 24 bits: take the remainder first, so that the shift can't overflow.
  const auto within = static_cast<std::uint64_t>(nanoseconds) % 64'000'000'000ULL;
  return static_cast<std::uint32_t>((within << 18) / 1'000'000'000ULL) & 0xFFFFFF;
}

}  // namespace portico::codec::rtp
