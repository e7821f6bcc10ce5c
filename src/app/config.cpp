#include "app/config.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/config_table.h"
#include "app/config_toml.h"

namespace portico::app {
namespace {

constexpr std::size_t kAdvisedSecret = 32;  // characters; HS256 wants 256 bits
constexpr std::uintmax_t kMaxFile = 1024 * 1024;
constexpr std::string_view kKeysPrefix = "keys.";

Error located(std::string_view place, std::string_view message) {
  return {ErrorCode::invalid, fmt::format("{}: {}", place, message)};
}

Error unknown_key(const TomlEntry& entry, std::string_view place) {
  std::vector<std::string> known{"keys"};
  for (const ConfigKey& key : config_keys()) known.emplace_back(key.name);
  const std::string near = did_you_mean(entry.key, known);
  const std::string hint =
      near.empty() ? "`portico config docs` lists all keys" : "did you mean '" + near + "'?";
  return located(place, fmt::format("unknown key '{}'; {}", entry.key, hint));
}

Result<void> add_api_key(Config& config, const std::string& name, const std::string& secret) {
  if (name.empty() || secret.empty())
    return fail(ErrorCode::invalid, "an API key needs a name and a secret");
  config.server.keys[name] = secret;
  return {};
}

Result<void> apply_entry(LoadedConfig& loaded, const TomlEntry& entry, const std::string& place) {
  if (entry.key.starts_with(kKeysPrefix)) {
    const std::string name = entry.key.substr(kKeysPrefix.size());
    const auto* secret = std::get_if<std::string>(&entry.value);
    if (!entry.supported || secret == nullptr || secret->empty()) {
      return tl::unexpected(located(
          place, fmt::format("the secret of key '{}' must be a text in quotes: {} = \"...\"", name,
                             name)));
    }
    loaded.origins[entry.key] = place;
    return add_api_key(loaded.config, name, *secret);
  }
  const ConfigKey* key = find_config_key(entry.key);
  if (key == nullptr) return tl::unexpected(unknown_key(entry, place));
  if (!entry.supported)
    return tl::unexpected(located(place, fmt::format("{} must be: {}", key->name, key->type)));
  if (auto set = key->set(loaded.config, entry.value); !set) {
    return tl::unexpected(located(place, fmt::format("{} {}", key->name, set.error().message)));
  }
  loaded.origins[entry.key] = place;
  return {};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

Result<void> apply_environment(LoadedConfig& loaded, const Environment& environment) {
  for (const ConfigKey& key : config_keys()) {
    const std::string name = environment_name(key.name);
    const std::optional<std::string> text = environment(name);
    if (!text) continue;
    const ConfigValue value = key.list ? ConfigValue(split(*text)) : ConfigValue(*text);
    if (auto set = key.set(loaded.config, value); !set) {
      return tl::unexpected(located(name, set.error().message));
    }
    loaded.origins[std::string(key.name)] = name;
  }
  if (const auto keys = environment("PORTICO_KEYS")) {
    for (const std::string& pair : split(*keys)) {
      const std::size_t equals = pair.find('=');
      if (equals == pair.npos ||
          !add_api_key(loaded.config, pair.substr(0, equals), pair.substr(equals + 1))) {
        return tl::unexpected(
            located("PORTICO_KEYS", "must be name=secret, several separated by commas"));
      }
      loaded.origins["keys." + pair.substr(0, equals)] = "PORTICO_KEYS";
    }
  }
  return {};
}

std::string place_of(const LoadedConfig& loaded, std::string_view key) {
  const auto found = loaded.origins.find(key);
  return found == loaded.origins.end() ? std::string(key) : found->second;
}

// Values that are right one by one and wrong together.
Result<void> check(LoadedConfig& loaded) {
  const ServerOptions& server = loaded.config.server;
  if (server.certificate_file.empty() != server.key_file.empty()) {
    const char* given = server.key_file.empty() ? "tls.certificate" : "tls.key";
    const char* missing = server.key_file.empty() ? "tls.key" : "tls.certificate";
    return tl::unexpected(
        located(place_of(loaded, given),
                fmt::format("{} is set but {} is not; set both or neither", given, missing)));
  }
  if (server.data_directory.empty()) {
    return tl::unexpected(
        located(place_of(loaded, "data"), "data must not be empty; name a directory"));
  }
  if (server.public_name.find_first_of("/: ") != std::string::npos) {
    return tl::unexpected(located(place_of(loaded, "public_name"),
                                  "public_name must be a bare host name such as "
                                  "\"meet.example.org\", without https:// and port"));
  }
  if (server.hsts && (server.public_name.empty() || server.certificate_file.empty())) {
    loaded.warnings.push_back("hsts has no effect without public_name and tls.certificate");
  }
  for (const auto& [name, secret] : server.keys) {
    if (secret.size() < kAdvisedSecret) {
      loaded.warnings.push_back(
          fmt::format("the secret of API key '{}' has {} characters; use at least {} so that it "
                      "cannot be guessed",
                      name, secret.size(), kAdvisedSecret));
    }
  }
  if (!server.admin.ip.is_loopback()) {
    loaded.warnings.push_back(
        fmt::format("admin.address {} lets other machines read metrics without a password; keep it "
                    "inside a trusted network",
                    server.admin.ip.to_string()));
  }
  return {};
}

}  // namespace

Result<LoadedConfig> parse_config(std::string_view toml, std::string_view name,
                                  const Environment& environment) {
  LoadedConfig loaded;
  PORTICO_TRY(entries, parse_toml(toml, name));
  for (const TomlEntry& entry : entries) {
    const std::string place = fmt::format("{}:{}", name, entry.line);
    if (auto applied = apply_entry(loaded, entry, place); !applied)
      return tl::unexpected(applied.error());
  }
  if (auto applied = apply_environment(loaded, environment); !applied)
    return tl::unexpected(applied.error());
  if (auto checked = check(loaded); !checked) return tl::unexpected(checked.error());
  return loaded;
}

Result<LoadedConfig> load_config(const std::optional<std::string>& file,
                                 const Environment& environment) {
  if (!file) return parse_config("", "", environment);
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(*file, error);
  std::ifstream in(*file, std::ios::binary);
  if (!regular || !in) {
    return fail(
        ErrorCode::not_found,
        fmt::format("the configuration file {} cannot be read; check the path and its permissions",
                    *file));
  }
  if (std::filesystem::file_size(*file, error) > kMaxFile) {
    return fail(
        ErrorCode::limit,
        fmt::format("the configuration file {} is larger than 1 MiB; is it the right one?", *file));
  }
  std::ostringstream text;
  text << in.rdbuf();
  return parse_config(text.str(), *file, environment);
}

std::string show_config(const LoadedConfig& loaded) {
  std::string out;
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    const std::size_t dot = key.name.find('.');
    if (dot != key.name.npos && key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      out += fmt::format("\n[{}]\n", section);
    }
    out += fmt::format("{} = {}", dot == key.name.npos ? key.name : key.name.substr(dot + 1),
                       key.show(loaded.config));
    if (const auto origin = loaded.origins.find(key.name); origin != loaded.origins.end())
      out += "  # " + origin->second;
    out += "\n";
  }
  out += "\n[keys]\n";
  if (loaded.config.server.keys.empty()) {
    out += fmt::format("# none: one is made and kept in {}/keys.toml\n",
                       loaded.config.server.data_directory);
  }
  for (const auto& [name, secret] : loaded.config.server.keys) {
    out += fmt::format("{} = \"(hidden, {} characters)\"", toml_string(name), secret.size());
    if (const auto origin = loaded.origins.find("keys." + name); origin != loaded.origins.end())
      out += "  # " + origin->second;
    out += "\n";
  }
  return out;
}

std::string config_docs() {
  const Config defaults;
  std::string out =
      "# Configuration\n\n"
      "Printed by `portico config docs`. Everything has a default, so no file is needed, and a "
      "file of one line works. A key is set by, the last one wins: the\n"
      "file given with `--config`, the environment variable, the command line.\n\n"
      "| key | default | environment | meaning |\n|---|---|---|---|\n";
  for (const ConfigKey& key : config_keys()) {
    out += fmt::format("| `{}` ({}) | `{}` | `{}` | {} |\n", key.name, key.type, key.show(defaults),
                       environment_name(key.name), key.doc);
  }
  out +=
      "| `keys.<name>` (secret) | made at the first start | `PORTICO_KEYS` | API keys, one `name = "
      "\"secret\"` a line; secrets of at "
      "least 32 characters. Without any, one is made and kept in `keys.toml` in the data "
      "directory. |\n\n"
      "Durations are texts such as `\"90s\"`, `\"5m\"`, `\"2h\"`, `\"7d\"`, or a number of "
      "seconds. A dot separates section and key:\n\n"
      "```toml\nport = 443\npublic_name = \"meet.example.org\"\n\n[tls]\ncertificate = "
      "\"/etc/portico/fullchain.pem\"\n"
      "key = \"/etc/portico/privkey.pem\"\n\n[keys]\nclinic = \"a secret of at least thirty-two "
      "characters\"\n```\n";
  return out;
}

std::string base_url(const ServerOptions& server) {
  std::string host = server.public_name;
  if (host.empty() && server.public_v4) host = server.public_v4->to_string();
  if (host.empty() && server.public_v6) host = "[" + server.public_v6->to_string() + "]";
  if (host.empty()) host = "localhost";
  return server.port == 443 ? "https://" + host : fmt::format("https://{}:{}", host, server.port);
}

}  // namespace portico::app
