#include <cstdlib>

#include "codec/base64/base64.h"

// Whatever decodes must encode back to the same characters; whatever is encoded must decode.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace portico;
  using namespace portico::codec::base64;
  const Bytes input(data, size);
  for (const Alphabet alphabet : {Alphabet::standard, Alphabet::url}) {
    for (const bool padded : {true, false}) {
      const Padding padding = padded ? Padding::required : Padding::forbidden;
      const auto decoded = decode(as_text(input), alphabet, padding);
      if (decoded && encode(*decoded, alphabet, padded) != as_text(input)) std::abort();
      const auto back = decode(encode(input, alphabet, padded), alphabet, padding);
      if (!back || ByteVector(input.begin(), input.end()) != *back) std::abort();
    }
  }
  return 0;
}
