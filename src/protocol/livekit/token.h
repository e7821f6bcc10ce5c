#pragma once
// LiveKit access tokens: HS256 JWTs whose claims say who somebody is and what they may do. This
// file turns such a token into a struct and back; it knows every claim that livekit-server-sdk
// writes. Signature and times are protocol/jwt's business.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "protocol/jwt/jwt.h"

namespace portico::protocol::livekit {

using jwt::KeyLookup;

inline constexpr std::size_t kMaxMetadata = 512 * 1024;   // bytes of `metadata`
inline constexpr std::size_t kMaxAttributes = 64 * 1024;  // bytes of all attribute keys and values
inline constexpr std::size_t kMaxName = 256;              // characters of identity, name, room
inline constexpr Duration kDefaultTtl = std::chrono::hours(6);  // what livekit-server-sdk uses

// The `video` claim. An absent optional has the meaning that the accessor below it spells out.
struct VideoGrants {
  bool room_create = false;
  bool room_list = false;
  bool room_record = false;
  bool room_admin = false;
  bool room_join = false;
  std::string room;
  std::string destination_room;

  std::optional<bool> can_publish;
  std::optional<bool> can_subscribe;
  std::optional<bool> can_publish_data;
  std::optional<bool> can_update_own_metadata;
  std::optional<bool> can_subscribe_metrics;
  std::optional<bool> can_manage_agent_session;
  // Lower-case track source names: camera, microphone, screen_share, screen_share_audio. Empty: no
  // restriction.
  std::vector<std::string> can_publish_sources;

  bool ingress_admin = false;
  bool hidden = false;
  bool recorder = false;
  bool agent = false;

  bool may_publish() const { return can_publish.value_or(true); }
  // False for every source when can_publish is false: a list of sources narrows, it never widens.
  bool may_publish_source(std::string_view source) const;
  bool may_subscribe() const { return can_subscribe.value_or(true); }
  bool may_publish_data() const { return can_publish_data.value_or(can_publish.value_or(true)); }
  bool may_update_own_metadata() const { return can_update_own_metadata.value_or(false); }
  bool may_subscribe_metrics() const { return can_subscribe_metrics.value_or(false); }

  bool operator==(const VideoGrants&) const = default;
};

struct SipGrants {
  bool admin = false;
  bool call = false;
  bool operator==(const SipGrants&) const = default;
};

struct Grants {
  std::string issuer;    // `iss`: the API key; filled by verify_token, ignored by mint_token
  std::string identity;  // `sub`, else `jti`; may be empty in tokens for the server API
  std::string name;
  std::string metadata;
  std::map<std::string, std::string> attributes;
  std::string kind;  // "", standard, ingress, egress, sip, agent, connector, bridge
  std::vector<std::string> kind_details;
  std::string sha256;  // base64 body hash of webhooks
  std::string room_preset;
  std::string room_config;  // JSON text of the `roomConfig` object, "" when absent
  std::optional<VideoGrants> video;
  std::optional<SipGrants> sip;
  std::int64_t expires_at =
      0;  // `exp`, seconds since 1970; filled by verify_token, ignored by mint_token

  // The video grants, or none at all.
  const VideoGrants& grants() const;
  bool operator==(const Grants&) const = default;
};

// Errors: those of jwt::verify, and invalid / limit with the claim's name. Unknown claims are
// ignored.
Result<Grants> verify_token(std::string_view token, const KeyLookup& keys, WallTime now);

// A token that livekit-server-sdk's TokenVerifier accepts: iss = key, exp = now + ttl, nbf = now -
// 60 s.
std::string mint_token(const Grants& grants, std::string_view key, std::string_view secret,
                       WallTime now, Duration ttl = kDefaultTtl);

}  // namespace portico::protocol::livekit
