#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/cli.h"
#include "app/config_table.h"
#include "app/invitation.h"
#include "protocol/livekit/token.h"

namespace portico::app {
namespace {

constexpr std::size_t kMaxName = protocol::livekit::kMaxName;
constexpr std::size_t kMaxLinkRoom = 128;  // what the web app accepts
constexpr std::array kSources{"camera", "microphone", "screen_share", "screen_share_audio"};

Result<LoadedConfig> with_keys(const CommonFlags& common, Console& console) {
  PORTICO_TRY(loaded, load_for(common, console));
  if (auto ensured = ensure_keys(loaded.config.server, console.random); !ensured)
    return tl::unexpected(ensured.error());
  return std::move(loaded);
}

Result<Duration> positive(std::string_view flag, std::string_view text) {
  auto duration = parse_duration(text);
  if (!duration || *duration < 1s) {
    return fail(ErrorCode::invalid,
                fmt::format("{} must be a duration such as 90s, 5m, 2h or 7d", flag));
  }
  return duration;
}

bool link_room(std::string_view room) {
  return !room.empty() && room.size() <= kMaxLinkRoom && std::ranges::all_of(room, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

Result<LoadedConfig> load_for(const CommonFlags& flags, const Console& console) {
  std::optional<std::string> file = flags.config;
  if (!file) file = console.environment("PORTICO_CONFIG");
  PORTICO_TRY(loaded, load_config(file, console.environment));
  ServerOptions& server = loaded.config.server;
  if (flags.data) {
    if (flags.data->empty()) return fail(ErrorCode::invalid, "--data must name a directory");
    server.data_directory = *flags.data;
    loaded.origins["data"] = "--data";
  }
  if (flags.port) {
    if (*flags.port < 1 || *flags.port > 65535)
      return fail(ErrorCode::invalid, "--port must be a number from 1 to 65535");
    server.port = static_cast<std::uint16_t>(*flags.port);
    loaded.origins["port"] = "--port";
  }
  if (flags.web_dir) {
    server.web_directory = *flags.web_dir;
    loaded.origins["web_dir"] = "--web-dir";
  }
  return std::move(loaded);
}

Result<std::string> create_token(const CommonFlags& common, const TokenFlags& flags,
                                 Console& console) {
  if (flags.identity.empty() || flags.identity.size() > kMaxName) {
    return fail(ErrorCode::invalid, "--identity must have 1 to 256 characters");
  }
  if (flags.room.empty() || flags.room.size() > kMaxName) {
    return fail(ErrorCode::invalid, "--room must have 1 to 256 characters");
  }
  for (const std::string& source : flags.sources) {
    if (std::ranges::find(kSources, source) == kSources.end()) {
      return fail(
          ErrorCode::invalid,
          fmt::format("--can-publish-source {} is not one of camera, microphone, screen_share, "
                      "screen_share_audio",
                      source));
    }
  }
  PORTICO_TRY(ttl, positive("--ttl", flags.ttl));
  PORTICO_TRY(loaded, with_keys(common, console));
  const auto& keys = loaded.config.server.keys;
  const auto key = flags.key.empty() ? keys.begin() : keys.find(flags.key);
  if (key == keys.end()) {
    return fail(
        ErrorCode::not_found,
        fmt::format("--key {} is not configured; `portico config show` lists the keys", flags.key));
  }
  protocol::livekit::Grants grants;
  grants.identity = flags.identity;
  grants.name = flags.name;
  grants.metadata = flags.metadata;
  protocol::livekit::VideoGrants& video = grants.video.emplace();
  video.room_join = true;
  video.room = flags.room;
  video.room_admin = flags.admin;
  video.room_create = flags.create;
  video.room_list = flags.list;
  video.hidden = flags.hidden;
  video.can_publish = flags.publish;
  video.can_subscribe = flags.subscribe;
  video.can_publish_data = flags.publish_data;
  video.can_update_own_metadata = flags.update_metadata;
  video.can_publish_sources = flags.sources;
  return protocol::livekit::mint_token(grants, key->first, key->second, console.now(), ttl);
}

Result<std::string> create_link(const CommonFlags& common, const LinkFlags& flags,
                                Console& console) {
  if (!link_room(flags.room)) {
    return fail(ErrorCode::invalid,
                "--room may hold letters, digits, '-', '_' and '.', at most 128 of them");
  }
  PORTICO_TRY(valid_for, positive("--expires", flags.expires));
  PORTICO_TRY(loaded, with_keys(common, console));
  std::string base = flags.url.empty() ? base_url(loaded.config.server) : flags.url;
  if (!base.starts_with("https://") && !base.starts_with("http://")) {
    return fail(ErrorCode::invalid, "--url must start with https://");
  }
  while (base.ends_with('/')) base.pop_back();
  const auto& [key, secret] = *loaded.config.server.keys.begin();
  Invitation invitation;
  invitation.room = flags.room;
  invitation.host = flags.host;
  return invitation_link(base, flags.room,
                         mint_invitation(invitation, key, secret, console.now(), valid_for));
}

}  // namespace portico::app
