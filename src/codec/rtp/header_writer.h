#pragma once
// Writes an RTP header with extensions into a caller's buffer; no allocation. Usage:
//
//   HeaderWriter writer(buffer);
//   writer.start({.payload_type = pt, .sequence = 7, .timestamp = 90000, .ssrc = ssrc});
//   writer.extension(3, value);
//   Bytes header = writer.finish();  // empty when the buffer was too small
//
// The one-byte form (RFC 8285 4.2) is used unless an element is empty, longer than 16 bytes or has
// an id above 14: then the block is written in the two-byte form, which needs
// `a=extmap-allow-mixed` at the receiver.

#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"

namespace portico::codec::rtp {

struct HeaderFields {
  bool marker = false;
  bool padding = false;  // the payload that follows ends with padding
  PayloadType payload_type;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  Ssrc ssrc;
};

class HeaderWriter {
 public:
  explicit HeaderWriter(MutableBytes out) : out_(out) {}

  void start(const HeaderFields& fields);
  // Ids 1..255 (15 is reserved in the one-byte form); at most 255 bytes a element. Returns where
  // the value was written, so that a caller may patch it before finish(); empty when there was no
  // room (the element is left out). A later element that needs the two-byte form moves earlier
  // ones: patch before adding the next.
  MutableBytes extension(std::uint8_t id, Bytes value);
  // Closes the extension block and returns the whole header.
  Bytes finish();

 private:
  void widen();

  MutableBytes out_;
  std::size_t size_ = 0;
  std::size_t block_ = 0;  // offset of the extension block, 0: none yet
  bool two_byte_ = false;
};

}  // namespace portico::codec::rtp
