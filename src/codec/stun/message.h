#pragma once
// A STUN message (RFC 8489) as a read-only view of the datagram it came in. parse() checks the
// frame once: cookie, length, every attribute's bounds, and notes where the attributes lie;
// accessors then decode single values. Nothing is copied, so the bytes must outlive the Message.
// TURN (RFC 8656) uses the same frame; its methods and attributes are already named here.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// |0 0|     STUN Message Type     |         Message Length        |
// |                  Magic Cookie 0x2112A442                      |
// |                Transaction ID (96 bits)                       |
// |  attributes: type (16), length (16), value, padding to 4 ...  |

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/socket_address.h"
#include "codec/stun/integrity.h"

namespace portico::codec::stun {

inline constexpr std::uint32_t kMagicCookie = 0x2112A442;  // RFC 8489 5
inline constexpr std::size_t kHeaderSize = 20;             // RFC 8489 5
// More attributes than any ICE or TURN client sends (about 12); parse() answers ErrorCode::limit
// beyond it.
inline constexpr std::size_t kMaxAttributes = 40;

using TransactionId = std::array<std::uint8_t, 12>;

// The two class bits C1 C0 (RFC 8489 5).
enum class Class : std::uint8_t { request = 0, indication = 1, success = 2, error = 3 };

enum class Method : std::uint16_t {
  binding = 0x001,
  allocate = 0x003,  // from here on RFC 8656 and RFC 6062
  refresh = 0x004,
  send = 0x006,
  data = 0x007,
  create_permission = 0x008,
  channel_bind = 0x009,
  connect = 0x00A,
  connection_bind = 0x00B,
  connection_attempt = 0x00C,
};

// Types below 0x8000 are comprehension-required: who does not know one must refuse the request with
// 420.
enum class Attribute : std::uint16_t {
  mapped_address = 0x0001,
  change_request = 0x0003,
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000A,
  channel_number = 0x000C,
  lifetime = 0x000D,
  xor_peer_address = 0x0012,
  data = 0x0013,
  realm = 0x0014,
  nonce = 0x0015,
  xor_relayed_address = 0x0016,
  requested_address_family = 0x0017,
  even_port = 0x0018,
  requested_transport = 0x0019,
  dont_fragment = 0x001A,
  message_integrity_sha256 = 0x001C,
  password_algorithm = 0x001D,
  userhash = 0x001E,
  xor_mapped_address = 0x0020,
  reservation_token = 0x0022,
  priority = 0x0024,       // RFC 8445 16.1
  use_candidate = 0x0025,  // RFC 8445 16.1
  padding = 0x0026,
  response_port = 0x0027,
  connection_id = 0x002A,
  additional_address_family = 0x8000,
  address_error_code = 0x8001,
  password_algorithms = 0x8002,
  alternate_domain = 0x8003,
  icmp = 0x8004,
  software = 0x8022,
  alternate_server = 0x8023,
  fingerprint = 0x8028,
  ice_controlled = 0x8029,   // RFC 8445 16.1
  ice_controlling = 0x802A,  // RFC 8445 16.1
  response_origin = 0x802B,
  other_address = 0x802C,
};

struct ErrorValue {
  int code = 0;  // 300..699
  std::string_view reason;
};

class Message {
 public:
  Class message_class() const { return class_; }
  // May hold a value that is not an enumerator: methods are 12 bits wide.
  Method method() const { return method_; }
  bool is(Class message_class, Method method) const {
    return class_ == message_class && method_ == method;
  }
  const TransactionId& transaction_id() const { return transaction_id_; }
  // The whole datagram as it was parsed.
  Bytes bytes() const { return bytes_; }

  // The value (without padding) of the first attribute of that type; later ones of a type are
  // ignored (RFC 8489 14).
  std::optional<Bytes> attribute(Attribute type) const;
  bool has(Attribute type) const { return attribute(type).has_value(); }
  std::size_t attribute_count() const { return count_; }
  // By position, index < attribute_count().
  Attribute attribute_type(std::size_t index) const { return attributes_[index].type; }
  Bytes attribute_value(std::size_t index) const {
    return bytes_.subspan(attributes_[index].offset, attributes_[index].length);
  }

  // Each is nullopt if the attribute is absent or its value has a wrong form; has() tells the two
  // apart.
  std::optional<std::string_view> text(Attribute type) const;
  std::optional<std::uint32_t> u32(Attribute type) const;
  std::optional<std::uint64_t> u64(Attribute type) const;
  std::optional<SocketAddress> xor_address(Attribute type) const;  // RFC 8489 14.2
  std::optional<SocketAddress> address(Attribute type) const;      // RFC 8489 14.1
  std::optional<ErrorValue> error_code() const;                    // RFC 8489 14.8

  std::optional<std::string_view> username() const { return text(Attribute::username); }
  std::optional<std::uint32_t> priority() const { return u32(Attribute::priority); }
  bool use_candidate() const { return has(Attribute::use_candidate); }
  std::optional<std::uint64_t> ice_controlling() const { return u64(Attribute::ice_controlling); }
  std::optional<std::uint64_t> ice_controlled() const { return u64(Attribute::ice_controlled); }
  std::optional<SocketAddress> xor_mapped_address() const {
    return xor_address(Attribute::xor_mapped_address);
  }

  // The comprehension-required types in this message that are not in `understood`, each once, in
  // order; for 420 answers.
  std::vector<std::uint16_t> unknown_required(std::span<const Attribute> understood) const;

  // True if MESSAGE-INTEGRITY (RFC 8489 14.5; HMAC-SHA-1) is there and matches. The form with raw
  // bytes sets a key up every time (about 2 us); keep an IntegrityKey where many messages are
  // checked.
  bool verify_integrity(const IntegrityKey& key) const;
  bool verify_integrity(Bytes key) const { return verify_integrity(IntegrityKey(key)); }
  // MESSAGE-INTEGRITY-SHA256 (RFC 8489 14.6), 16 to 32 bytes long.
  bool verify_integrity_sha256(const IntegrityKey& key) const;
  // True if FINGERPRINT (RFC 8489 14.7) is there, the last attribute, and matches.
  bool verify_fingerprint() const;

 private:
  friend Result<Message> parse(Bytes);
  struct Slot {
    Attribute type{};
    std::uint16_t length = 0;  // without padding
    std::uint32_t offset = 0;  // of the value, from the start of the message
  };
  const Slot* find(Attribute type) const;
  Result<void> read_attributes();

  Bytes bytes_;
  TransactionId transaction_id_{};
  Class class_{};
  Method method_{};
  std::size_t count_ = 0;
  std::array<Slot, kMaxAttributes> attributes_;
};

// `datagram` must hold exactly one message. Attributes behind MESSAGE-INTEGRITY other than
// MESSAGE-INTEGRITY-SHA256 and FINGERPRINT are not protected and so left out (RFC 8489 14.5).
// Errors: truncated (shorter than its header says), invalid (not STUN, bad length, attribute
// outside the message, anything behind FINGERPRINT), limit (more than kMaxAttributes).
Result<Message> parse(Bytes datagram);

// Is this datagram STUN? First byte 0..3 (RFC 7983 7), cookie, and a length that fits: cheap enough
// for every packet.
bool looks_like_stun(Bytes datagram);

}  // namespace portico::codec::stun
