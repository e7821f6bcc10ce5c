#include "protocol/livekit/token.h"

#include <algorithm>
#include <boost/json.hpp>

namespace portico::protocol::livekit {
namespace {

namespace json = boost::json;

// Strings may hold any character, a zero byte too.
std::string text_of(const json::value& value) {
  const json::string& text = value.get_string();
  return {text.data(), text.size()};
}

// Reads typed members of one JSON object; remembers the first claim of the wrong type.
class Reader {
 public:
  Reader(const json::object& object, std::string path) : object_(object), path_(std::move(path)) {}

  void read(const char* name, std::string& out) {
    if (const json::value* value = find(name, json::kind::string)) out = text_of(*value);
  }
  void read(const char* name, bool& out) {
    if (const json::value* value = find(name, json::kind::bool_)) out = value->get_bool();
  }
  void read(const char* name, std::optional<bool>& out) {
    if (const json::value* value = find(name, json::kind::bool_)) out = value->get_bool();
  }
  void read(const char* name, std::vector<std::string>& out) {
    const json::value* value = find(name, json::kind::array);
    if (value == nullptr) return;
    if (value->get_array().size() > kMaxList) return wrong(name, "has too many entries");
    for (const json::value& entry : value->get_array()) {
      if (!entry.is_string()) return wrong(name, "holds something that is not a string");
      out.push_back(text_of(entry));
    }
  }
  void read(const char* name, std::map<std::string, std::string>& out) {
    const json::value* value = find(name, json::kind::object);
    if (value == nullptr) return;
    std::size_t size = 0;
    for (const auto& [key, entry] : value->get_object()) {
      if (!entry.is_string()) return wrong(name, "holds something that is not a string");
      size += key.size() + entry.get_string().size();
      out.emplace(std::string(key.data(), key.size()), text_of(entry));
    }
    if (size > kMaxAttributes) wrong(name, "is larger than 64 KiB");
  }
  const json::object* object(const char* name) {
    const json::value* value = find(name, json::kind::object);
    return value == nullptr ? nullptr : &value->get_object();
  }

  const std::string& problem() const { return problem_; }

 private:
  static constexpr std::size_t kMaxList = 64;

  // Null counts as absent, as Go and JavaScript writers use it.
  const json::value* find(const char* name, json::kind kind) {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) return nullptr;
    if (value->kind() == kind) return value;
    wrong(name, "has the wrong type");
    return nullptr;
  }
  void wrong(const char* name, std::string_view what) {
    if (problem_.empty()) problem_ = "the token's " + path_ + name + " " + std::string(what);
  }

  const json::object& object_;
  std::string path_;
  std::string problem_;
};

Result<VideoGrants> read_video(const json::object& object) {
  VideoGrants video;
  Reader reader(object, "video.");
  reader.read("roomCreate", video.room_create);
  reader.read("roomList", video.room_list);
  reader.read("roomRecord", video.room_record);
  reader.read("roomAdmin", video.room_admin);
  reader.read("roomJoin", video.room_join);
  reader.read("room", video.room);
  reader.read("destinationRoom", video.destination_room);
  reader.read("canPublish", video.can_publish);
  reader.read("canSubscribe", video.can_subscribe);
  reader.read("canPublishData", video.can_publish_data);
  reader.read("canPublishSources", video.can_publish_sources);
  reader.read("canUpdateOwnMetadata", video.can_update_own_metadata);
  reader.read("canSubscribeMetrics", video.can_subscribe_metrics);
  reader.read("canManageAgentSession", video.can_manage_agent_session);
  reader.read("ingressAdmin", video.ingress_admin);
  reader.read("hidden", video.hidden);
  reader.read("recorder", video.recorder);
  reader.read("agent", video.agent);
  if (!reader.problem().empty()) return fail(ErrorCode::invalid, reader.problem());
  return video;
}

Result<Grants> read_claims(const json::object& claims) {
  Grants grants;
  Reader reader(claims, "");
  reader.read("sub", grants.identity);
  if (grants.identity.empty()) reader.read("jti", grants.identity);
  reader.read("name", grants.name);
  reader.read("metadata", grants.metadata);
  reader.read("attributes", grants.attributes);
  reader.read("kind", grants.kind);
  reader.read("kindDetails", grants.kind_details);
  reader.read("sha256", grants.sha256);
  reader.read("roomPreset", grants.room_preset);
  if (const json::object* config = reader.object("roomConfig")) {
    grants.room_config = json::serialize(*config);
  }
  if (const json::object* video = reader.object("video")) {
    PORTICO_TRY(read, read_video(*video));
    grants.video = std::move(read);
  }
  if (const json::object* sip = reader.object("sip")) {
    Reader inner(*sip, "sip.");
    grants.sip.emplace();
    inner.read("admin", grants.sip->admin);
    inner.read("call", grants.sip->call);
    if (!inner.problem().empty()) return fail(ErrorCode::invalid, inner.problem());
  }
  if (!reader.problem().empty()) return fail(ErrorCode::invalid, reader.problem());
  if (grants.metadata.size() > kMaxMetadata) {
    return fail(ErrorCode::limit, "the token's metadata is larger than 512 KiB");
  }
  return grants;
}

void put(json::object& out, const char* name, bool value) {
  if (value) out[name] = true;
}
void put(json::object& out, const char* name, const std::optional<bool>& value) {
  if (value) out[name] = *value;
}
void put(json::object& out, const char* name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}
void put(json::object& out, const char* name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  json::array array;
  for (const std::string& value : values) array.emplace_back(value);
  out[name] = std::move(array);
}

json::object write_video(const VideoGrants& video) {
  json::object out;
  put(out, "roomCreate", video.room_create);
  put(out, "roomList", video.room_list);
  put(out, "roomRecord", video.room_record);
  put(out, "roomAdmin", video.room_admin);
  put(out, "roomJoin", video.room_join);
  put(out, "room", video.room);
  put(out, "destinationRoom", video.destination_room);
  put(out, "canPublish", video.can_publish);
  put(out, "canSubscribe", video.can_subscribe);
  put(out, "canPublishData", video.can_publish_data);
  put(out, "canPublishSources", video.can_publish_sources);
  put(out, "canUpdateOwnMetadata", video.can_update_own_metadata);
  put(out, "canSubscribeMetrics", video.can_subscribe_metrics);
  put(out, "canManageAgentSession", video.can_manage_agent_session);
  put(out, "ingressAdmin", video.ingress_admin);
  put(out, "hidden", video.hidden);
  put(out, "recorder", video.recorder);
  put(out, "agent", video.agent);
  return out;
}

}  // namespace

