#include "codec/sctp/packet.h"

#include <algorithm>
#include <array>

#include "codec/sctp/crc32c.h"

namespace portico::codec::sctp {
namespace {

constexpr std::size_t kChecksumOffset = 8;

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// The checksum covers the packet with its own field set to zero, and is stored least significant
// byte first (RFC 9260 appendix A).
std::uint32_t checksum(Bytes packet) {
  static constexpr std::array<std::uint8_t, 4> kZero{};
  std::uint32_t crc = crc32c(packet.first(kChecksumOffset));
  crc = crc32c(kZero, crc);
  return crc32c(packet.subspan(kCommonHeaderSize), crc);
}

std::uint32_t load_checksum(const std::uint8_t* p) { return __builtin_bswap32(load32(p)); }

}  // namespace

std::optional<Chunk> Packet::Cursor::next() {
  if (rest_.size() < kChunkHeaderSize) return std::nullopt;
  std::size_t length = load16(&rest_[2]);
  if (length < kChunkHeaderSize || length > rest_.size()) return std::nullopt;
  Chunk chunk{rest_[0], rest_[1], rest_.subspan(kChunkHeaderSize, length - kChunkHeaderSize)};
  rest_ = rest_.subspan(std::min(padded(length), rest_.size()));
  return chunk;
}

Result<Packet> parse_packet(Bytes data, bool accept_zero_checksum) {
  if (data.size() < kCommonHeaderSize + kChunkHeaderSize) {
    return fail(ErrorCode::truncated, "SCTP packet");
  }
  Packet packet;
  packet.header_.source_port = load16(&data[0]);
  packet.header_.destination_port = load16(&data[2]);
  packet.header_.verification_tag = load32(&data[4]);
  std::uint32_t sum = load_checksum(&data[kChecksumOffset]);
  packet.zero_checksum_ = sum == 0 && accept_zero_checksum;
  if (!packet.zero_checksum_ && sum != checksum(data)) {
    return fail(ErrorCode::invalid, "SCTP checksum");
  }
  packet.body_ = data.subspan(kCommonHeaderSize);
  for (Bytes rest = packet.body_; !rest.empty();) {
    if (rest.size() < kChunkHeaderSize) return fail(ErrorCode::truncated, "SCTP chunk header");
    std::size_t length = load16(&rest[2]);
    if (length < kChunkHeaderSize) return fail(ErrorCode::invalid, "SCTP chunk length");
    if (length > rest.size()) return fail(ErrorCode::truncated, "SCTP chunk");
    rest = rest.subspan(std::min(padded(length), rest.size()));
    ++packet.chunk_count_;
  }
  return packet;
}

PacketWriter::PacketWriter(const CommonHeader& header, std::size_t max_size) : max_size_(max_size) {
  out_.u16(header.source_port);
  out_.u16(header.destination_port);
  out_.u32(header.verification_tag);
  out_.u32(0);
}

void PacketWriter::begin(ChunkType type, std::uint8_t flags) {
  chunk_start_ = out_.size();
  out_.u8(static_cast<std::uint8_t>(type));
  out_.u8(flags);
  out_.u16(0);
}

void PacketWriter::end() {
  std::size_t length = out_.size() - chunk_start_;
  store16(out_.at(chunk_start_ + 2), static_cast<std::uint16_t>(length));
  out_.zeros(padded(length) - length);
}

void PacketWriter::chunk(ChunkType type, std::uint8_t flags, Bytes value) {
  begin(type, flags);
  out_.bytes(value);
  end();
}

ByteVector PacketWriter::finish(bool zero_checksum) {
  if (!zero_checksum) {
    store32(out_.at(kChecksumOffset), __builtin_bswap32(checksum(out_.view())));
  }
  return out_.take();
}

}  // namespace portico::codec::sctp
