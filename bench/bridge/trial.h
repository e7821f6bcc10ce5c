#pragma once
// One measurement: the publisher starts, subscribers join a few at a time while a slow stream runs,
// then the full rate runs for the measured time. Between phases the stream rests, so that every
// packet sent in the measured time is also delivered (or lost) in it.

#include <cstdint>
#include <string>

#include "bench/bridge/driver.h"

namespace portico::bench {

struct Outcome {
  std::uint64_t sent = 0;       // by the publisher, in the measured time
  std::uint64_t delivered = 0;  // sum over subscribers
  std::uint64_t expected = 0;   // sent x subscribers
  std::uint64_t verified = 0;   // samples authenticated
  std::uint64_t forged = 0;     // samples that failed
  std::uint64_t repeated = 0;
  Duration run_time{};  // of all threads of the server
  Duration generator_time{};
  Duration elapsed{};
  double join_ms_median = 0;  // from the first SYN to the first complete key frame
  double join_ms_p95 = 0;
  std::uint64_t resident_before = 0;  // publisher only
  std::uint64_t resident_joined = 0;  // after all joined
  std::uint64_t resident_after = 0;   // after the measured time
  std::uint32_t key_frames = 0;

  double ratio() const {
    return expected == 0 ? 0 : static_cast<double>(delivered) / static_cast<double>(expected);
  }
  double ns_per_packet() const {
    return delivered == 0 ? 0
                          : static_cast<double>(run_time.count()) / static_cast<double>(delivered);
  }
};

// Errors: timeout (somebody did not come up; the message says who and why), and what the drivers
// report.
Result<Outcome> run_trial(const Bench& bench, Driver& driver);

}  // namespace portico::bench
