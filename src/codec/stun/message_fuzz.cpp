// Invariants: parse(), looks_like_stun() and read_stream_frame() agree; what parses can be written
// again attribute by attribute, and the copy parses to the same values; answers to strangers stay
// within the size bound.

#include <cstdint>

#include "base/check.h"
#include "codec/stun/binding.h"
#include "codec/stun/message.h"
#include "codec/stun/stream.h"
#include "codec/stun/writer.h"

using namespace portico;
using namespace portico::codec::stun;

namespace {

void check_copy(const Message& message) {
  Writer writer(message.message_class(), message.method(), message.transaction_id());
  for (std::size_t i = 0; i < message.attribute_count(); ++i) {
    writer.attribute(message.attribute_type(i), message.attribute_value(i));
  }
  auto copy = parse(writer.view());
  PORTICO_CHECK(copy.has_value());
  PORTICO_CHECK(copy->is(message.message_class(), message.method()));
  PORTICO_CHECK(copy->transaction_id() == message.transaction_id());
  PORTICO_CHECK(copy->attribute_count() == message.attribute_count());
  PORTICO_CHECK(copy->username() == message.username());
  PORTICO_CHECK(copy->xor_mapped_address() == message.xor_mapped_address());
  PORTICO_CHECK(copy->priority() == message.priority());
  PORTICO_CHECK(copy->unknown_required({}) == message.unknown_required({}));
}

void check_addresses(const Message& message) {
  auto address = message.xor_mapped_address();
  if (!address) return;
  Writer writer(message.message_class(), message.method(), message.transaction_id());
  writer.xor_address(Attribute::xor_mapped_address, *address);
  PORTICO_CHECK(parse(writer.view())->xor_mapped_address() == address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  const SocketAddress source{IpAddress::v4(198, 51, 100, 1), 1000};
  if (auto answer = answer_binding(input, source)) {
    PORTICO_CHECK(answer->size() * 10 <= size * 16);
    PORTICO_CHECK(parse(*answer).has_value());
  }
  auto frame = read_stream_frame(input);
  auto message = parse(input);
  if (!message) return 0;
  // RFC 7983 leaves STUN the first bytes 0..3, which is every method in use.
  PORTICO_CHECK(looks_like_stun(input) == (input[0] <= 3));
  PORTICO_CHECK(input[0] > 3 || (frame.has_value() && frame->size == size));
  check_copy(*message);
  check_addresses(*message);
  (void)message->error_code();
  (void)message->verify_fingerprint();
  IntegrityKey key(as_bytes("VOkJxbRl1RmTxUk/WvJxBt"));
  (void)message->verify_integrity(key);
  (void)message->verify_integrity_sha256(key);
  return 0;
}
