#pragma once
// An SCTP packet: twelve bytes of common header, then chunks, each padded to four bytes (RFC 9260
// section 3).
//
//    0                   1                   2                   3
//   |     source port number        |     destination port number   |
//   |                       verification tag                        |
//   |                   checksum (CRC32c, or zero)                  |
//   |  chunk type   |  chunk flags  |         chunk length          |   repeated
//   |  chunk value ...                                              |

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace portico::codec::sctp {

inline constexpr std::size_t kCommonHeaderSize = 12;
inline constexpr std::size_t kChunkHeaderSize = 4;

enum class ChunkType : std::uint8_t {
  data = 0,
  init = 1,
  init_ack = 2,
  sack = 3,
  heartbeat = 4,
  heartbeat_ack = 5,
  abort = 6,
  shutdown = 7,
  shutdown_ack = 8,
  error = 9,
  cookie_echo = 10,
  cookie_ack = 11,
  shutdown_complete = 14,
  re_config = 130,    // RFC 6525
  forward_tsn = 192,  // RFC 3758
};

// What to do with a chunk (or parameter) type that one does not know: the type's two highest bits
// (RFC 9260 sections 3.2, 3.2.1).
enum class UnknownAction : std::uint8_t {
  stop = 0,
  stop_and_report = 1,
  skip = 2,
  skip_and_report = 3,
};
constexpr UnknownAction unknown_chunk_action(std::uint8_t type) {
  return static_cast<UnknownAction>(type >> 6);
}

struct CommonHeader {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t verification_tag = 0;
  bool operator==(const CommonHeader&) const = default;
};

// One chunk inside a packet; `value` (without the four-byte header and without padding) is a view
// into that packet.
struct Chunk {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  Bytes value;
  bool is(ChunkType t) const { return type == static_cast<std::uint8_t>(t); }
};

// A view of a packet whose framing has been proved: walking the chunks can't fail.
class Packet {
 public:
  const CommonHeader& header() const { return header_; }
  bool zero_checksum() const { return zero_checksum_; }
  std::size_t chunk_count() const { return chunk_count_; }

  // Walks the chunks: `for (auto c = p.chunks(); auto chunk = c.next();)`.
  class Cursor {
   public:
    explicit Cursor(Bytes data) : rest_(data) {}
    std::optional<Chunk> next();

   private:
    Bytes rest_;
  };
  Cursor chunks() const { return Cursor(body_); }

 private:
  friend Result<Packet> parse_packet(Bytes, bool);
  CommonHeader header_;
  bool zero_checksum_ = false;
  std::size_t chunk_count_ = 0;
  Bytes body_;
};

// Errors: truncated (header or a chunk ends early), invalid (checksum, chunk length below four, no
// chunk at all). `accept_zero_checksum`: a checksum field of zero is taken as "not computed" (RFC
// 9653; the lower layer protects the bytes).
Result<Packet> parse_packet(Bytes data, bool accept_zero_checksum);

// Builds a packet of at most `max_size` bytes. Chunks are appended whole and padded.
class PacketWriter {
 public:
  PacketWriter(const CommonHeader& header, std::size_t max_size);

  bool empty() const { return out_.size() == kCommonHeaderSize; }
  // Bytes that another chunk, its header included, may take. A multiple of four if max_size is.
  std::size_t space() const { return out_.size() < max_size_ ? max_size_ - out_.size() : 0; }
  void chunk(ChunkType type, std::uint8_t flags, Bytes value);
  // For chunks written in pieces: begin, write to body(), end.
  void begin(ChunkType type, std::uint8_t flags);
  ByteWriter& body() { return out_; }
  void end();
  // Writes the checksum (or leaves zero) and gives the packet away.
  ByteVector finish(bool zero_checksum = false);

 private:
  ByteWriter out_;
  std::size_t max_size_;
  std::size_t chunk_start_ = 0;
};

}  // namespace portico::codec::sctp
