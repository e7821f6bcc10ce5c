#pragma once
// How many bits per second (and packets per second) passed in the last window: ten buckets that age
// out one by one. No allocation.

#include <array>
#include <cstdint>

#include "base/ids.h"
#include "base/time.h"

namespace portico::media::pacing {

class RateMeter {
 public:
  explicit RateMeter(Duration window = 1s) : bucket_(window / kBuckets) {}

  void add(std::size_t bytes, Instant now);
  // Averages over the window, or over the time since the first packet while that is shorter (at
  // least two buckets, so that a single packet doesn't look like a torrent).
  Bitrate bitrate(Instant now) const;
  double packet_rate(Instant now) const;

 private:
  static constexpr std::size_t kBuckets = 10;
  struct Bucket {
    std::int64_t index = -1;  // number of the bucket's time slice, -1 never used
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
  };
  double per_second(std::uint64_t Bucket::* member, Instant now) const;
  std::int64_t slice(Instant t) const { return t.time_since_epoch() / bucket_; }

  Duration bucket_;
  std::array<Bucket, kBuckets> buckets_;
  std::int64_t first_slice_ = -1;
};

}  // namespace portico::media::pacing
