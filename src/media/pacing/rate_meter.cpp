#include "media/pacing/rate_meter.h"

#include <algorithm>

namespace portico::media::pacing {

void RateMeter::add(std::size_t bytes, Instant now) {
  const std::int64_t index = slice(now);
  if (first_slice_ < 0) first_slice_ = index;
  Bucket& bucket = buckets_[static_cast<std::size_t>(index) % kBuckets];
  if (bucket.index != index) bucket = Bucket{index, 0, 0};
  bucket.bytes += bytes;
  bucket.packets += 1;
}

double RateMeter::per_second(std::uint64_t Bucket::* member, Instant now) const {
  if (first_slice_ < 0) return 0;
  const std::int64_t index = slice(now);
  std::uint64_t sum = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.index > index - static_cast<std::int64_t>(kBuckets) && bucket.index <= index)
      sum += bucket.*member;
  }
  const std::int64_t slices = std::clamp<std::int64_t>(index - first_slice_ + 1, 2, kBuckets);
  return static_cast<double>(sum) / std::chrono::duration<double>(bucket_ * slices).count();
}

Bitrate RateMeter::bitrate(Instant now) const {
  return Bitrate{static_cast<std::int64_t>(per_second(&Bucket::bytes, now) * 8)};
}

double RateMeter::packet_rate(Instant now) const { return per_second(&Bucket::packets, now); }

}  // namespace portico::media::pacing
