#pragma once
// RFC 5769's sample messages and RFC 8489 B.1 (as corrected by its erratum), for tests only.

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace portico::codec::stun::vectors {

inline ByteVector from_hex(std::string_view text) {
  ByteVector out;
  int high = -1;
  for (char c : text) {
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return out;
}

inline constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769 2.1
inline constexpr std::string_view kRequest =
    "00010058 2112a442 b7e7a701bc34d686fa87dfae "
    "80220010 5354554e207465737420636c69656e74 00240004 6e0001ff 80290008 932ff9b151263b36 "
    "00060009 6576746a3a68367659202020 "
    "00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf";

// RFC 5769 2.2
inline constexpr std::string_view kResponseV4 =
    "0101003c 2112a442 b7e7a701bc34d686fa87dfae "
    "8022000b 7465737420766563746f7220 00200008 0001a147e112a643 "
    "00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96";

// RFC 5769 2.3
inline constexpr std::string_view kResponseV6 =
    "01010048 2112a442 b7e7a701bc34d686fa87dfae "
    "8022000b 7465737420766563746f7220 00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9 "
    "00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c";

// RFC 5769 2.4; the key is MD5("<six kana>:example.org:TheMatrIX").
inline constexpr std::string_view kLongTermRequest =
    "00010060 2112a442 78ad3433c6ad72c029da412e "
    "00060012 e3839ee38388e383aae38383e382afe382b90000 "
    "0015001c 662f2f3439396b3935346436 4f4c33346f4c394653547679363473 41 "
    "0014000b 6578616d706c652e6f726700 "
    "00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666";
inline constexpr std::string_view kLongTermKeyMd5 = "e8ca7ad59d5eb0518e312911d2dab2a9";

// RFC 8489 B.1 with the PASSWORD-ALGORITHM of its verified erratum; the key is SHA-256 of the same
// text.
inline constexpr std::string_view kSha256Request =
    "000100902112a44278ad3433c6ad72c029da412e001e00204a3cf38fef6992bda952c6780417da0f"
    "24819415569e60b205c46e41407f1704001500296f624d61744a6f733241414143662f2f3439396b"
    "39353464364f4c33346f4c394653547679363473410000000014000b6578616d706c652e6f726700"
    "001d000400020000001c0020b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278c"
    "c6518e65";
inline constexpr std::string_view kLongTermKeySha256 =
    "dd295a613b9058c3c23d6dc7165bda072304d989c9d0af3a8c7e184b4f9bb4a1";

}  // namespace portico::codec::stun::vectors
