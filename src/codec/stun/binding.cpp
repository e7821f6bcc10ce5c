#include "codec/stun/binding.h"

#include <array>

#include "codec/stun/message.h"
#include "codec/stun/writer.h"

namespace portico::codec::stun {
namespace {

// In tenths of the request's size; exactly what the smallest useful answers need.
constexpr std::size_t kMaxRatioV4 = 16;
constexpr std::size_t kMaxRatioV6 = 22;
constexpr std::size_t kFingerprintSize = 8;

// Carried by harmless test clients; their meaning is nothing to us.
constexpr std::array kUnderstood = {Attribute::fingerprint, Attribute::software,
                                    Attribute::padding};

}  // namespace

std::optional<ByteVector> answer_binding(Bytes request, const SocketAddress& source) {
  if (!looks_like_stun(request)) return std::nullopt;
  auto message = parse(request);
  if (!message || !message->is(Class::request, Method::binding)) return std::nullopt;
  bool fingerprint = message->has(Attribute::fingerprint);
  if (fingerprint && !message->verify_fingerprint()) return std::nullopt;
  if (message->has(Attribute::username) || message->has(Attribute::message_integrity) ||
      message->has(Attribute::message_integrity_sha256)) {
    return std::nullopt;
  }

  SocketAddress seen{source.ip.unmapped(), source.port};
  std::size_t limit = request.size() * (seen.ip.is_v4() ? kMaxRatioV4 : kMaxRatioV6) / 10;
  auto unknown = message->unknown_required(kUnderstood);
  Writer writer = Writer::answer(*message, unknown.empty() ? Class::success : Class::error);
  if (unknown.empty()) {
    writer.xor_address(Attribute::xor_mapped_address, seen);
  } else {
    writer.error(420, "").unknown_attributes(unknown);
  }
  if (fingerprint && writer.size() + kFingerprintSize <= limit) writer.fingerprint();
  if (writer.size() > limit) return std::nullopt;
  return writer.take();
}

}  // namespace portico::codec::stun
