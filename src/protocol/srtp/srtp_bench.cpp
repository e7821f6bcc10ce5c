// ns per packet over 64 keys in turn, as a fan-out to 64 subscribers has it. Arguments: payload
// size.
#include <benchmark/benchmark.h>

#include <vector>

#include "protocol/srtp/receiver.h"
#include "protocol/srtp/sender.h"
#include "protocol/srtp/test_support.h"

namespace portico::protocol::srtp {
namespace {

constexpr std::size_t kKeys = 64;

void seal(benchmark::State& state, Profile profile, Backend backend) {
  if (!backend_available(backend)) {
    state.SkipWithError("backend not available");
    return;
  }
  std::vector<Sender> senders;
  for (std::uint8_t i = 0; i < kKeys; ++i) {
    senders.push_back(*Sender::create(profile, test_keys(profile, i), {.backend = backend}));
  }
  ByteVector header = rtp_header(0, 5, true),
             payload = pattern(static_cast<std::size_t>(state.range(0)));
  ByteVector out(header.size() + payload.size() + kMaxOverhead);
  std::size_t n = 0;
  for (auto _ : state) {
    store16(&header[2], static_cast<std::uint16_t>(n / kKeys));
    benchmark::DoNotOptimize(senders[n % kKeys].seal_rtp(header, payload, out));
    ++n;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
}

void open(benchmark::State& state, Profile profile, Backend backend) {
  if (!backend_available(backend)) {
    state.SkipWithError("backend not available");
    return;
  }
  Sender sender = *Sender::create(profile, test_keys(profile), {.backend = backend});
  Receiver receiver = *Receiver::create(profile, test_keys(profile), {.backend = backend});
  ByteVector header = rtp_header(0, 5, true),
             payload = pattern(static_cast<std::size_t>(state.range(0)));
  constexpr std::size_t kBatch = 4096;
  std::vector<ByteVector> packets(kBatch);
  std::uint16_t sequence = 0;
  std::size_t next = kBatch;
  for (auto _ : state) {
    if (next == kBatch) {
      state.PauseTiming();
      for (auto& packet : packets) {
        packet.resize(header.size() + payload.size() + kMaxOverhead);
        store16(&header[2], sequence++);
        packet.resize(*sender.seal_rtp(header, payload, packet));
      }
      next = 0;
      state.ResumeTiming();
    }
    benchmark::DoNotOptimize(receiver.open_rtp(packets[next++]));
  }
}

#define PORTICO_SRTP_BENCH(name, profile, backend)                                        \
  BENCHMARK_CAPTURE(seal, name, Profile::profile, Backend::backend)->Arg(160)->Arg(1200); \
  BENCHMARK_CAPTURE(open, name, Profile::profile, Backend::backend)->Arg(160)->Arg(1200)

PORTICO_SRTP_BENCH(gcm128_ipsec_mb, aead_aes_128_gcm, ipsec_mb);
PORTICO_SRTP_BENCH(gcm128_openssl, aead_aes_128_gcm, openssl);
PORTICO_SRTP_BENCH(gcm256_ipsec_mb, aead_aes_256_gcm, ipsec_mb);
PORTICO_SRTP_BENCH(gcm256_openssl, aead_aes_256_gcm, openssl);
PORTICO_SRTP_BENCH(cm_sha1_openssl, aes128_cm_sha1_80, openssl);

}  // namespace
}  // namespace portico::protocol::srtp
