#pragma once
// One SCTP association of a WebRTC peer connection, with its data channels: bytes of DTLS records
// go in, bytes for DTLS records, events and the next deadline come out. No sockets, clocks or
// threads.
//
// How to drive it: after any call, drain poll_transmit() (each packet goes into one DTLS record)
// and poll_event(), then arm a timer at next_deadline() and call timeout() when it is reached.
// `now` never goes backwards.
//
// Both sides of a WebRTC call send INIT as soon as DTLS is up; the collision is resolved as RFC
// 9260 section 5.2 says. If nobody answers our INIT, we stop after some tries but stay ready for
// the peer's.
//
// Memory is bounded: Config::send_buffer, ::receive_buffer, ::max_message_size, ::max_channels;
// each small message or fragment is charged a fixed overhead. The peer's behaviour can't make it
// grow beyond those, and everything malformed is dropped.
//
// RFC 9260 (SCTP), 8261 (over DTLS), 8831 and 8832 (data channels), 3758 (partial reliability),
// 6525 (stream reset, which is how channels close), 7053 (immediate acknowledgement), 9653 (zero
// checksum).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace portico::protocol::sctp {

using ChannelId = std::uint16_t;  // the SCTP stream of both directions; 0..1023

// Who opens channels with which parity: the DTLS client even numbers, the DTLS server odd ones (RFC
// 8832 section 6).
enum class Role : std::uint8_t { client, server };

struct Config {
  Role role = Role::server;
  std::uint16_t local_port = 5000;
  std::uint16_t remote_port = 5000;
  // Largest packet we give out, in bytes; a multiple of four. 1200 bytes of UDP payload less the
  // largest DTLS 1.2 overhead.
  std::size_t max_packet_size = 1148;
  // Largest message that we accept (a longer one is discarded and its channel closed) and send.
  std::size_t max_message_size = 256 * 1024;
  // Bytes of messages, sent or not, that the peer has not acknowledged yet. send() fails beyond it.
  std::size_t send_buffer = 2 * 1024 * 1024;
  // The window that we advertise; counts fragments, messages waiting for their turn and undrained
  // events.
  std::size_t receive_buffer = 1024 * 1024;
  std::uint16_t max_channels = 256;
  // Offer and accept packets without CRC32c (RFC 9653, DTLS method), and send them if the peer
  // offers too.
  bool zero_checksum = false;
  Duration rto_initial = 500ms;
  Duration rto_min = 400ms;
  Duration rto_max = 10s;
  Duration heartbeat_interval = 30s;  // after the last packet from the peer; zero: never
  int max_init_tries = 10;
  int max_retransmissions = 10;  // consecutive time-outs after which the peer is considered gone
};

struct ChannelOptions {
  std::string protocol{};
  bool ordered = true;
  // At most one of both; none means reliable.
  std::optional<std::uint16_t> max_retransmits{};
  std::optional<Duration> max_lifetime{};  // milliseconds on the wire
  std::uint16_t priority = 256;            // announced only
};

namespace event {
struct Connected {};
// The association is gone: the peer shut down or aborted, or stopped answering. All channels are
// gone with it (one ChannelClosed each was queued before). A later INIT of the peer may bring it
// back (Connected again).
struct Closed {
  std::string reason;
};
// The peer opened a channel, or acknowledged ours.
struct ChannelOpen {
  ChannelId id = 0;
  std::string label;
  ChannelOptions options;
  bool incoming = false;  // the peer opened it
};
struct ChannelClosed {
  ChannelId id = 0;
};
struct Message {
  ChannelId id = 0;
  bool binary = false;
  ByteVector data;
};
// buffered(id) fell to or below the channel's threshold.
struct BufferedLow {
  ChannelId id = 0;
};
}  // namespace event
using Event = std::variant<event::Connected, event::Closed, event::ChannelOpen,
                           event::ChannelClosed, event::Message, event::BufferedLow>;

enum class State : std::uint8_t { closed, connecting, connected, shutting_down };

// For statistics and tests.
struct Stats {
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_dropped = 0;  // malformed, wrong tag, wrong port
  std::uint64_t chunks_retransmitted = 0;
  std::uint64_t messages_abandoned = 0;  // partial reliability, sender's side
  std::size_t cwnd = 0;
  std::size_t bytes_in_flight = 0;
  std::size_t peer_window = 0;
  std::size_t receive_buffered = 0;
  Duration rtt{0};
};

class Association {
 public:
  // `random` must outlive the association; strong randomness in production (tags, cookie key).
  Association(const Config& config, Random& random);
  ~Association();
  Association(Association&&) noexcept;
  Association& operator=(Association&&) noexcept;

  // Sends INIT. Without it the association is passive and waits for the peer's. No effect unless
  // closed.
  void start(Instant now);
  // Graceful end: what was sent is delivered first (RFC 9260 section 9.2), then Closed.
  void shutdown(Instant now);
  // Immediate end: ABORT to the peer, buffers dropped, Closed.
  void abort(std::string_view reason, Instant now);

  State state() const;

  // One decrypted DTLS application record. Malformed and stray packets are counted and dropped.
  void receive(Bytes packet, Instant now);
  // The next packet to send, at most Config::max_packet_size.
  std::optional<ByteVector> poll_transmit(Instant now);
  void timeout(Instant now);
  std::optional<Instant> next_deadline() const;
  std::optional<Event> poll_event();

  // Opens a channel in-band (DATA_CHANNEL_OPEN); allowed before the association is connected. The
  // channel may be sent on at once; ChannelOpen follows when the peer acknowledges. Errors: limit
  // (max_channels, label or protocol over 1024 bytes), invalid (both reliability limits), closed
  // (shutting down).
  Result<ChannelId> open_channel(std::string_view label, const ChannelOptions& options,
                                 Instant now);
  // A channel that both sides agreed on otherwise ("negotiated: true"): no OPEN is sent, it is open
  // at once (no event). Errors: as above, and conflict (id in use), invalid (id beyond 1023).
  Result<void> add_channel(ChannelId id, std::string_view label, const ChannelOptions& options);
  // Sends what is queued, then resets the stream; ChannelClosed follows when both directions are
  // reset. Unknown ids: no effect.
  void close_channel(ChannelId id);

  // Queues one message. Errors: not_found (no such open channel), limit (send buffer full, or
  // beyond max_message_size; nothing was queued).
  Result<void> send(ChannelId id, Bytes data, bool binary, Instant now);
  // Bytes queued on the channel that were not sent yet (as bufferedAmount in browsers).
  std::size_t buffered(ChannelId id) const;
  // Bytes of all channels that count against Config::send_buffer.
  std::size_t buffered_total() const;
  void set_buffered_low_threshold(ChannelId id, std::size_t bytes);

  Stats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::protocol::sctp
