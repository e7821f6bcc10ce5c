// What one ICE check costs: parse, verify, answer.

#include <benchmark/benchmark.h>

#include "codec/stun/message.h"
#include "codec/stun/vectors_for_tests.h"
#include "codec/stun/writer.h"

namespace portico::codec::stun {
namespace {

void parse_only(benchmark::State& state) {
  ByteVector bytes = vectors::from_hex(vectors::kRequest);
  for (auto _ : state) benchmark::DoNotOptimize(parse(bytes));
}
BENCHMARK(parse_only);

void verify_with_ready_key(benchmark::State& state) {
  ByteVector bytes = vectors::from_hex(vectors::kRequest);
  auto message = parse(bytes);
  IntegrityKey key(as_bytes(vectors::kPassword));
  for (auto _ : state) benchmark::DoNotOptimize(message->verify_integrity(key));
}
BENCHMARK(verify_with_ready_key);

void verify_with_raw_password(benchmark::State& state) {
  ByteVector bytes = vectors::from_hex(vectors::kRequest);
  auto message = parse(bytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(message->verify_integrity(as_bytes(vectors::kPassword)));
  }
}
BENCHMARK(verify_with_raw_password);

void answer_check(benchmark::State& state) {
  ByteVector bytes = vectors::from_hex(vectors::kRequest);
  auto message = parse(bytes);
  IntegrityKey key(as_bytes(vectors::kPassword));
  auto source = *SocketAddress::parse("192.0.2.1:3000");
  for (auto _ : state) {
    benchmark::DoNotOptimize(Writer::answer(*message, Class::success)
                                 .xor_address(Attribute::xor_mapped_address, source)
                                 .integrity(key)
                                 .fingerprint()
                                 .take());
  }
}
BENCHMARK(answer_check);

}  // namespace
}  // namespace portico::codec::stun
