#include "io/http/rate_limiter.h"

#include <algorithm>

#include "base/bytes.h"

namespace portico::io::http {

RateLimiter::Key RateLimiter::key_of(const IpAddress& address) {
  const IpAddress plain = address.unmapped();
  if (plain.is_v4()) return {0, load32(plain.bytes.data()) | std::uint64_t{1} << 32};
  return {load64(plain.bytes.data()), 0};
}

// A bucket that will be full at `full_at` lacks (full_at - now) / interval tokens.
bool RateLimiter::allow(const IpAddress& address, Instant now) {
  const Key key = key_of(address);
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= config_.max_addresses) {
      buckets_.erase(recent_.back());
      recent_.pop_back();
    }
    recent_.push_front(key);
    found = buckets_.emplace(key, Bucket{now, recent_.begin()}).first;
  } else {
    recent_.splice(recent_.begin(), recent_, found->second.position);
  }
  const Instant full_at = std::max(found->second.full_at, now) + config_.interval;
  if (full_at - now > config_.interval * config_.burst) return false;
  found->second.full_at = full_at;
  return true;
}

}  // namespace portico::io::http
