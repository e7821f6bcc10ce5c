#pragma once
// The one table of configuration keys. Internal to config*.cpp.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config.h"

namespace portico::app {

// A value as a file or an environment variable gives it.
using ConfigValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

struct ConfigKey {
  std::string_view name;  // "room.empty_timeout": section and key
  std::string_view type;  // for people: "port", "duration", ...
  std::string_view doc;   // one or two sentences
  // Stores a value. Errors: invalid; the message continues "<name> " ("must be ...").
  Result<void> (*set)(Config&, const ConfigValue&);
  // The value in effect as TOML: 8443, "data", ["0.0.0.0"].
  std::string (*show)(const Config&);
  bool list = false;  // an environment variable is split at commas
};

std::span<const ConfigKey> config_keys();
const ConfigKey* find_config_key(std::string_view name);

// "PORTICO_ROOM_EMPTY_TIMEOUT"
std::string environment_name(std::string_view key);

// The known name nearest to `name` if it is near enough to be a slip of the finger; else "".
std::string did_you_mean(std::string_view name, std::span<const std::string> known);

std::string toml_string(std::string_view text);
// "90s", "5m", "2h", "7d", or a number of seconds. Errors: invalid ("must be ...").
Result<Duration> parse_duration(std::string_view text);
std::string duration_text(Duration duration);

}  // namespace portico::app
