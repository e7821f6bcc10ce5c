#include "service/bridge/join_request.h"

#include <algorithm>
#include <charconv>

#include "codec/base64/base64.h"
#include "codec/livekit/messages.h"

namespace portico::service::bridge {

namespace lk = codec::livekit;
namespace room = media::room;

namespace {

tl::unexpected<room::JoinRefusal> refuse(int status, std::string text) {
  return tl::unexpected(room::JoinRefusal{status, std::move(text)});
}

bool flag(const io::http::Request& request, std::string_view name, bool absent) {
  auto value = request.parameter(name);
  if (!value) return absent;
  return *value == "1" || *value == "true";
}

std::string text(const io::http::Request& request, std::string_view name) {
  return request.parameter(name).value_or("");
}

std::int32_t number(const io::http::Request& request, std::string_view name) {
  std::string value = text(request, name);
  std::int32_t result = 0;
  std::from_chars(value.data(), value.data() + value.size(), result);
  return result;
}

lk::ClientInfo::SDK sdk_of(std::string_view name) {
  using SDK = lk::ClientInfo::SDK;
  static constexpr std::pair<std::string_view, SDK> kNames[] = {
      {"js", SDK::js},           {"ios", SDK::swift},
      {"swift", SDK::swift},     {"android", SDK::android},
      {"flutter", SDK::flutter}, {"go", SDK::go},
      {"unity", SDK::unity},     {"reactnative", SDK::react_native},
      {"rust", SDK::rust},       {"python", SDK::python},
      {"cpp", SDK::cpp},         {"unityweb", SDK::unity_web},
      {"node", SDK::node},       {"esp32", SDK::esp32}};
  auto found = std::find_if(std::begin(kNames), std::end(kNames),
                            [&](const auto& entry) { return entry.first == name; });
  return found == std::end(kNames) ? SDK::unknown : found->second;
}

lk::ClientInfo client_from_query(const io::http::Request& request) {
  lk::ClientInfo client;
  client.sdk = sdk_of(text(request, "sdk"));
  client.version = text(request, "version");
  client.protocol = number(request, "protocol");
  client.client_protocol = number(request, "client_protocol");
  client.os = text(request, "os");
  client.os_version = text(request, "os_version");
  client.device_model = text(request, "device_model");
  client.browser = text(request, "browser");
  client.browser_version = text(request, "browser_version");
  client.network = text(request, "network");
  std::string capabilities = text(request, "capabilities");
  if (capabilities.find("CAP_PACKET_TRAILER") != std::string::npos) {
    client.capabilities.push_back(lk::ClientInfo::Capability::cap_packet_trailer);
  }
  if (capabilities.find("CAP_COMPRESSION_DEFLATE_RAW") != std::string::npos) {
    client.capabilities.push_back(lk::ClientInfo::Capability::cap_compression_deflate_raw);
  }
  return client;
}

// Browsers are recognised by their User-Agent where the SDK does not say (livekit-protocol 1.3).
void fill_browser(lk::ClientInfo& client, const io::http::Request& request) {
  if (!client.browser.empty()) return;
  std::string_view agent = request.headers.get("User-Agent");
  if (agent.find("Firefox/") != std::string_view::npos) {
    client.browser = "Firefox";
  } else if (agent.find("Chrome/") != std::string_view::npos) {
    client.browser = "Chrome";
  } else if (agent.find("Safari/") != std::string_view::npos) {
    client.browser = "Safari";
  }
}

tl::expected<void, room::JoinRefusal> read_v1(const io::http::Request& request,
                                              room::JoinParams& params) {
  auto parameter = request.parameter("join_request");
  if (!parameter) return refuse(400, "join_request is missing");
  auto parsed = lk::parse_join_request(*parameter);
  if (!parsed) return refuse(400, "join_request: " + parsed.error().message);
  lk::JoinRequest join = std::move(*parsed);
  params.single_peer_connection = true;
  if (join.client_info) params.client = *join.client_info;
  if (join.connection_settings) {
    params.auto_subscribe = join.connection_settings->auto_subscribe;
    params.adaptive_stream = join.connection_settings->adaptive_stream;
  } else {
    params.auto_subscribe = false;  // in v1 absent means no
  }
  params.metadata = std::move(join.metadata);
  params.attributes = std::move(join.participant_attributes);
  params.add_tracks = std::move(join.add_track_requests);
  params.publisher_offer = std::move(join.publisher_offer);
  params.reconnect = join.reconnect;
  params.participant_sid = std::move(join.participant_sid);
  return {};
}

tl::expected<void, room::JoinRefusal> read_v0(const io::http::Request& request,
                                              room::JoinParams& params) {
  params.client = client_from_query(request);
  params.auto_subscribe = flag(request, "auto_subscribe", true);
  params.adaptive_stream = flag(request, "adaptive_stream", false);
  params.reconnect = flag(request, "reconnect", false);
  params.participant_sid = text(request, "sid");
  if (auto encoded = request.parameter("attributes"); encoded && !encoded->empty()) {
    auto decoded = codec::base64::decode(*encoded, codec::base64::Alphabet::url,
                                         codec::base64::Padding::optional);
    if (!decoded) return refuse(400, "attributes: not base64url");
    std::string json = "{\"attributes\":" + std::string(as_text(*decoded)) + "}";
    auto parsed =
        lk::parse_message<lk::UpdateParticipantRequest>(as_bytes(json), lk::Framing::json);
    if (!parsed) return refuse(400, "attributes: not a JSON object of strings");
    params.attributes = std::move(parsed->attributes);
  }
  return {};
}

}  // namespace

tl::expected<room::JoinParams, room::JoinRefusal> read_join(
    const io::http::Request& request, bool v1, const protocol::livekit::KeyLookup& keys,
    WallTime now) {
  std::string token(request.bearer());
  if (token.empty()) token = text(request, "access_token");
  if (token.empty())
    return refuse(401, "no access token: give it as Authorization: Bearer or as access_token");
  auto grants = protocol::livekit::verify_token(token, keys, now);
  if (!grants) return refuse(401, "invalid token: " + grants.error().message);
  if (!grants->grants().room_join) return refuse(401, "permissions denied");
  if (grants->identity.empty()) return refuse(400, "identity cannot be empty");
  if (grants->grants().room.empty()) return refuse(400, "no room name in the token");
  if (grants->identity.size() > protocol::livekit::kMaxName ||
      grants->grants().room.size() > protocol::livekit::kMaxName) {
    return refuse(400, "room name and identity take at most 256 characters");
  }
  room::JoinParams params;
  params.grants = std::move(*grants);
  bool single = v1 || request.parameter("join_request").has_value();
  auto read = single ? read_v1(request, params) : read_v0(request, params);
  if (!read) return tl::unexpected(read.error());
  if ((!params.metadata.empty() || !params.attributes.empty()) &&
      !params.grants.grants().may_update_own_metadata()) {
    return refuse(401, "permissions denied: metadata and attributes need canUpdateOwnMetadata");
  }
  fill_browser(params.client, request);
  params.client.address = request.client_address().to_string();
  return params;
}

}  // namespace portico::service::bridge
