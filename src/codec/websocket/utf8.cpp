#include "codec/websocket/utf8.h"

namespace portico::codec::websocket {

bool Utf8Validator::push(Bytes bytes) {
  for (const std::uint8_t byte : bytes) {
    if (byte < 0x80 && missing_ == 0 && ok_) continue;
    if (!push(byte)) return false;
  }
  return ok_;
}

// Table 3-7 of the Unicode standard: the first byte decides how many follow and the range of the
// second.
bool Utf8Validator::push(std::uint8_t byte) {
  if (!ok_) return false;
  if (missing_ > 0) {
    ok_ = byte >= lowest_ && byte <= highest_;
    lowest_ = 0x80;
    highest_ = 0xbf;
    --missing_;
    return ok_;
  }
  if (byte < 0x80) return true;
  if (byte < 0xc2 || byte > 0xf4) return ok_ = false;
  missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  if (byte == 0xe0) lowest_ = 0xa0;   // overlong below
  if (byte == 0xed) highest_ = 0x9f;  // surrogates above
  if (byte == 0xf0) lowest_ = 0x90;   // overlong below
  if (byte == 0xf4) highest_ = 0x8f;  // beyond U+10FFFF above
  return true;
}

}  // namespace portico::codec::websocket
