#include "codec/stun/message.h"

#include <zlib.h>

#include <algorithm>

namespace portico::codec::stun {
namespace {

constexpr std::uint32_t kFingerprintXor = 0x5354554E;  // "STUN", RFC 8489 14.7
constexpr std::uint8_t kFamilyV4 = 1;
constexpr std::uint8_t kFamilyV6 = 2;
constexpr std::size_t kAttributeHeader = 4;
constexpr std::size_t kFingerprintSize = kAttributeHeader + 4;

// The 14 type bits interleave method and class: M11..M7 C1 M6..M4 C0 M3..M0 (RFC 8489 5).
Class class_of(std::uint16_t type) { return static_cast<Class>((type >> 7 & 2) | (type >> 4 & 1)); }
Method method_of(std::uint16_t type) {
  return static_cast<Method>((type >> 2 & 0xF80) | (type >> 1 & 0x70) | (type & 0x0F));
}

std::optional<SocketAddress> read_address(Bytes value) {
  if (value.size() < 4) return std::nullopt;
  SocketAddress result;
  result.port = load16(value.data() + 2);
  std::size_t size = 0;
  if (value[1] == kFamilyV4) {
    size = 4;
  } else if (value[1] == kFamilyV6) {
    size = 16;
    result.ip.family = IpAddress::Family::v6;
  }
  if (size == 0 || value.size() != 4 + size) return std::nullopt;
  std::copy_n(value.begin() + 4, size, result.ip.bytes.begin());
  return result;
}

// The header with the length field as if the message ended after `end` bytes (RFC 8489 14.5).
std::array<std::uint8_t, kHeaderSize> header_ending_at(Bytes message, std::size_t end) {
  std::array<std::uint8_t, kHeaderSize> header;
  std::copy_n(message.begin(), kHeaderSize, header.begin());
  store16(header.data() + 2, static_cast<std::uint16_t>(end - kHeaderSize));
  return header;
}

}  // namespace

bool looks_like_stun(Bytes datagram) {
  return datagram.size() >= kHeaderSize && datagram[0] <= 3 &&
         load32(datagram.data() + 4) == kMagicCookie &&
         load16(datagram.data() + 2) == datagram.size() - kHeaderSize && datagram.size() % 4 == 0;
}

Result<Message> parse(Bytes datagram) {
  if (datagram.size() < kHeaderSize) return fail(ErrorCode::truncated, "stun header");
  std::uint16_t type = load16(datagram.data());
  if ((type & 0xC000) != 0) return fail(ErrorCode::invalid, "stun message type");
  if (load32(datagram.data() + 4) != kMagicCookie) {
    return fail(ErrorCode::invalid, "stun magic cookie");
  }
  std::size_t length = load16(datagram.data() + 2);
  if (length % 4 != 0) return fail(ErrorCode::invalid, "stun message length");
  if (datagram.size() < kHeaderSize + length) return fail(ErrorCode::truncated, "stun message");
  if (datagram.size() > kHeaderSize + length) return fail(ErrorCode::invalid, "stun trailing data");

  Message message;
  message.bytes_ = datagram;
  message.class_ = class_of(type);
  message.method_ = method_of(type);
  std::copy_n(datagram.begin() + 8, message.transaction_id_.size(),
              message.transaction_id_.begin());
  if (auto read = message.read_attributes(); !read) return tl::unexpected(read.error());
  return message;
}

Result<void> Message::read_attributes() {
  std::size_t position = kHeaderSize;
  bool protected_sha1 = false;
  bool protected_sha256 = false;
  bool fingerprinted = false;
  while (position < bytes_.size()) {
    // Lengths are multiples of four, so the four bytes of an attribute's header are there.
    auto type = static_cast<Attribute>(load16(bytes_.data() + position));
    std::uint16_t length = load16(bytes_.data() + position + 2);
    std::size_t value = position + kAttributeHeader;
    std::size_t padded = (length + std::size_t{3}) & ~std::size_t{3};
    if (padded > bytes_.size() - value) return fail(ErrorCode::invalid, "stun attribute length");
    if (fingerprinted) return fail(ErrorCode::invalid, "stun attribute after FINGERPRINT");
    position = value + padded;

    bool is_fingerprint = type == Attribute::fingerprint;
    bool is_sha256 = type == Attribute::message_integrity_sha256;
    if (protected_sha256 && !is_fingerprint) continue;
    if (protected_sha1 && !is_fingerprint && !is_sha256) continue;
    fingerprinted = is_fingerprint;
    protected_sha1 = protected_sha1 || type == Attribute::message_integrity;
    protected_sha256 = protected_sha256 || is_sha256;

    if (count_ == kMaxAttributes) return fail(ErrorCode::limit, "stun attributes");
    attributes_[count_++] = {type, length, static_cast<std::uint32_t>(value)};
  }
  return {};
}

const Message::Slot* Message::find(Attribute type) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (attributes_[i].type == type) return &attributes_[i];
  }
  return nullptr;
}

