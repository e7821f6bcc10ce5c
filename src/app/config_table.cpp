#include "app/config_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace portico::app {
namespace {

Result<void> done() { return {}; }

Result<void> set_text(std::string& out, const ConfigValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return fail(ErrorCode::invalid, "must be a text in quotes");
  out = *text;
  return done();
}

Result<void> set_bool(bool& out, const ConfigValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) {
    out = *flag;
    return done();
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && (*text == "true" || *text == "false")) {
    out = *text == "true";
    return done();
  }
  return fail(ErrorCode::invalid, "must be true or false");
}

template <class T>
Result<void> set_number(T& out, const ConfigValue& value, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  bool good = false;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    number = *integer;
    good = true;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    good = error == std::errc() && end == text->data() + text->size();
  }
  if (!good || number < least || number > most) {
    return fail(ErrorCode::invalid, fmt::format("must be a number from {} to {}", least, most));
  }
  out = static_cast<T>(number);
  return done();
}

Result<void> set_duration(Duration& out, const ConfigValue& value) {
  if (const auto* seconds = std::get_if<std::int64_t>(&value)) {
    return set_duration(out, std::to_string(*seconds));
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr)
    return fail(ErrorCode::invalid, R"(must be a duration such as "90s" or "5m")");
  PORTICO_TRY(duration, parse_duration(*text));
  out = duration;
  return done();
}

Result<void> set_address(std::optional<IpAddress>& out, const ConfigValue& value,
                         IpAddress::Family family) {
  std::string text;
  if (auto good = set_text(text, value); !good) return good;
  if (text.empty()) {
    out.reset();
    return done();
  }
  const auto address = IpAddress::parse(text);
  if (!address || address->family != family || address->is_unspecified()) {
    return fail(ErrorCode::invalid, family == IpAddress::Family::v4
                                        ? R"(must be an IPv4 address such as "203.0.113.7")"
                                        : R"(must be an IPv6 address such as "2001:db8::7")");
  }
  out = *address;
  return done();
}

std::string show(const std::optional<IpAddress>& address) {
  return toml_string(address ? address->to_string() : "");
}
std::string show(bool flag) { return flag ? "true" : "false"; }

Result<void> set_bind(Config& config, const ConfigValue& value) {
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  if (list == nullptr)
    return fail(ErrorCode::invalid, R"(must be a list such as ["192.0.2.1", "::1"])");
  config.server.bind.clear();
  for (const std::string& text : *list) {
    const auto address = IpAddress::parse(text);
    if (!address)
      return fail(ErrorCode::invalid,
                  fmt::format("holds {}, which is not an address", toml_string(text)));
    config.server.bind.push_back(*address);
  }
  return done();
}

std::string show_bind(const Config& config) {
  std::string out;
  for (const IpAddress& address : config.server.bind) {
    out += (out.empty() ? "" : ", ") + toml_string(address.to_string());
  }
  return "[" + out + "]";
}

Result<void> set_admin_address(Config& config, const ConfigValue& value) {
  std::string text;
  if (auto good = set_text(text, value); !good) return good;
  const auto address = IpAddress::parse(text);
  if (!address) return fail(ErrorCode::invalid, R"(must be an address such as "127.0.0.1")");
  config.server.admin.ip = *address;
  return done();
}

constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels{
    {{"debug", LogLevel::debug},
     {"info", LogLevel::info},
     {"warning", LogLevel::warning},
     {"error", LogLevel::error}}};

Result<void> set_level(Config& config, const ConfigValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  for (const auto& [name, level] : kLevels) {
    if (text != nullptr && *text == name) {
      config.log_level = level;
      return done();
    }
  }
  return fail(ErrorCode::invalid, R"(must be "debug", "info", "warning" or "error")");
}

std::string show_level(const Config& config) {
  for (const auto& [name, level] : kLevels) {
    if (level == config.log_level) return toml_string(name);
  }
  return "";
}

Result<void> set_format(Config& config, const ConfigValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || (*text != "auto" && *text != "json" && *text != "console")) {
    return fail(ErrorCode::invalid, R"(must be "auto", "json" or "console")");
  }
  config.log_format = *text;
  return done();
}

using V = const ConfigValue&;
constexpr std::int64_t kMaxCount = 1'000'000;

