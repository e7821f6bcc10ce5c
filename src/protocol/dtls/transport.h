#pragma once
// DTLS 1.2 (RFC 6347) as WebRTC uses it: over ICE, both sides show self-signed certificates whose
// fingerprints were exchanged in SDP (RFC 8122, 8827), SRTP keys come out of the handshake (RFC
// 5764), SCTP packets travel as application data (RFC 8261).
//
// Sans-IO: datagrams and `now` go in, datagrams and the next deadline come out. Transport is an
// interface with two makers: openssl_context.h (the real one) and fake_context.h (deterministic,
// for virtual time). One thread; no locks.
//
// State: new_ -> connecting -> connected -> closed, or failed from anywhere. `connected` means: the
// handshake is complete AND the peer's certificate has the fingerprint given to
// set_remote_fingerprint(). Until then no plaintext and no keys are handed up. A handshake that
// completes before the fingerprint is known waits in `connecting`.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "protocol/srtp/profile.h"

namespace portico::protocol::dtls {

// The biggest datagram a handshake makes; application data may be bigger, see kMaxPlaintext.
constexpr std::size_t kMtu = 1200;
// The biggest application datagram send() takes. With kMaxRecordOverhead it stays below 1280 - 48
// bytes of IPv6 and UDP.
constexpr std::size_t kMaxPlaintext = 1200;
// Record header, explicit nonce and tag (13 + 8 + 16) for AEAD suites; CBC suites need up to 13 +
// 16 + 20 + 16.
constexpr std::size_t kMaxRecordOverhead = 65;
// Datagrams waiting in poll_transmit(); beyond that send() fails with `limit` and handshake
// datagrams are dropped (and sent again).
constexpr std::size_t kMaxQueuedTransmits = 128;
// Application datagrams waiting in poll_received(); beyond that the newest are dropped, as the
// network might.
constexpr std::size_t kMaxQueuedReceived = 256;
// Retransmission: 100 ms, doubling to 2 s (RFC 6347 4.2.4.1 allows values below 1 s when the round
// trip is known to be short); the handshake fails when the twelfth time-out in a row brings
// nothing.
constexpr Duration kFirstRetransmit = 100ms;
constexpr Duration kLastRetransmit = 2s;

enum class Role : std::uint8_t { server, client };
enum class State : std::uint8_t { new_, connecting, connected, closed, failed };

// What the "EXTRACTOR-dtls_srtp" exporter yields. Client keys protect what the DTLS client sends.
struct SrtpKeys {
  srtp::Profile profile = srtp::Profile::aead_aes_128_gcm;
  srtp::KeyMaterial client;
  srtp::KeyMaterial server;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // What the peer's SDP says: hash name "sha-256", "sha-384" or "sha-512" (any case), value
  // "AA:BB:..." (any case). May be called before, during or after the handshake, and again with the
  // same value. A certificate that doesn't match fails the transport. Errors: unsupported (hash),
  // invalid (value), conflict (connected with another fingerprint; the state stays).
  virtual Result<void> set_remote_fingerprint(std::string_view hash, std::string_view value) = 0;

  // Client: sends the first flight. Server: nothing but new_ -> connecting. Idempotent.
  virtual void start(Instant now) = 0;

  // One datagram, with one or more records. Garbage is ignored, as RFC 6347 4.1.2.7 wants it.
  virtual void receive(Bytes datagram, Instant now) = 0;
  virtual std::optional<ByteVector> poll_transmit() = 0;
  virtual void timeout(Instant now) = 0;
  virtual std::optional<Instant> next_deadline() const = 0;

  virtual State state() const = 0;
  // Why the state is `failed`: a sentence for a log; empty otherwise.
  virtual const std::string& failure() const = 0;
  // SHA-256 of the peer's certificate, "AA:BB:..."; empty until the handshake is complete.
  virtual std::string remote_fingerprint() const = 0;
  // Null until connected. The pointer is valid as long as the transport.
  virtual const SrtpKeys* srtp_keys() const = 0;

  // One application datagram, 1 to kMaxPlaintext bytes. Errors: conflict (not connected), limit
  // (too big, or the queue is full).
  virtual Result<void> send(Bytes plaintext, Instant now) = 0;
  virtual std::optional<ByteVector> poll_received() = 0;

  // Sends close_notify (if connected) and ends in `closed`; what is queued may still be polled.
  virtual void close() = 0;
};

// Makes transports for one certificate. Thread: create() may be called from several threads at
// once.
class Factory {
 public:
  virtual ~Factory() = default;
  // The factory must outlive its transports. Errors: internal.
  virtual Result<std::unique_ptr<Transport>> create(Role role) const = 0;
  // SHA-256 of our certificate, "AA:BB:...", for a=fingerprint:sha-256.
  virtual const std::string& fingerprint() const = 0;
};

// RFC 7983: first byte 20..63.
constexpr bool looks_like_dtls(Bytes datagram) {
  return datagram.size() >= 13 && datagram[0] >= 20 && datagram[0] <= 63;
}

}  // namespace portico::protocol::dtls
