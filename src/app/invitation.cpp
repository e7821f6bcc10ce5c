#include "app/invitation.h"

namespace portico::app {

namespace {

// Tells invitations from room tokens: neither can be used as the other, because an invitation
// grants no roomJoin.
constexpr std::string_view kGuest = "portico:guest";
constexpr std::string_view kHost = "portico:host";

}  // namespace

std::string mint_invitation(const Invitation& invitation, std::string_view key,
                            std::string_view secret, WallTime now, Duration valid_for) {
  protocol::livekit::Grants grants;
  grants.identity = invitation.host ? kHost : kGuest;
  grants.video.emplace().room = invitation.room;
  return protocol::livekit::mint_token(grants, key, secret, now, valid_for);
}

Result<Invitation> verify_invitation(std::string_view text,
                                     const protocol::livekit::KeyLookup& keys, WallTime now) {
  auto grants = protocol::livekit::verify_token(text, keys, now);
  if (!grants) {
    return fail(ErrorCode::unauthenticated,
                "The link is incomplete, expired or withdrawn. Ask for a new one.");
  }
  bool host = grants->identity == kHost;
  if ((!host && grants->identity != kGuest) || grants->grants().room.empty() ||
      grants->grants().room_join) {
    return fail(ErrorCode::invalid, "This is not an invitation. Ask for a new link.");
  }
  return Invitation{grants->grants().room, host, grants->expires_at};
}

std::string invitation_link(std::string_view base, std::string_view room, std::string_view secret) {
  std::string link(base);
  link += "/j/";
  link += room;
  link += '#';
  link += secret;
  return link;
}

}  // namespace portico::app
