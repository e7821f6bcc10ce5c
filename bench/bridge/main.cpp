// bench_bridge: one publisher, many subscribers, and what the server's processor time was for each
// packet that arrived.

#include <fmt/format.h>
#include <sched.h>

#include <cstdio>
#include <fstream>

#include "bench/bridge/driver.h"
#include "bench/bridge/options.h"
#include "bench/bridge/trial.h"
#include "bench/common/process_stats.h"
#include "io/runtime/system.h"
#include "protocol/dtls/openssl_context.h"

namespace portico::bench {

namespace {

constexpr double kLeastDelivered = 0.99;

Result<std::unique_ptr<Driver>> make_driver(const Bench& bench) {
  if (bench.options.target == Target::janus) return make_janus_driver(bench);
  if (bench.options.target == Target::floor) return make_floor_driver(bench);
  return make_livekit_driver(bench);
}

std::string default_name(Target target) {
  if (target == Target::janus) return "janus";
  return target == Target::floor ? "floor" : "livekit";
}

std::string to_json(const Options& options, const Outcome& o) {
  double seconds = static_cast<double>(o.elapsed.count()) / 1e9;
  double per_subscriber =
      (static_cast<double>(o.resident_after) - static_cast<double>(o.resident_before)) /
      options.subscribers;
  return fmt::format(
      "{{\"name\":\"{}\",\"subscribers\":{},\"packets_per_second_out\":{:.0f},\"ns_per_packet\":{:."
      "1f},\"delivered_ratio\":{:.5f},"
      "\"delivered\":{},\"expected\":{},\"repeated\":{},\"verified\":{},\"forged\":{},\"cores\":{:."
      "3f},\"generator_cores\":{:.3f},"
      "\"resident\":{},\"resident_before\":{},\"resident_joined\":{},\"bytes_per_subscriber\":{:."
      "0f},\"join_ms_median\":{:"
      ".1f},\"join_ms_p95\":{:.1f},\"key_frames\":{},"
      "\"void\":{}}}",
      options.name.empty() ? default_name(options.target) : options.name, options.subscribers,
      static_cast<double>(o.delivered) / seconds, o.ns_per_packet(), o.ratio(), o.delivered,
      o.expected, o.repeated, o.verified, o.forged,
      static_cast<double>(o.run_time.count()) / 1e9 / seconds,
      static_cast<double>(o.generator_time.count()) / 1e9 / seconds, o.resident_after,
      o.resident_before, o.resident_joined, per_subscriber, o.join_ms_median, o.join_ms_p95,
      o.key_frames, o.ratio() < kLeastDelivered || o.forged > 0);
}

Result<std::string> run(const Options& options) {
  if (options.cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(options.cpu), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
      return fail(ErrorCode::io, "cannot pin to that CPU");
  }
  if (resident_bytes(options.pid) == 0)
    return fail(ErrorCode::invalid, "--pid must name the server's process");
  Reactor reactor;
  io::runtime::SystemRandom random;
  PORTICO_TRY(dtls, protocol::dtls::Context::create_self_signed());
  Bench bench{reactor, random, *dtls, options};
  PORTICO_TRY(driver, make_driver(bench));
  PORTICO_TRY(outcome, run_trial(bench, *driver));
  return to_json(options, outcome);
}

}  // namespace

}  // namespace portico::bench

int main(int argc, char** argv) {
  using namespace portico::bench;
  auto options = read_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "%s\n\n%s", options.error().message.c_str(), usage().c_str());
    return 2;
  }
  auto result = run(*options);
  if (!result) {
    std::fprintf(stderr, "bench_bridge: %s\n", result.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", result->c_str());
  if (!options->json.empty()) std::ofstream(options->json) << *result << "\n";
  return 0;
}
