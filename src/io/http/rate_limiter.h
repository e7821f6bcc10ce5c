#pragma once
// A token bucket per client address, for endpoints that guessers would hammer. IPv6 clients count
// by their /64.

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "base/socket_address.h"
#include "base/time.h"

namespace portico::io::http {

class RateLimiter {
 public:
  struct Config {
    std::uint32_t burst = 20;            // requests at once
    Duration interval = 1s;              // one more after each
    std::size_t max_addresses = 10'000;  // beyond, the address seen longest ago is forgotten
  };
  explicit RateLimiter(Config config) : config_(config) {}

  // Takes one token. False: too many requests; answer 429.
  bool allow(const IpAddress& address, Instant now);
  std::size_t addresses() const { return buckets_.size(); }

 private:
  struct Key {
    std::uint64_t high, low;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return static_cast<std::size_t>(key.high * 0x9e3779b97f4a7c15U ^ key.low);
    }
  };
  struct Bucket {
    Instant full_at;  // when the bucket will be (or was) full
    std::list<Key>::iterator position;
  };
  static Key key_of(const IpAddress& address);

  Config config_;
  std::unordered_map<Key, Bucket, KeyHash> buckets_;
  std::list<Key> recent_;  // newest first
};

}  // namespace portico::io::http
