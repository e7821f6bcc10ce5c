#pragma once
// Protobuf's wire format, just enough to walk over a message's fields and to copy those one does
// not know:
//
//   field = varint(number << 3 | type) value
//   type 0: varint, 1: 8 bytes, 2: varint length + bytes, 5: 4 bytes; 3 and 4 (groups) are obsolete
//   and refused
//
// https://protobuf.dev/programming-guides/encoding/

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace portico::codec::livekit {

struct ProtoField {
  std::uint32_t number = 0;
  std::uint8_t type = 0;
  std::uint64_t varint = 0;  // types 0, 1 and 5
  Bytes bytes;               // type 2
  Bytes raw;                 // the whole field with its tag
};

// Walks front to back. After the last field next() is empty and ok() says whether the message was
// well-formed.
class ProtoReader {
 public:
  explicit ProtoReader(Bytes message) : data_(message) {}

  std::optional<ProtoField> next();
  bool ok() const { return ok_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<Bytes> take(std::uint64_t size);

  Bytes data_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

class ProtoWriter {
 public:
  void raw(Bytes field) { out_.append(as_text(field)); }
  void varint_field(std::uint32_t number, std::uint64_t value);
  void bytes_field(std::uint32_t number, std::string_view value);
  // As proto3 does for fields without presence: nothing for zero or empty.
  void non_zero(std::uint32_t number, std::uint64_t value) {
    if (value != 0) varint_field(number, value);
  }
  void non_empty(std::uint32_t number, std::string_view value) {
    if (!value.empty()) bytes_field(number, value);
  }
  std::string take() { return std::move(out_); }
  std::string_view view() const { return out_; }

 private:
  void varint(std::uint64_t value);
  std::string out_;
};

}  // namespace portico::codec::livekit