bool VideoGrants::may_publish_source(std::string_view source) const {
  if (!may_publish()) return false;
  return can_publish_sources.empty() ||
         std::ranges::find(can_publish_sources, source) != can_publish_sources.end();
}

const VideoGrants& Grants::grants() const {
  static const VideoGrants kNone;
  return video ? *video : kNone;
}

Result<Grants> verify_token(std::string_view token, const KeyLookup& keys, WallTime now) {
  PORTICO_TRY(verified, jwt::verify(token, keys, now));
  json::error_code error;
  json::value claims;
  try {
    claims =
        json::parse(json::string_view(verified.payload.data(), verified.payload.size()), error);
  } catch (const std::exception&) {
    return fail(ErrorCode::internal, "the token's payload can't be read");
  }
  if (error || !claims.is_object()) {
    return fail(ErrorCode::invalid, "the token's payload is not a JSON object");
  }
  PORTICO_TRY(grants, read_claims(claims.get_object()));
  grants.issuer = std::move(verified.issuer);
  grants.expires_at = verified.expires_at;
  return std::move(grants);
}

std::string mint_token(const Grants& grants, std::string_view key, std::string_view secret,
                       WallTime now, Duration ttl) {
  json::object claims;
  put(claims, "sub", grants.identity);
  put(claims, "name", grants.name);
  put(claims, "metadata", grants.metadata);
  if (!grants.attributes.empty()) {
    json::object& attributes = claims["attributes"].emplace_object();
    for (const auto& [name, value] : grants.attributes) attributes[name] = value;
  }
  put(claims, "kind", grants.kind);
  put(claims, "kindDetails", grants.kind_details);
  put(claims, "sha256", grants.sha256);
  put(claims, "roomPreset", grants.room_preset);
  if (!grants.room_config.empty()) {
    json::error_code error;
    json::value config = json::parse(grants.room_config, error);
    if (!error && config.is_object()) claims["roomConfig"] = std::move(config);
  }
  if (grants.video) claims["video"] = write_video(*grants.video);
  if (grants.sip) {
    json::object& sip = claims["sip"].emplace_object();
    put(sip, "admin", grants.sip->admin);
    put(sip, "call", grants.sip->call);
  }
  const std::int64_t seconds = now.unix_seconds();
  claims["iss"] = json::string_view(key.data(), key.size());
  claims["nbf"] = seconds - 60;
  claims["exp"] = seconds + std::chrono::duration_cast<std::chrono::seconds>(ttl).count();
  return jwt::sign(json::serialize(claims), secret);
}

}  // namespace portico::protocol::livekit
