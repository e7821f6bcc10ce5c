#pragma once
// CRC32c (Castagnoli polynomial), the checksum of every SCTP packet (RFC 9260 section 6.8 and
// appendix A). The processor's instruction is used where there is one (SSE 4.2, ARMv8 CRC), a table
// otherwise; both give the same value.

#include <cstdint>

#include "base/bytes.h"

namespace portico::codec::sctp {

// The CRC over `data`, in host order. SCTP stores it least significant byte first. `seed` is the
// CRC of the bytes before `data`, so that a packet can be summed in pieces: crc32c(b, crc32c(a)) ==
// crc32c(a + b).
std::uint32_t crc32c(Bytes data, std::uint32_t seed = 0);

// The portable path alone; tests compare it with the other.
std::uint32_t crc32c_table(Bytes data, std::uint32_t seed = 0);

}  // namespace portico::codec::sctp
