// The program: hands the command line to app/cli and runs the server when that is what was asked.

#include <cstdio>
#include <cstdlib>

#include "app/cli.h"
#include "app/server.h"
#include "io/log/log_output.h"
#include "io/runtime/loop.h"
#include "io/runtime/system.h"

namespace {

using namespace portico;

void print(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

io::log::Format log_format(std::string_view name) {
  if (name == "json") return io::log::Format::json;
  return name == "console" ? io::log::Format::console : io::log::Format::automatic;
}

Result<void> serve(const app::LoadedConfig& loaded) {
  const app::Config& config = loaded.config;
  io::log::Options options;
  options.level = config.log_level;
  options.format = log_format(config.log_format);
  options.file = config.log_file;
  PORTICO_TRY(logger, io::log::open(options));
  for (const std::string& warning : loaded.warnings) logger->warning(warning, {});
  return app::serve(config.server, *logger, [](const std::string& link) {
    print(stdout, "\n  Portico is ready. Open this link to start a call:\n\n  " + link + "\n\n");
  });
}

}  // namespace

int main(int argc, char** argv) {
  io::runtime::SystemRandom random;
  app::Console console{
      .out = [](std::string_view text) { print(stdout, text); },
      .err = [](std::string_view text) { print(stderr, text); },
      .environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
      },
      .now = io::runtime::wall_clock,
      .random = random,
      .serve = serve,
  };
  return app::run_cli({argv + 1, argv + argc}, console);
}
