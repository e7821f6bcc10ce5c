#pragma once
// RE-CONFIG (RFC 6525): how data channels are closed, by resetting their stream in each direction
// (RFC 8831 section 6.7).

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "codec/sctp/packet.h"

namespace portico::codec::sctp {

// "My outgoing streams `streams` (empty: all) restart at sequence number 0 once you have everything
// up to last_tsn." (4.1)
struct OutgoingReset {
  std::uint32_t request = 0;  // re-configuration request sequence number
  std::uint32_t response =
      0;  // the last request of the peer that this answers, or that number less one
  std::uint32_t last_tsn = 0;
  std::vector<std::uint16_t> streams;
  bool operator==(const OutgoingReset&) const = default;
};

// "Please reset these outgoing streams of yours." (4.2)
struct IncomingReset {
  std::uint32_t request = 0;
  std::vector<std::uint16_t> streams;
  bool operator==(const IncomingReset&) const = default;
};

// Any other request (TSN reset, adding streams); we only need to refuse it.
struct OtherRequest {
  std::uint16_t type = 0;
  std::uint32_t request = 0;
  bool operator==(const OtherRequest&) const = default;
};

enum class ReconfigResult : std::uint32_t {
  nothing_to_do = 0,
  performed = 1,
  denied = 2,
  wrong_ssn = 3,
  already_in_progress = 4,
  bad_sequence_number = 5,
  in_progress = 6,
};
struct ReconfigResponse {
  std::uint32_t response = 0;  // the request that is answered
  ReconfigResult result = ReconfigResult::performed;
  bool operator==(const ReconfigResponse&) const = default;
};

using ReconfigItem = std::variant<OutgoingReset, IncomingReset, OtherRequest, ReconfigResponse>;

// One or two parameters (RFC 6525 section 3.1); more are an error, unknown ones too.
Result<std::vector<ReconfigItem>> parse_reconfig(const Chunk& chunk);
void write_reconfig(PacketWriter& out, const std::vector<ReconfigItem>& items);

}  // namespace portico::codec::sctp
