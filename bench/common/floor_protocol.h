#pragma once
// What bench_floor and its clients agree on, in place of signalling: fixed keys, and a hello by
// which a subscriber makes its address known. For measurements only.

#include <cstdint>

#include "base/bytes.h"
#include "protocol/srtp/profile.h"

namespace portico::bench {

// "HELO" and the subscriber's number, 1 and up, big endian.
inline constexpr std::uint32_t kFloorHello = 0x48454c4f;
inline constexpr std::size_t kFloorHelloSize = 8;
inline constexpr protocol::srtp::Profile kFloorProfile = protocol::srtp::Profile::aead_aes_128_gcm;

// 0: from the publisher to the server; n: from the server to subscriber n.
inline protocol::srtp::KeyMaterial floor_keys(std::uint32_t number) {
  protocol::srtp::KeyMaterial keys;
  keys.key.assign(protocol::srtp::key_size(kFloorProfile), 0x5a);
  keys.salt.assign(protocol::srtp::salt_size(kFloorProfile), 0xa5);
  store32(keys.key.data(), number);
  return keys;
}

}  // namespace portico::bench
