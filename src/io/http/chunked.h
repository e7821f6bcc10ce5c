#pragma once
// The chunked transfer coding of request bodies (RFC 9112 section 7.1), strict about line ends:
// CRLF and nothing else.

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace portico::io::http {

class ChunkedDecoder {
 public:
  // Takes bytes from the front of `input`, appends the data in them to `body`. True: the body is
  // complete and `input` starts behind it. Trailers are read and dropped. Errors: invalid; limit
  // (`body` would grow beyond `max_body`; extensions or trailers beyond kMaxOverhead).
  Result<bool> decode(Bytes& input, std::string& body, std::size_t max_body);

  static constexpr std::size_t kMaxOverhead =
      16 * 1024;  // bytes of extensions and trailers in one body

 private:
  enum class State {
    size,
    extension,
    size_end,
    data,
    data_end,
    data_line_feed,
    trailer_start,
    trailer,
    trailer_end,
    last,
    done
  };
  Result<void> take(std::uint8_t byte, std::size_t room);
  Result<void> count_overhead();

  State state_ = State::size;
  std::uint64_t left_ = 0;  // of the chunk's data; while reading the size: the value so far
  std::size_t digits_ = 0;
  std::size_t overhead_ = 0;
};

}  // namespace portico::io::http
