#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "app/embedded_assets.h"
#include "app/server.h"

namespace portico::app {
io::http::AssetTable __attribute__((weak)) embedded_assets() { return {}; }
}  // namespace portico::app

struct Interim final : portico::Logger {
  bool enabled(portico::LogLevel l) const override { return l >= (std::getenv("PORTICO_DEBUG") ? portico::LogLevel::debug : portico::LogLevel::info); }
  void write(portico::LogLevel, std::string_view m, std::span<const portico::LogField> f) override {
    std::string out = "{\"msg\":\"" + std::string(m) + "\"";
    for (auto& x : f) out += ",\"" + std::string(x.key) + "\":\"" + x.value + "\"";
    std::fprintf(stderr, "%s}\n", out.c_str());
  }
};

int main(int argc, char** argv) {
  using namespace portico;
  app::ServerOptions options;
  for (int k = 1; k + 1 < argc; ++k) {
    if (!std::strcmp(argv[k], "--data")) options.data_directory = argv[k + 1];
    if (!std::strcmp(argv[k], "--web-dir")) options.web_directory = argv[k + 1];
    if (!std::strcmp(argv[k], "--config")) {
      std::ifstream in(argv[k + 1]);
      std::string line;
      while (std::getline(in, line) && !line.starts_with("[")) {
        if (line.starts_with("port = ")) options.port = static_cast<std::uint16_t>(std::atoi(line.c_str() + 7));
        if (line.starts_with("open_rooms = true")) options.open_rooms = true;
      }
    }
  }
  options.public_v4 = IpAddress::v4(127, 0, 0, 1);
  options.keys["devkey"] = "a-secret-of-more-than-32-characters-0123";
  Interim logger;
  auto done = app::serve(options, logger, [](const std::string& link) { std::printf("%s\n", link.c_str()); });
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
