#include "codec/livekit/proto_wire.h"

namespace portico::codec::livekit {
namespace {

constexpr std::uint8_t kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5;
constexpr std::uint64_t kMaxFieldNumber = (1U << 29) - 1;

std::uint64_t little_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

std::optional<std::uint64_t> ProtoReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70 && position_ < data_.size(); shift += 7) {
    const std::uint8_t byte = data_[position_++];
    if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  ok_ = false;
  return std::nullopt;
}

std::optional<Bytes> ProtoReader::take(std::uint64_t size) {
  if (size > data_.size() - position_) {
    ok_ = false;
    return std::nullopt;
  }
  const Bytes bytes = data_.subspan(position_, static_cast<std::size_t>(size));
  position_ += static_cast<std::size_t>(size);
  return bytes;
}

std::optional<ProtoField> ProtoReader::next() {
  if (!ok_ || position_ == data_.size()) return std::nullopt;
  const std::size_t start = position_;
  const auto tag = varint();
  if (!tag) return std::nullopt;
  if (*tag >> 3 == 0 || *tag >> 3 > kMaxFieldNumber) {
    ok_ = false;
    return std::nullopt;
  }
  ProtoField field;
  field.number = static_cast<std::uint32_t>(*tag >> 3);
  field.type = static_cast<std::uint8_t>(*tag & 7);
  if (field.type == kVarint) {
    const auto value = varint();
    if (!value) return std::nullopt;
    field.varint = *value;
  } else if (field.type == kLength) {
    const auto size = varint();
    if (!size) return std::nullopt;
    const auto bytes = take(*size);
    if (!bytes) return std::nullopt;
    field.bytes = *bytes;
  } else if (field.type == kFixed64 || field.type == kFixed32) {
    const auto bytes = take(field.type == kFixed64 ? 8 : 4);
    if (!bytes) return std::nullopt;
    field.varint = little_endian(*bytes);
  } else {
    ok_ = false;
    return std::nullopt;
  }
  field.raw = data_.subspan(start, position_ - start);
  return field;
}

void ProtoWriter::varint(std::uint64_t value) {
  for (; value > 0x7f; value >>= 7) out_.push_back(static_cast<char>((value & 0x7f) | 0x80));
  out_.push_back(static_cast<char>(value));
}

void ProtoWriter::varint_field(std::uint32_t number, std::uint64_t value) {
  varint(static_cast<std::uint64_t>(number) << 3 | kVarint);
  varint(value);
}

void ProtoWriter::bytes_field(std::uint32_t number, std::string_view value) {
  varint(static_cast<std::uint64_t>(number) << 3 | kLength);
  varint(value.size());
  out_.append(value);
}

}  // namespace portico::codec::livekit
