#pragma once
// Time as values. State machines never read a clock: `now` goes in, deadlines come out. The shells
// in io/ turn the system's clocks into these types; simulations make them up.

#include <chrono>
#include <cstdint>

namespace portico {

using Duration = std::chrono::nanoseconds;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""min;

// A point on a monotonic line with an arbitrary zero. There is no now() on purpose.
struct Monotonic {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<Monotonic, Duration>;
  static constexpr bool is_steady = true;
};
using Instant = Monotonic::time_point;

// Wall-clock time: microseconds since 1970-01-01T00:00:00Z. Only for what people and other systems
// read.
struct WallTime {
  std::int64_t unix_micros = 0;
  std::int64_t unix_seconds() const { return unix_micros / 1'000'000; }
  std::int64_t unix_millis() const { return unix_micros / 1'000; }
  auto operator<=>(const WallTime&) const = default;
};

inline std::int64_t to_ms(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

}  // namespace portico
