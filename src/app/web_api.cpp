#include "app/web_api.h"

#include <algorithm>

#include "app/invitation.h"
#include "app/version.h"
#include "codec/json/fields.h"
#include "io/runtime/loop.h"
#include "protocol/livekit/sid.h"
#include "protocol/livekit/token.h"

namespace portico::app {

namespace http = io::http;
using codec::json::Fields;
using codec::json::ObjectWriter;

namespace {

constexpr std::size_t kMaxRoomName = 128;  // of rooms that people name in a browser
constexpr std::size_t kMaxDisplayName = 64;
constexpr Duration kRoomTokenTtl =
    10min;  // refreshed over the signalling connection as long as the call lasts
constexpr Duration kLinkTtl = std::chrono::hours(24 * 7);
constexpr std::int64_t kMaxLinkSeconds = 365LL * 24 * 3600;

// `type` is the last part of a problem type URI (RFC 9457), which the web app tells reasons apart
// by.
http::Response problem(unsigned status, std::string_view type, std::string_view title,
                       std::string_view detail) {
  http::Response response =
      http::Response::json(status, ObjectWriter()
                                       .text("type", "/problems/" + std::string(type))
                                       .text("title", title)
                                       .integer("status", status)
                                       .text("detail", detail)
                                       .take());
  response.headers.set("Content-Type", "application/problem+json");
  if (status == 429) response.headers.set("Retry-After", "10");
  return response;
}

std::string_view link_problem(const Error& error) {
  return error.code == ErrorCode::unauthenticated ? "link-expired" : "link-invalid";
}

bool valid_room(std::string_view name) {
  return !name.empty() && name.size() <= kMaxRoomName &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

WebApi::WebApi(const ServerOptions& options, service::bridge::Bridge& bridge, std::string base,
               Random& random)
    : options_(options),
      bridge_(bridge),
      base_(std::move(base)),
      random_(random),
      join_limit_(http::RateLimiter::Config{}) {}

void WebApi::add_routes(http::Router& router) {
  http::RouteOptions small;
  small.max_body = 16 * 1024;
  router.add("GET", "/api/v1/about",
             http::immediate([this](const http::Request& r) { return about(r); }), small);
  router.add("POST", "/api/v1/join",
             http::immediate([this](const http::Request& r) { return join(r); }), small);
  router.add("POST", "/api/v1/links",
             http::immediate([this](const http::Request& r) { return make_link(r); }), small);
}

http::Response WebApi::about(const http::Request&) {
  return http::Response::json(200, ObjectWriter()
                                       .text("name", "Portico")
                                       .text("version", version())
                                       .boolean("open_rooms", options_.open_rooms)
                                       .take());
}

http::Response WebApi::join(const http::Request& request) {
  if (!join_limit_.allow(request.client_address(), io::runtime::monotonic_now())) {
    return problem(429, "rate-limited", "Too many attempts", "Wait a minute and try again.");
  }
  auto fields = Fields::parse(request.body);
  if (!fields) return problem(400, "bad-request", "Bad request", fields.error().message);
  auto room = fields->text("room");
  auto name = fields->text("name");
  auto secret = fields->text_or("secret", "");
  if (!room || !valid_room(*room)) {
    return problem(400, "bad-request", "Bad room name",
                   "room: letters, digits, '-', '_' and '.', at most 128 of them.");
  }
  if (!name || name->empty() || name->size() > kMaxDisplayName) {
    return problem(400, "bad-request", "Bad name", "name: 1 to 64 bytes.");
  }
  if (!secret) return problem(400, "bad-request", "Bad request", secret.error().message);
  bool host = options_.open_rooms;
  if (!secret->empty()) {
    auto invitation = verify_invitation(*secret, bridge_.key_lookup(), io::runtime::wall_clock());
    if (!invitation)
      return problem(401, link_problem(invitation.error()), "This link does not work any more",
                     invitation.error().message);
    if (invitation->room != *room)
      return problem(401, "link-invalid", "This link is for another room", "Ask for a new link.");
    host = invitation->host;
  } else if (!options_.open_rooms) {
    return problem(403, "forbidden", "You need an invitation",
                   "Open the link that you were sent, with everything after the '#'.");
  }
  protocol::livekit::Grants grants;
  grants.identity = "guest-" + random_.text(12, protocol::livekit::kSidAlphabet);
  grants.name = *name;
  auto& video = grants.video.emplace();
  video.room_join = true;
  video.room = *room;
  video.can_update_own_metadata = true;
  video.room_admin = host;
  const auto& [key, key_secret] = *bridge_.keys().begin();
  std::string token = protocol::livekit::mint_token(grants, key, key_secret,
                                                    io::runtime::wall_clock(), kRoomTokenTtl);
  return http::Response::json(200, ObjectWriter()
                                       .text("token", token)
                                       .text("url", "")
                                       .text("room", *room)
                                       .text("identity", grants.identity)
                                       .boolean("can_invite", host)
                                       .take());
}

http::Response WebApi::make_link(const http::Request& request) {
  if (!join_limit_.allow(request.client_address(), io::runtime::monotonic_now())) {
    return problem(429, "rate-limited", "Too many attempts", "Wait a minute and try again.");
  }
  auto grants = protocol::livekit::verify_token(request.bearer(), bridge_.key_lookup(),
                                                io::runtime::wall_clock());
  if (!grants) return problem(401, "forbidden", "Not signed in", grants.error().message);
  auto fields = Fields::parse(request.body);
  if (!fields) return problem(400, "bad-request", "Bad request", fields.error().message);
  auto room = fields->text("room");
  auto seconds = fields->integer_or("expires_in_s", kLinkTtl / 1s);
  if (!room || !valid_room(*room))
    return problem(400, "bad-request", "Bad room name", "room: letters, digits, '-', '_' and '.'.");
  if (!seconds || *seconds < 60 || *seconds > kMaxLinkSeconds) {
    return problem(400, "bad-request", "Bad request", "expires_in_s: 60 seconds to a year.");
  }
  if (!grants->grants().room_admin || grants->grants().room != *room) {
    return problem(403, "forbidden", "Not your room",
                   "Only a host of this room can invite others.");
  }
  return http::Response::json(
      200, ObjectWriter().text("link", link(*room, std::chrono::seconds(*seconds), false)).take());
}

std::string WebApi::link(const std::string& room, Duration valid_for, bool host) {
  const auto& [key, secret] = *bridge_.keys().begin();
  Invitation invitation;
  invitation.room = room;
  invitation.host = host;
  return invitation_link(
      base_, room, mint_invitation(invitation, key, secret, io::runtime::wall_clock(), valid_for));
}

std::string WebApi::first_link() {
  return link("room-" + random_.text(8, "23456789abcdefghjkmnpqrstuvwxyz"), kLinkTtl, true);
}

}  // namespace portico::app
