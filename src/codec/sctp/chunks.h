#pragma once
// The chunks with fields of their own, as values. parse_x takes the chunk found in a packet,
// write_x appends the whole chunk. Byte and vector views point into the packet; containers are
// bounded by the size of the packet they came from.
//
// HEARTBEAT, HEARTBEAT ACK, COOKIE ECHO, COOKIE ACK, SHUTDOWN ACK, SHUTDOWN COMPLETE, ABORT and
// ERROR are carried as plain type, flags and value; their content is opaque or a list of error
// causes (parameter.h).

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/sctp/packet.h"

namespace portico::codec::sctp {

// DATA (RFC 9260 section 3.3.1; the I bit is RFC 7053).
//   |   type = 0    |  res  |I|U|B|E|            length             |
//   |                              TSN                              |
//   |      stream identifier        |   stream sequence number      |
//   |                 payload protocol identifier                   |
struct DataChunk {
  std::uint32_t tsn = 0;
  std::uint16_t stream = 0;
  std::uint16_t ssn = 0;
  std::uint32_t ppid = 0;
  bool immediate = false;  // I: acknowledge without delay
  bool unordered = false;  // U
  bool begin = false;      // B: first fragment of a message
  bool end = false;        // E: last fragment
  Bytes payload;           // at least one byte
};
inline constexpr std::size_t kDataHeaderSize = 16;
Result<DataChunk> parse_data(const Chunk& chunk);
void write_data(PacketWriter& out, const DataChunk& data);

// INIT and INIT ACK (RFC 9260 sections 3.3.2, 3.3.3) with the parameters that matter inside DTLS.
struct InitChunk {
  std::uint32_t initiate_tag = 0;      // not zero
  std::uint32_t a_rwnd = 0;            // bytes
  std::uint16_t outbound_streams = 0;  // not zero
  std::uint16_t inbound_streams = 0;   // not zero
  std::uint32_t initial_tsn = 0;
  bool forward_tsn = false;  // RFC 3758: by its parameter or by the list of extensions
  ByteVector extensions;     // chunk types in Supported Extensions
  std::optional<std::uint32_t> zero_checksum;  // RFC 9653: error detection method; 1 is DTLS
  ByteVector cookie;                           // INIT ACK only
  ByteVector unrecognized;  // parameters whose type asks for a report, whole and padded; at most
                            // kMaxReported bytes
  bool supports(ChunkType type) const;
};
inline constexpr std::size_t kMaxReported = 512;
inline constexpr std::uint32_t kZeroChecksumDtls = 1;
Result<InitChunk> parse_init(const Chunk& chunk);
// `unrecognized` is wrapped into Unrecognized Parameter parameters in an INIT ACK.
void write_init(PacketWriter& out, ChunkType type, const InitChunk& init);

// SACK (RFC 9260 section 3.3.4). Gap blocks are offsets from the cumulative TSN, ascending and
// disjoint when they come from an honest sender; parse_sack keeps the blocks up to the first that
// is not.
struct GapBlock {
  std::uint16_t start = 0;
  std::uint16_t end = 0;
  bool operator==(const GapBlock&) const = default;
};
struct SackChunk {
  std::uint32_t cumulative_tsn = 0;
  std::uint32_t a_rwnd = 0;
  std::vector<GapBlock> gaps;
  std::vector<std::uint32_t> duplicates;
};
Result<SackChunk> parse_sack(const Chunk& chunk);
void write_sack(PacketWriter& out, const SackChunk& sack);
inline constexpr std::size_t kSackHeaderSize = 16;

// FORWARD TSN (RFC 3758 section 3.2): the sender gave up everything up to `new_cumulative_tsn`.
struct SkippedStream {
  std::uint16_t stream = 0;
  std::uint16_t ssn = 0;
  bool operator==(const SkippedStream&) const = default;
};
struct ForwardTsnChunk {
  std::uint32_t new_cumulative_tsn = 0;
  std::vector<SkippedStream> skipped;  // ordered streams only
};
Result<ForwardTsnChunk> parse_forward_tsn(const Chunk& chunk);
void write_forward_tsn(PacketWriter& out, const ForwardTsnChunk& forward);

// SHUTDOWN (RFC 9260 section 3.3.8): the cumulative TSN.
Result<std::uint32_t> parse_shutdown(const Chunk& chunk);
void write_shutdown(PacketWriter& out, std::uint32_t cumulative_tsn);

// ABORT or ERROR with one cause (RFC 9260 sections 3.3.7, 3.3.10).
void write_error(PacketWriter& out, ChunkType type, std::uint8_t flags, std::uint16_t cause,
                 Bytes info);

}  // namespace portico::codec::sctp
