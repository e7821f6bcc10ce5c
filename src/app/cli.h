#pragma once
// The command line: `portico serve`, `portico config ...`, `portico token create`, `portico link
// create`, `portico version`.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "base/random.h"
#include "base/time.h"

namespace portico::app {

// What commands touch of the world outside.
struct Console {
  std::function<void(std::string_view)> out;  // text for standard output, as it is
  std::function<void(std::string_view)> err;
  Environment environment;
  std::function<WallTime()> now;
  Random& random;
  // Runs the server until it is told to stop; API keys are filled in.
  std::function<Result<void>(const LoadedConfig&)> serve;
};

// `arguments` without the program's name. Returns the exit status: 0 good, 1 the command failed, 2
// the command line is wrong. Errors are one sentence on `err`.
int run_cli(const std::vector<std::string>& arguments, Console& console);

// What the command line says, before anything is read or done.
struct CommonFlags {
  std::optional<std::string> config;  // also PORTICO_CONFIG
  std::optional<std::string> data;
  std::optional<int> port;
  std::optional<std::string> web_dir;
};

struct TokenFlags {
  std::string room, identity, name, metadata, ttl = "6h";
  std::string key;  // which API key signs; empty: the first
  std::vector<std::string> sources;
  std::optional<bool> publish, subscribe, publish_data, update_metadata;
  bool admin = false, hidden = false, create = false, list = false;
};

struct LinkFlags {
  std::string room, expires = "7d", url;
  bool host = false;
};

// The commands themselves (cli_commands.cpp).
Result<LoadedConfig> load_for(const CommonFlags& flags, const Console& console);
Result<std::string> create_token(const CommonFlags& common, const TokenFlags& flags,
                                 Console& console);
Result<std::string> create_link(const CommonFlags& common, const LinkFlags& flags,
                                Console& console);

}  // namespace portico::app
