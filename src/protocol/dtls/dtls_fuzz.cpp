// A stranger's datagrams against a server that waits for its peer. Input: a sequence of (16-bit
// size, datagram). Without the peer's key nobody may get connected, and every answer must be a
// datagram of DTLS within the MTU.
#include <cstdlib>

#include "protocol/dtls/fake_context.h"
#include "protocol/dtls/fingerprint.h"
#include "protocol/dtls/openssl_context.h"

using namespace portico;
using namespace portico::protocol::dtls;

namespace {

void feed(const Factory& factory, Bytes input) {
  auto transport = factory.create(Role::server);
  if (!transport) std::abort();
  Transport& t = **transport;
  if (!t.set_remote_fingerprint("sha-256", fingerprint_text(ByteVector(32, 7)))) std::abort();
  Instant now{};
  ByteReader reader(input);
  while (reader.remaining() >= 2) {
    std::size_t size = reader.u16();
    t.receive(reader.bytes(std::min(size, reader.remaining())), now);
    now += 50ms;
    t.timeout(now);
    while (auto datagram = t.poll_transmit()) {
      if (!looks_like_dtls(*datagram) || datagram->size() > kMtu) std::abort();
    }
    if (t.state() == State::connected || t.srtp_keys() != nullptr || t.poll_received())
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::unique_ptr<Context> context = *Context::create_self_signed();
  FakeContext fake(1);
  feed(*context, {data, size});
  feed(fake, {data, size});
  // Text parser: what is accepted is printed as it was, in upper case.
  auto parsed = parse_fingerprint("sha-256", as_text({data, size}));
  if (parsed && fingerprint_text(parsed->digest).size() != size) std::abort();
  return 0;
}
