// The API key that a server without configuration makes for itself.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/config.h"
#include "app/config_table.h"
#include "app/config_toml.h"

namespace portico::app {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
constexpr std::size_t kSecretLength = 43;  // 56^43 > 2^249

Error failed(const std::string& path, int error) {
  const ErrorCode code = error == EACCES || error == EPERM ? ErrorCode::denied : ErrorCode::io;
  return {code, fmt::format("cannot write {}: {}; choose another data directory with --data", path,
                            std::strerror(error))};
}

// All or nothing: a crash leaves either no file or a whole one, and of two servers that start at
// once the first wins.
Result<void> write_once(const std::string& path, std::string_view text, Random& random) {
  const std::string temporary = path + "." + random.text(8, kAlphabet);
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return tl::unexpected(failed(temporary, errno));
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  int error = written ? 0 : errno;
  close(fd);
  if (written && link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) error = errno;
  unlink(temporary.c_str());
  if (error != 0) return tl::unexpected(failed(path, error));
  return {};
}

Result<std::map<std::string, std::string>> read_keys(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in)
    return fail(ErrorCode::denied, fmt::format("cannot read {}; give this user the right to, or "
                                               "choose another data directory with --data",
                                               path));
  PORTICO_TRY(entries, parse_toml(text.str(), path));
  std::map<std::string, std::string> keys;
  for (const TomlEntry& entry : entries) {
    const auto* secret = std::get_if<std::string>(&entry.value);
    if (secret == nullptr || secret->empty() || !entry.key.starts_with("keys.")) {
      return fail(ErrorCode::invalid,
                  fmt::format("{}:{}: not an API key; remove the file to have a new one made", path,
                              entry.line));
    }
    keys[entry.key.substr(5)] = *secret;
  }
  if (keys.empty())
    return fail(ErrorCode::invalid,
                fmt::format("{} holds no key; remove it to have a new one made", path));
  return keys;
}

}  // namespace

Result<void> ensure_keys(ServerOptions& server, Random& random) {
  if (!server.keys.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(server.data_directory, error);
  if (error) return tl::unexpected(failed(server.data_directory, error.value()));
  const std::string path = server.data_directory + "/keys.toml";
  if (!std::filesystem::exists(path, error)) {
    const std::string text = fmt::format(
        "# The API key of this server, made because none was configured. Whoever has the secret "
        "can do everything.\n"
        "[keys]\n{} = {}\n",
        "API" + random.text(12, kAlphabet), toml_string(random.text(kSecretLength, kAlphabet)));
    if (auto written = write_once(path, text, random); !written) return written;
  }
  PORTICO_TRY(keys, read_keys(path));
  server.keys = std::move(keys);
  return {};
}

}  // namespace portico::app
