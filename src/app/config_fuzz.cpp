#include <cstdlib>

#include "app/config.h"
#include "base/bytes.h"

// Any text: a configuration or one sentence. What a configuration shows must load again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portico;
  using namespace portico::app;
  const auto nothing = [](const std::string&) { return std::optional<std::string>(); };
  const auto loaded = parse_config(as_text(Bytes(data, size)), "f", nothing);
  if (!loaded) {
    if (loaded.error().message.empty()) std::abort();
    return 0;
  }
  const auto again = parse_config(show_config(*loaded), "g", nothing);
  if (!again) std::abort();
  return 0;
}
