#pragma once
// Bytes that were read from a stream already and are to be read again.

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"

namespace portico::io::net {

class Prefix {
 public:
  static constexpr std::size_t kLimit = 64 << 10;

  Prefix() = default;
  explicit Prefix(ByteVector bytes) : bytes_(std::move(bytes)) {}

  bool empty() const { return start_ == bytes_.size(); }
  // Copies as much as fits and forgets it.
  std::size_t take(MutableBytes out) {
    std::size_t count = std::min(out.size(), bytes_.size() - start_);
    if (count == 0) return 0;
    std::copy_n(bytes_.data() + start_, count, out.data());
    start_ += count;
    if (empty()) {
      bytes_ = ByteVector();  // most streams never need it again
      start_ = 0;
    }
    return count;
  }
  void put_back(Bytes data) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
    PORTICO_CHECK(bytes_.size() + data.size() <= kLimit);
    bytes_.insert(bytes_.begin(), data.begin(), data.end());
  }

 private:
  ByteVector bytes_;
  std::size_t start_ = 0;
};

}  // namespace portico::io::net