std::optional<Bytes> Message::attribute(Attribute type) const {
  const Slot* slot = find(type);
  if (slot == nullptr) return std::nullopt;
  return bytes_.subspan(slot->offset, slot->length);
}

std::optional<std::string_view> Message::text(Attribute type) const {
  auto value = attribute(type);
  if (!value) return std::nullopt;
  return as_text(*value);
}

std::optional<std::uint32_t> Message::u32(Attribute type) const {
  auto value = attribute(type);
  if (!value || value->size() != 4) return std::nullopt;
  return load32(value->data());
}

std::optional<std::uint64_t> Message::u64(Attribute type) const {
  auto value = attribute(type);
  if (!value || value->size() != 8) return std::nullopt;
  return load64(value->data());
}

std::optional<SocketAddress> Message::address(Attribute type) const {
  auto value = attribute(type);
  return value ? read_address(*value) : std::nullopt;
}

std::optional<SocketAddress> Message::xor_address(Attribute type) const {
  auto result = address(type);
  if (!result) return std::nullopt;
  // Cookie and transaction id lie side by side in the header: 16 bytes of mask.
  const std::uint8_t* mask = bytes_.data() + 4;
  result->port = static_cast<std::uint16_t>(result->port ^ load16(mask));
  std::size_t size = result->ip.is_v4() ? 4 : 16;
  for (std::size_t i = 0; i < size; ++i) result->ip.bytes[i] ^= mask[i];
  return result;
}

std::optional<ErrorValue> Message::error_code() const {
  auto value = attribute(Attribute::error_code);
  if (!value || value->size() < 4) return std::nullopt;
  int hundreds = (*value)[2] & 7;
  int rest = (*value)[3];
  if (hundreds < 3 || hundreds > 6 || rest > 99) return std::nullopt;
  return ErrorValue{hundreds * 100 + rest, as_text(value->subspan(4))};
}

std::vector<std::uint16_t> Message::unknown_required(std::span<const Attribute> understood) const {
  std::vector<std::uint16_t> result;
  for (std::size_t i = 0; i < count_; ++i) {
    Attribute type = attributes_[i].type;
    auto number = static_cast<std::uint16_t>(type);
    if (number >= 0x8000) continue;
    if (std::find(understood.begin(), understood.end(), type) != understood.end()) continue;
    if (std::find(result.begin(), result.end(), number) != result.end()) continue;
    result.push_back(number);
  }
  return result;
}

bool Message::verify_integrity(const IntegrityKey& key) const {
  const Slot* slot = find(Attribute::message_integrity);
  if (slot == nullptr || slot->length != 20) return false;
  auto header = header_ending_at(bytes_, slot->offset + slot->length);
  Bytes covered = bytes_.subspan(kHeaderSize, slot->offset - kAttributeHeader - kHeaderSize);
  return equal_constant_time(key.sha1(header, covered), bytes_.subspan(slot->offset, slot->length));
}

bool Message::verify_integrity_sha256(const IntegrityKey& key) const {
  const Slot* slot = find(Attribute::message_integrity_sha256);
  if (slot == nullptr || slot->length < 16 || slot->length > 32 || slot->length % 4 != 0) {
    return false;
  }
  auto header = header_ending_at(bytes_, slot->offset + slot->length);
  Bytes covered = bytes_.subspan(kHeaderSize, slot->offset - kAttributeHeader - kHeaderSize);
  auto digest = key.sha256(header, covered);
  return equal_constant_time(Bytes(digest).first(slot->length),
                             bytes_.subspan(slot->offset, slot->length));
}

bool Message::verify_fingerprint() const {
  const Slot* slot = find(Attribute::fingerprint);
  if (slot == nullptr || slot->length != 4) return false;
  // parse() let nothing come behind it, so the length field is already the one the CRC was made
  // over.
  std::size_t covered = bytes_.size() - kFingerprintSize;
  auto crc =
      static_cast<std::uint32_t>(crc32(0, bytes_.data(), static_cast<unsigned int>(covered)));
  return load32(bytes_.data() + slot->offset) == (crc ^ kFingerprintXor);
}

}  // namespace portico::codec::stun
