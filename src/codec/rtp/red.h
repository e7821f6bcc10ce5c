#pragma once
// Redundant audio (RFC 2198): older frames travel in front of the newest one, the primary.
//
//   |1|  block PT   |  timestamp offset (14) | block length (10) |   per redundant block
//   |0|  block PT   |                                                primary
//   redundant data ... primary data

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace portico::codec::rtp {

struct RedBlock {
  PayloadType payload_type;
  std::uint16_t timestamp_offset = 0;  // how much older than the packet's timestamp, 14 bits
  Bytes data;
};

struct RedPayload {
  static constexpr std::size_t kMaxRedundant = 8;  // more is refused; Opus senders use 1 or 2
  std::array<RedBlock, kMaxRedundant> redundant_storage;
  std::size_t redundant_count = 0;
  RedBlock primary;

  std::span<const RedBlock> redundant() const {
    return {redundant_storage.data(), redundant_count};
  }  // oldest first
};

// Errors: truncated, limit.
Result<RedPayload> parse_red(Bytes payload);

// The data of the primary block only; empty when malformed or when the primary is empty.
Bytes red_primary(Bytes payload);

}  // namespace portico::codec::rtp
