#pragma once
// ICE user fragments and passwords (RFC 8445 5.3), and the USERNAME of a check, "receiver's
// ufrag:sender's ufrag".

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"

namespace portico::protocol::ice {

struct Credentials {
  std::string ufrag;  // 4..256 ice-chars
  std::string pwd;    // 22..256 ice-chars
  bool operator==(const Credentials&) const = default;
};

// 64 characters, so each carries 6 bits: A-Z a-z 0-9 + /
std::string_view ice_chars();

// A ufrag of 8 characters that starts with `ufrag_prefix` (the bridge's worker letter), and a
// password of 24 (144 bits).
Credentials generate_credentials(Random& random, std::string_view ufrag_prefix = {});

// Are both within RFC 8839 5.4's lengths and alphabet? Check what comes out of a peer's SDP with
// it.
bool valid(const Credentials& credentials);

// The ufrag of the agent that a check is meant for: the part of USERNAME before the colon. The text
// points into `datagram`. nullopt: not a STUN Binding request with such a USERNAME. The door routes
// first packets with it; nothing is verified.
std::optional<std::string_view> target_ufrag(Bytes datagram);

}  // namespace portico::protocol::ice