// Keys without a section come first: TOML wants it so.
const ConfigKey kKeys[] = {
    {"port", "port",
     "The one port, TCP and UDP: web, signalling and media. 443 needs the right to bind low ports.",
     [](Config& c, V v) { return set_number(c.server.port, v, 1, 65535); },
     [](const Config& c) { return std::to_string(c.server.port); }},
    {"bind", "list of addresses",
     "Addresses to listen on. Empty: every address of this machine, IPv4 and IPv6.", set_bind,
     show_bind, true},
    {"public_address_v4", "IPv4 address",
     "Where clients reach this machine. Needed behind NAT: the address that the router forwards. "
     "Empty: found by looking at the "
     "interfaces.",
     [](Config& c, V v) { return set_address(c.server.public_v4, v, IpAddress::Family::v4); },
     [](const Config& c) { return show(c.server.public_v4); }},
    {"public_address_v6", "IPv6 address", "The same for IPv6.",
     [](Config& c, V v) { return set_address(c.server.public_v6, v, IpAddress::Family::v6); },
     [](const Config& c) { return show(c.server.public_v6); }},
    {"public_name", "host name",
     "The name in links, without port: \"meet.example.org\". Empty: the address.",
     [](Config& c, V v) { return set_text(c.server.public_name, v); },
     [](const Config& c) { return toml_string(c.server.public_name); }},
    {"media_port", "port",
     "Opened for media as well (TCP and UDP) when `port` is below 1024 and the advertised address "
     "is not public, because browsers "
     "refuse such candidates.",
     [](Config& c, V v) { return set_number(c.server.media_port, v, 1, 65535); },
     [](const Config& c) { return std::to_string(c.server.media_port); }},
    {"data", "directory",
     "Where keys, the self-signed certificate and everything else that must survive a restart is "
     "kept.",
     [](Config& c, V v) { return set_text(c.server.data_directory, v); },
     [](const Config& c) { return toml_string(c.server.data_directory); }},
    {"workers", "number", "Media threads. 0: one less than there are cores, at least one.",
     [](Config& c, V v) { return set_number(c.server.workers, v, 0, 256); },
     [](const Config& c) { return std::to_string(c.server.workers); }},
    {"open_rooms", "true or false",
     "May anybody who can reach this server open a room without an invitation?",
     [](Config& c, V v) { return set_bool(c.server.open_rooms, v); },
     [](const Config& c) { return show(c.server.open_rooms); }},
    {"web_dir", "directory",
     "Serve the web app from here instead of the one inside the program (development).",
     [](Config& c, V v) { return set_text(c.server.web_directory, v); },
     [](const Config& c) { return toml_string(c.server.web_directory); }},
    {"hsts", "true or false",
     "Tell browsers to use HTTPS only from now on. Takes effect only with public_name and a "
     "certificate that is not self-signed.",
     [](Config& c, V v) { return set_bool(c.server.hsts, v); },
     [](const Config& c) { return show(c.server.hsts); }},
    {"tls.certificate", "file",
     "PEM file with the certificate and its chain. Loaded again when it changes. Empty: a "
     "self-signed one is made.",
     [](Config& c, V v) { return set_text(c.server.certificate_file, v); },
     [](const Config& c) { return toml_string(c.server.certificate_file); }},
    {"tls.key", "file", "PEM file with the certificate's key.",
     [](Config& c, V v) { return set_text(c.server.key_file, v); },
     [](const Config& c) { return toml_string(c.server.key_file); }},
    {"admin.address", "address", "Where /metrics, /healthz and /readyz are served, by plain HTTP.",
     set_admin_address, [](const Config& c) { return toml_string(c.server.admin.ip.to_string()); }},
    {"admin.port", "port", "Its port. 0: any free one; the log says which.",
     [](Config& c, V v) { return set_number(c.server.admin.port, v, 0, 65535); },
     [](const Config& c) { return std::to_string(c.server.admin.port); }},
    {"log.level", "debug, info, warning, error", "The least important messages to write.",
     set_level, show_level},
    {"log.format", "auto, json, console", "auto: for people on a terminal, JSON otherwise.",
     set_format, [](const Config& c) { return toml_string(c.log_format); }},
    {"log.file", "file", "Append the log to this file. Empty: standard error.",
     [](Config& c, V v) { return set_text(c.log_file, v); },
     [](const Config& c) { return toml_string(c.log_file); }},
    {"room.auto_create", "true or false",
     "Does joining with a token open a room that does not exist yet?",
     [](Config& c, V v) { return set_bool(c.server.auto_create, v); },
     [](const Config& c) { return show(c.server.auto_create); }},
    {"room.max_participants", "number", "People in one room. 0: no limit.",
     [](Config& c, V v) { return set_number(c.server.max_participants, v, 0, kMaxCount); },
     [](const Config& c) { return std::to_string(c.server.max_participants); }},
    {"room.empty_timeout", "duration", "How long a room waits for its first participant.",
     [](Config& c, V v) { return set_duration(c.server.empty_timeout, v); },
     [](const Config& c) { return toml_string(duration_text(c.server.empty_timeout)); }},
    {"room.departure_timeout", "duration",
     "How long a room stays after the last participant has left.",
     [](Config& c, V v) { return set_duration(c.server.departure_timeout, v); },
     [](const Config& c) { return toml_string(duration_text(c.server.departure_timeout)); }},
    {"room.remote_unmute", "true or false",
     "May administrators of a room switch other people's microphones on?",
     [](Config& c, V v) { return set_bool(c.server.remote_unmute, v); },
     [](const Config& c) { return show(c.server.remote_unmute); }},
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

const ConfigKey* find_config_key(std::string_view name) {
  const auto* found = std::ranges::find(kKeys, name, &ConfigKey::name);
  return found == std::end(kKeys) ? nullptr : found;
}

}  // namespace portico::app
