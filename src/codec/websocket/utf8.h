#pragma once
// UTF-8 checked as it arrives, in pieces of any size (RFC 3629: no overlong forms, no surrogates,
// nothing above U+10FFFF).

#include <cstdint>

#include "base/bytes.h"

namespace portico::codec::websocket {

class Utf8Validator {
 public:
  // False: the text so far can't be the beginning of any valid text. Stays false.
  bool push(Bytes bytes);
  // Is the text complete (valid and not in the middle of a character)?
  bool complete() const { return ok_ && missing_ == 0; }
  void reset() { *this = Utf8Validator(); }

 private:
  bool push(std::uint8_t byte);

  bool ok_ = true;
  std::uint8_t missing_ = 0;    // continuation bytes still to come
  std::uint8_t lowest_ = 0x80;  // range that the next one must be in
  std::uint8_t highest_ = 0xbf;
};

inline bool valid_utf8(Bytes bytes) {
  Utf8Validator validator;
  return validator.push(bytes) && validator.complete();
}

}  // namespace portico::codec::websocket
