#pragma once
// Builds one STUN message front to back: attributes in the order of the calls, then integrity, then
// fingerprint, as RFC 8489 14.5 and 14.7 demand. The length field is right after every call, so
// take() may come at any time.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "codec/stun/message.h"

namespace portico::codec::stun {

class Writer {
 public:
  Writer(Class message_class, Method method, const TransactionId& id);
  // The answer to `request`: same method and transaction.
  static Writer answer(const Message& request, Class message_class);

  // Appends a value and its padding. The whole message may not exceed 65,555 bytes (a broken
  // invariant, not an error).
  Writer& attribute(Attribute type, Bytes value);
  Writer& text(Attribute type, std::string_view value) { return attribute(type, as_bytes(value)); }
  Writer& flag(Attribute type) { return attribute(type, Bytes()); }
  Writer& u32(Attribute type, std::uint32_t value);
  Writer& u64(Attribute type, std::uint64_t value);
  Writer& address(Attribute type, const SocketAddress& value);
  Writer& xor_address(Attribute type, const SocketAddress& value);
  // `code` is 300..699; an empty reason is allowed and keeps unauthenticated answers small.
  Writer& error(int code, std::string_view reason);
  Writer& unknown_attributes(std::span<const std::uint16_t> types);

  Writer& integrity(const IntegrityKey& key);
  Writer& integrity_sha256(const IntegrityKey& key);
  Writer& fingerprint();

  std::size_t size() const { return out_.size(); }
  Bytes view() const { return out_.view(); }
  ByteVector take() { return out_.take(); }

 private:
  void begin(Attribute type, std::size_t length);
  void end();
  // The header as if the message ended `extra` bytes later.
  std::array<std::uint8_t, kHeaderSize> header_with(std::size_t extra) const;

  ByteWriter out_;
};

}  // namespace portico::codec::stun
