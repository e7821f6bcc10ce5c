#pragma once
// Base64 in its two alphabets (RFC 4648 sections 4 and 5), strict: characters outside the alphabet,
// white space, wrong padding and non-zero trailing bits are errors, so that every byte string has
// exactly one accepted form per padding rule.

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace portico::codec::base64 {

enum class Alphabet {
  standard,  // '+' and '/'
  url,       // '-' and '_'
};

enum class Padding {
  required,   // '=' up to a multiple of four characters
  forbidden,  // no '=' at all
  optional,   // either of the two
};

// Text of `data`; with `padded`, filled up with '=' to a multiple of four characters.
std::string encode(Bytes data, Alphabet alphabet = Alphabet::standard, bool padded = true);

// Errors: ErrorCode::invalid. Never allocates more than 3/4 of text.size() + 3 bytes.
Result<ByteVector> decode(std::string_view text, Alphabet alphabet, Padding padding);

// The forms that JOSE (RFC 7515) and URLs use: url alphabet without padding.
inline std::string encode_url(Bytes data) { return encode(data, Alphabet::url, false); }
inline Result<ByteVector> decode_url(std::string_view text) {
  return decode(text, Alphabet::url, Padding::forbidden);
}

}  // namespace portico::codec::base64
