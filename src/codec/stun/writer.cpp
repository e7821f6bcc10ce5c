#include "codec/stun/writer.h"

#include <zlib.h>

#include <algorithm>

#include "base/check.h"

namespace portico::codec::stun {
namespace {

constexpr std::size_t kMaxMessage = kHeaderSize + 65532;
constexpr std::uint32_t kFingerprintXor = 0x5354554E;  // RFC 8489 14.7

std::uint16_t type_of(Class message_class, Method method) {
  auto m = static_cast<unsigned>(method);
  auto c = static_cast<unsigned>(message_class);
  return static_cast<std::uint16_t>((m & 0xF80) << 2 | (m & 0x70) << 1 | (m & 0x0F) | (c & 2) << 7 |
                                    (c & 1) << 4);
}

}  // namespace

Writer::Writer(Class message_class, Method method, const TransactionId& id) {
  out_.u16(type_of(message_class, method));
  out_.u16(0);
  out_.u32(kMagicCookie);
  out_.bytes(id);
}

Writer Writer::answer(const Message& request, Class message_class) {
  return Writer(message_class, request.method(), request.transaction_id());
}

void Writer::begin(Attribute type, std::size_t length) {
  PORTICO_CHECK(length <= kMaxMessage && out_.size() + 4 + length + 3 <= kMaxMessage + 3);
  out_.u16(static_cast<std::uint16_t>(type));
  out_.u16(static_cast<std::uint16_t>(length));
}

void Writer::end() {
  out_.zeros((4 - out_.size() % 4) % 4);
  PORTICO_CHECK(out_.size() <= kMaxMessage);
  store16(out_.at(2), static_cast<std::uint16_t>(out_.size() - kHeaderSize));
}

Writer& Writer::attribute(Attribute type, Bytes value) {
  begin(type, value.size());
  out_.bytes(value);
  end();
  return *this;
}

Writer& Writer::u32(Attribute type, std::uint32_t value) {
  begin(type, 4);
  out_.u32(value);
  end();
  return *this;
}

Writer& Writer::u64(Attribute type, std::uint64_t value) {
  begin(type, 8);
  out_.u64(value);
  end();
  return *this;
}

Writer& Writer::address(Attribute type, const SocketAddress& value) {
  std::size_t size = value.ip.is_v4() ? 4 : 16;
  begin(type, 4 + size);
  out_.u8(0);
  out_.u8(value.ip.is_v4() ? 1 : 2);
  out_.u16(value.port);
  out_.bytes(Bytes(value.ip.bytes).first(size));
  end();
  return *this;
}

Writer& Writer::xor_address(Attribute type, const SocketAddress& value) {
  SocketAddress masked = value;
  const std::uint8_t* mask = out_.at(4);  // cookie and transaction id, RFC 8489 14.2
  masked.port = static_cast<std::uint16_t>(masked.port ^ load16(mask));
  std::size_t size = value.ip.is_v4() ? 4 : 16;
  for (std::size_t i = 0; i < size; ++i) masked.ip.bytes[i] ^= mask[i];
  return address(type, masked);
}

Writer& Writer::error(int code, std::string_view reason) {
  PORTICO_CHECK(code >= 300 && code <= 699);
  begin(Attribute::error_code, 4 + reason.size());
  out_.u16(0);
  out_.u8(static_cast<std::uint8_t>(code / 100));
  out_.u8(static_cast<std::uint8_t>(code % 100));
  out_.bytes(as_bytes(reason));
  end();
  return *this;
}

Writer& Writer::unknown_attributes(std::span<const std::uint16_t> types) {
  begin(Attribute::unknown_attributes, types.size() * 2);
  for (std::uint16_t type : types) out_.u16(type);
  end();
  return *this;
}

std::array<std::uint8_t, kHeaderSize> Writer::header_with(std::size_t extra) const {
  std::array<std::uint8_t, kHeaderSize> header;
  std::copy_n(out_.view().begin(), kHeaderSize, header.begin());
  store16(header.data() + 2, static_cast<std::uint16_t>(out_.size() - kHeaderSize + extra));
  return header;
}

Writer& Writer::integrity(const IntegrityKey& key) {
  auto digest = key.sha1(header_with(4 + 20), out_.view().subspan(kHeaderSize));
  return attribute(Attribute::message_integrity, digest);
}

Writer& Writer::integrity_sha256(const IntegrityKey& key) {
  auto digest = key.sha256(header_with(4 + 32), out_.view().subspan(kHeaderSize));
  return attribute(Attribute::message_integrity_sha256, digest);
}

Writer& Writer::fingerprint() {
  auto header = header_with(4 + 4);
  Bytes rest = out_.view().subspan(kHeaderSize);
  auto crc = crc32(0, header.data(), static_cast<unsigned int>(header.size()));
  crc = crc32(crc, rest.data(), static_cast<unsigned int>(rest.size()));
  return u32(Attribute::fingerprint, static_cast<std::uint32_t>(crc) ^ kFingerprintXor);
}

}  // namespace portico::codec::stun
