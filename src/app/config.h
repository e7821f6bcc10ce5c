#pragma once
// The configuration: one TOML file, environment variables above it, command-line flags above those,
// defaults below everything. What keys there are, what they mean and what they default to stands in
// one table (config_table.cpp); the parser, `config show`, `config docs` and the environment
// variables are all made from it.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/server.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"

namespace portico::app {

struct Config {
  ServerOptions server;
  LogLevel log_level = LogLevel::info;
  std::string log_format = "auto";  // auto, json, console
  std::string log_file;             // empty: standard error
};

// Looks up an environment variable; passed in so that tests decide.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct LoadedConfig {
  Config config;
  // Where a key's value came from, for keys that are not at their default: "portico.toml:12",
  // "PORTICO_PORT".
  std::map<std::string, std::string, std::less<>> origins;
  std::vector<std::string> warnings;  // sentences; the configuration works all the same
};

// Reads `file` (none: defaults), then the environment, and checks that the values go together.
// Errors are one sentence that names the place and the fix: not_found (file), invalid (syntax,
// unknown key, wrong type, out of range, values that contradict each other).
Result<LoadedConfig> load_config(const std::optional<std::string>& file,
                                 const Environment& environment);
// The same from text; `name` is what messages call the file.
Result<LoadedConfig> parse_config(std::string_view toml, std::string_view name,
                                  const Environment& environment);

// All keys with their values in effect, as a TOML file that could be loaded again, secrets hidden;
// each value that is not the default says where it came from.
std::string show_config(const LoadedConfig& loaded);
// A reference of all keys in Markdown.
std::string config_docs();

// When no API key is configured: takes the one in <data>/keys.toml, made at the first call with
// mode 0600. Creates the data directory. Errors: io, invalid (the file is damaged), denied.
Result<void> ensure_keys(ServerOptions& server, Random& random);

// Where people find this server: "https://name:port", by public_name, else the public address, else
// localhost.
std::string base_url(const ServerOptions& server);

}  // namespace portico::app
