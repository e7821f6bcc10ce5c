#include "codec/sctp/parameter.h"

#include <algorithm>

namespace portico::codec::sctp {
namespace {
constexpr std::size_t kParameterHeaderSize = 4;
}

std::optional<Parameter> ParameterCursor::next() {
  if (rest_.empty()) return std::nullopt;
  std::size_t length = rest_.size() < kParameterHeaderSize ? 0 : load16(&rest_[2]);
  if (length < kParameterHeaderSize || length > rest_.size()) {
    malformed_ = true;
    rest_ = {};
    return std::nullopt;
  }
  Parameter parameter{load16(rest_.data()),
                      rest_.subspan(kParameterHeaderSize, length - kParameterHeaderSize)};
  std::size_t padded = (length + 3) & ~std::size_t{3};
  rest_ = rest_.subspan(std::min(padded, rest_.size()));
  return parameter;
}

void write_parameter(ByteWriter& out, std::uint16_t type, Bytes value, bool pad) {
  out.u16(type);
  out.u16(static_cast<std::uint16_t>(kParameterHeaderSize + value.size()));
  out.bytes(value);
  if (pad) out.zeros((4 - value.size() % 4) % 4);
}

}  // namespace portico::codec::sctp
