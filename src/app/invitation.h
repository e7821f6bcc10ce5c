#pragma once
// Invitations: the secret part of a link that lets a stranger into one room. It is a token signed
// with an API key and rides in the fragment, which browsers never send to a server by themselves;
// the web app exchanges it for a short room token.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "protocol/livekit/token.h"

namespace portico::app {

struct Invitation {
  std::string room;
  bool host = false;            // may invite others and administer the room
  std::int64_t expires_at = 0;  // seconds since 1970; filled by verify_invitation
};

std::string mint_invitation(const Invitation& invitation, std::string_view key,
                            std::string_view secret, WallTime now, Duration valid_for);
// Errors: unauthenticated (signature, expiry), invalid (not an invitation). Messages are for the
// person who opened the link.
Result<Invitation> verify_invitation(std::string_view text,
                                     const protocol::livekit::KeyLookup& keys, WallTime now);

// base + "/j/" + room + "#" + secret.
std::string invitation_link(std::string_view base, std::string_view room, std::string_view secret);

}  // namespace portico::app
