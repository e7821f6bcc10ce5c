#include "bench/bridge/options.h"

#include <charconv>
#include <functional>
#include <map>

namespace portico::bench {

namespace {

template <class T>
Result<void> number(std::string_view text, T& out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::invalid, "not a number: " + std::string(text));
  return {};
}

Result<void> target(std::string_view text, Target& out) {
  if (text == "livekit")
    out = Target::livekit;
  else if (text == "janus")
    out = Target::janus;
  else if (text == "floor")
    out = Target::floor;
  else
    return fail(ErrorCode::invalid, "--target is livekit, janus or floor");
  return {};
}

Result<void> assign(Options& o, std::string_view name, const std::string& value) {
  if (name == "--target") return target(value, o.target);
  if (name == "--subscribers") return number(value, o.subscribers);
  if (name == "--rate") return number(value, o.rate);
  if (name == "--size") return number(value, o.size);
  if (name == "--burst") return number(value, o.burst);
  if (name == "--verify-every") return number(value, o.verify_every);
  if (name == "--pid") return number(value, o.pid);
  if (name == "--cpu") return number(value, o.cpu);
  if (name == "--seconds") {
    std::uint32_t seconds = 0;
    PORTICO_TRY_DO(number(value, seconds));
    o.duration = std::chrono::seconds(seconds);
    return {};
  }
  if (name == "--bind") {
    PORTICO_TRY(address, IpAddress::parse(value));
    o.bind = address;
    return {};
  }
  static const std::map<std::string_view, std::string Options::*> kTexts{
      {"--url", &Options::url},   {"--key", &Options::key},   {"--secret", &Options::secret},
      {"--room", &Options::room}, {"--json", &Options::json}, {"--name", &Options::name}};
  auto text = kTexts.find(name);
  if (text == kTexts.end())
    return fail(ErrorCode::invalid, "unknown argument " + std::string(name));
  o.*(text->second) = value;
  return {};
}

}  // namespace

Result<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "--single") {
      options.single = true;
      continue;
    }
    // The number of publishers is part of the definition of the test.
    if (i + 1 >= argc) return fail(ErrorCode::invalid, std::string(name) + " needs a value");
    std::string value = argv[++i];
    if (name == "--publishers") {
      if (value != "1") return fail(ErrorCode::unsupported, "--publishers: only 1");
      continue;
    }
    PORTICO_TRY_DO(assign(options, name, value));
  }
  if (options.burst == 0 || options.rate < options.burst)
    return fail(ErrorCode::invalid, "--rate must be at least --burst, and that at least 1");
  if (options.size < 64 || options.size > 1400)
    return fail(ErrorCode::invalid, "--size is 64 to 1400 bytes");
  if (options.subscribers == 0) return fail(ErrorCode::invalid, "--subscribers must be at least 1");
  return options;
}

std::string usage() {
  return "bench_bridge --url ws://HOST:PORT --key KEY --secret SECRET --pid SERVER_PID\n"
         "  --target livekit|janus|floor   what the server speaks (livekit)\n"
         "  --single                       one peer connection a client (/rtc/v1) instead of two "
         "(/rtc)\n"
         "  --subscribers N (100)  --rate PACKETS_PER_SECOND (1000)  --size BYTES (1200)  --burst "
         "PACKETS (4)\n"
         "  --seconds S (10)       --verify-every N (128)  authenticate each N-th packet\n"
         "  --bind ADDRESS (127.0.0.1) of the clients' UDP sockets  --cpu N  pin the generator  "
         "--json FILE  --name NAME\n";
}

}  // namespace portico::bench
