#pragma once
// Helpers for this folder's tests.

#include <string_view>

#include "base/bytes.h"
#include "protocol/srtp/profile.h"

namespace portico::protocol::srtp {

// Hexadecimal with optional spaces.
inline ByteVector hex(std::string_view text) {
  ByteVector out;
  int high = -1;
  for (char c : text) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

inline KeyMaterial test_keys(Profile profile, std::uint8_t seed = 1) {
  KeyMaterial keys;
  for (std::size_t i = 0; i < key_size(profile); ++i) {
    keys.key.push_back(static_cast<std::uint8_t>(seed + i * 7));
  }
  for (std::size_t i = 0; i < salt_size(profile); ++i) {
    keys.salt.push_back(static_cast<std::uint8_t>(seed * 3 + i * 11));
  }
  return keys;
}

// An RTP header: plain, or with one CSRC and an 8-byte one-byte-form header extension.
inline ByteVector rtp_header(std::uint16_t sequence, std::uint32_t ssrc, bool rich = false) {
  ByteVector h(12);
  h[0] = rich ? 0x91 : 0x80;
  h[1] = 96;
  store16(&h[2], sequence);
  store32(&h[4], 0x01020304U + sequence);
  store32(&h[8], ssrc);
  if (rich) {
    ByteVector tail = hex("cafebabe bede0002 10aa5100 01000000");
    h.insert(h.end(), tail.begin(), tail.end());
  }
  return h;
}

inline ByteVector pattern(std::size_t size, std::uint8_t start = 0) {
  ByteVector out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(start + i * 31);
  return out;
}

// A receiver report without blocks, followed by a goodbye-sized pattern.
inline ByteVector rtcp_packet(std::uint32_t ssrc, std::size_t blocks = 1) {
  ByteVector p = pattern(8 + 24 * blocks, 5);
  p[0] = static_cast<std::uint8_t>(0x80 + blocks);
  p[1] = 201;
  store16(&p[2], static_cast<std::uint16_t>(1 + 6 * blocks));
  store32(&p[4], ssrc);
  return p;
}

}  // namespace portico::protocol::srtp
