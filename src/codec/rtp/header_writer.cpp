#include "codec/rtp/header_writer.h"

#include <cstring>

#include "codec/rtp/packet.h"

namespace portico::codec::rtp {

void HeaderWriter::start(const HeaderFields& fields) {
  size_ = 0;
  block_ = 0;
  two_byte_ = false;
  if (out_.size() < kMinHeaderSize) return;
  out_[0] = static_cast<std::uint8_t>(0x80 | (fields.padding ? 0x20 : 0));
  out_[1] =
      static_cast<std::uint8_t>((fields.marker ? 0x80 : 0) | (fields.payload_type.value & 0x7F));
  store16(out_.data() + 2, fields.sequence);
  store32(out_.data() + 4, fields.timestamp);
  store32(out_.data() + 8, fields.ssrc.value);
  size_ = kMinHeaderSize;
}

MutableBytes HeaderWriter::extension(std::uint8_t id, Bytes value) {
  if (size_ == 0 || id == 0 || value.size() > 255) return {};
  const bool needs_two = id > 14 || value.empty() || value.size() > 16;
  // Room for the block's head, this element in the longer form, one byte more per earlier element
  // when widening, and final alignment.
  const std::size_t block_size = block_ == 0 ? 4 : size_ - block_;
  if (size_ + 4 + block_size + 2 + value.size() + 3 > out_.size()) return {};
  if (block_ == 0) {
    block_ = size_;
    out_[0] = static_cast<std::uint8_t>(out_[0] | 0x10);
    size_ += 4;
    two_byte_ = needs_two;
  } else if (needs_two && !two_byte_) {
    widen();
  }
  if (two_byte_) {
    out_[size_++] = id;
    out_[size_++] = static_cast<std::uint8_t>(value.size());
  } else {
    out_[size_++] =
        static_cast<std::uint8_t>(static_cast<std::size_t>(id) << 4 | (value.size() - 1));
  }
  if (!value.empty()) std::memcpy(out_.data() + size_, value.data(), value.size());
  size_ += value.size();
  return out_.subspan(size_ - value.size(), value.size());
}

// Rewrites the elements so far, which are all in the one-byte form, in the two-byte form: back to
// front would need an index, so each element shifts what follows it by one byte.
void HeaderWriter::widen() {
  std::size_t i = block_ + 4;
  while (i < size_) {
    const std::uint8_t head = out_[i];
    const std::size_t length = static_cast<std::size_t>(head & 0x0F) + 1;
    std::memmove(out_.data() + i + 2, out_.data() + i + 1, size_ - i - 1);
    out_[i] = static_cast<std::uint8_t>(head >> 4);
    out_[i + 1] = static_cast<std::uint8_t>(length);
    ++size_;
    i += 2 + length;
  }
  two_byte_ = true;
}

Bytes HeaderWriter::finish() {
  if (size_ == 0) return {};
  if (block_ != 0) {
    while ((size_ - block_) % 4 != 0) out_[size_++] = 0;
    store16(out_.data() + block_, two_byte_ ? kTwoByteProfile : kOneByteProfile);
    store16(out_.data() + block_ + 2, static_cast<std::uint16_t>((size_ - block_) / 4 - 1));
  }
  return Bytes(out_.data(), size_);
}

}  // namespace portico::codec::rtp
