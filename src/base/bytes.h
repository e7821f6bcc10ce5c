#pragma once
// Byte views and bounds-checked big-endian readers and writers. All codecs are built on these.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace portico {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;
using ByteVector = std::vector<std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Unchecked big-endian access; the caller has proved that the bytes exist.
inline std::uint16_t load16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
inline std::uint32_t load24(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) << 16 | static_cast<std::uint32_t>(p[1]) << 8 | p[2];
}
inline std::uint32_t load32(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0]) << 24 | load24(p + 1);
}
inline std::uint64_t load64(const std::uint8_t* p) {
  return static_cast<std::uint64_t>(load32(p)) << 32 | load32(p + 4);
}
inline void store16(std::uint8_t* p, std::uint16_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 8);
  p[1] = static_cast<std::uint8_t>(v);
}
inline void store24(std::uint8_t* p, std::uint32_t v) {
  p[0] = static_cast<std::uint8_t>(v >> 16);
  store16(p + 1, static_cast<std::uint16_t>(v));
}
inline void store32(std::uint8_t* p, std::uint32_t v) {
  store16(p, static_cast<std::uint16_t>(v >> 16));
  store16(p + 2, static_cast<std::uint16_t>(v));
}
inline void store64(std::uint8_t* p, std::uint64_t v) {
  store32(p, static_cast<std::uint32_t>(v >> 32));
  store32(p + 4, static_cast<std::uint32_t>(v));
}

// Reads big-endian values front to back. After the first read beyond the end, ok() is false and
// every value is zero, so a parser checks once, at the end of a fixed part.
class ByteReader {
 public:
  explicit ByteReader(Bytes data) : data_(data) {}

  bool ok() const { return ok_; }
  std::size_t remaining() const { return data_.size() - position_; }
  std::size_t position() const { return position_; }

  std::uint8_t u8() { return need(1) ? data_[position_++] : std::uint8_t{0}; }
  std::uint16_t u16() { return need(2) ? load16(advance(2)) : std::uint16_t{0}; }
  std::uint32_t u24() { return need(3) ? load24(advance(3)) : 0; }
  std::uint32_t u32() { return need(4) ? load32(advance(4)) : 0; }
  std::uint64_t u64() { return need(8) ? load64(advance(8)) : 0; }
  Bytes bytes(std::size_t size) { return need(size) ? Bytes(advance(size), size) : Bytes(); }
  void skip(std::size_t size) {
    if (need(size)) position_ += size;
  }
  Bytes rest() { return bytes(remaining()); }

 private:
  bool need(std::size_t size) {
    if (!ok_ || size > remaining()) {
      ok_ = false;
      return false;
    }
    return true;
  }
  const std::uint8_t* advance(std::size_t size) {
    const std::uint8_t* p = data_.data() + position_;
    position_ += size;
    return p;
  }

  Bytes data_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

// Appends big-endian values to a growing buffer that it owns.
class ByteWriter {
 public:
  std::size_t size() const { return data_.size(); }
  Bytes view() const { return data_; }
  ByteVector take() { return std::move(data_); }
  std::uint8_t* at(std::size_t offset) { return data_.data() + offset; }

  void u8(std::uint8_t v) { data_.push_back(v); }
  void u16(std::uint16_t v) { store16(grow(2), v); }
  void u24(std::uint32_t v) { store24(grow(3), v); }
  void u32(std::uint32_t v) { store32(grow(4), v); }
  void u64(std::uint64_t v) { store64(grow(8), v); }
  void bytes(Bytes v) { data_.insert(data_.end(), v.begin(), v.end()); }
  void zeros(std::size_t size) { data_.insert(data_.end(), size, std::uint8_t{0}); }

 private:
  std::uint8_t* grow(std::size_t size) {
    data_.resize(data_.size() + size);
    return data_.data() + data_.size() - size;
  }
  ByteVector data_;
};

}  // namespace portico
