#pragma once
// SDP as a small client writes it: one VP8 video section to publish or to receive with, data
// channels if wanted. The server's own SDP is read with protocol/livekit.

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/livekit/offer_answer.h"

namespace portico::bench {

inline constexpr PayloadType kVp8{96};
inline constexpr PayloadType kVp8Rtx{97};

struct ClientSection {
  protocol::livekit::Kind kind = protocol::livekit::Kind::video;
  bool sends = false;  // else it receives
  std::string track_id{};
  Ssrc ssrc{};
};

// Sections get the mids "0", "1", ...
std::string write_client_offer(const protocol::livekit::LocalTransport& local,
                               const std::vector<ClientSection>& sections, std::uint64_t version);

// Accepts every section that the server sends (VP8 only), as the DTLS client.
std::string write_client_answer(const protocol::livekit::RemoteDescription& offer,
                                const protocol::livekit::LocalTransport& local,
                                std::uint64_t version);

}  // namespace portico::bench
