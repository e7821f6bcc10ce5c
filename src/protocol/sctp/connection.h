#pragma once
// One SCTP association below the data channels: handshake, reliable and partially reliable transfer
// of messages on streams, stream reset, heartbeats, shutdown. `Association` puts the channels on
// top and is the only user.
//
// Phases and their chunks (RFC 9260 section 4):
//
//   closed --INIT--> cookie_wait --INIT ACK/COOKIE ECHO--> cookie_echoed --COOKIE ACK-->
//   established closed, cookie_wait or cookie_echoed --COOKIE ECHO/COOKIE ACK--> established
//   established --> shutdown_pending --> shutdown_sent --> closed            (we end it)
//   established --> shutdown_received --> shutdown_ack_sent --> closed      (the peer does)

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"
#include "codec/sctp/chunks.h"
#include "codec/sctp/packet.h"
#include "protocol/sctp/association.h"
#include "protocol/sctp/congestion.h"
#include "protocol/sctp/cookie.h"
#include "protocol/sctp/in_flight.h"
#include "protocol/sctp/reassembly.h"
#include "protocol/sctp/received_tsns.h"
#include "protocol/sctp/rto.h"
#include "protocol/sctp/send_queue.h"
#include "protocol/sctp/stream_reset.h"

namespace portico::protocol::sctp {

// Streams that we announce in each direction; WebRTC implementations use ids below 1024.
inline constexpr std::uint16_t kStreams = 1024;

// Told during receive(), timeout(), shutdown() and abort(). May call send(), reset_stream() and
// discard_stream(), nothing else.
class ConnectionListener {
 public:
  virtual ~ConnectionListener() = default;
  virtual void on_connected() = 0;
  // All messages and streams are gone. Connected may follow.
  virtual void on_closed(std::string_view reason) = 0;
  // The peer lost its state and began again: as on_closed and on_connected in one.
  virtual void on_restarted() = 0;
  virtual void on_message(IncomingMessage&& message) = 0;
  // The peer reset its direction of these streams, or of all.
  virtual void on_incoming_reset(std::span<const std::uint16_t> streams, bool all) = 0;
  // Our direction of these streams was reset, as asked with reset_stream().
  virtual void on_outgoing_reset(std::span<const std::uint16_t> streams) = 0;
  // The peer would like us to reset these.
  virtual void on_reset_asked(std::span<const std::uint16_t> streams) = 0;
  // Bytes that were handed over and still count against the receive window.
  virtual std::size_t undelivered() const = 0;
};

class Connection {
 public:
  Connection(const Config& config, Random& random, ConnectionListener& listener);

  void start(Instant now);
  void shutdown(Instant now);
  void abort(std::string_view reason);
  void receive(Bytes packet, Instant now);
  std::optional<ByteVector> poll_transmit(Instant now);
  void timeout(Instant now);
  std::optional<Instant> next_deadline() const;
  State state() const;

  // False if the send buffer is full. `beyond_limit` is for the few small messages that must not
  // fail.
  bool send(MessagePtr message, bool beyond_limit = false);
  std::size_t charge() const { return charge_; }
  const SendQueue& queue() const { return queue_; }
  // Resets our direction when all messages of the stream were sent. False if that can't be done
  // (peer without RE-CONFIG, or not connected): the stream is simply not used any more then.
  bool reset_stream(std::uint16_t stream);
  // Drops messages of the stream that were not begun.
  void discard_stream(std::uint16_t stream);
  // The undelivered bytes became fewer: tell the peer if its view of our window is much too small.
  void window_opened();
  Stats stats() const;

 private:
  enum class Phase : std::uint8_t {
    closed,
    cookie_wait,
    cookie_echoed,
    established,
    shutdown_pending,
    shutdown_sent,
    shutdown_received,
    shutdown_ack_sent,
  };

  // Exists from the moment both sides' parameters are known.
  struct Transfer {
    Transfer(const Config& config, const PeerInfo& info, std::uint32_t local_initial_tsn,
             std::size_t mtu);
    PeerInfo peer;
    ReceivedTsns received;
    Reassembly reassembly;
    InFlight in_flight;
    Congestion congestion;
    StreamReset reset;
    Rto rto;
    std::size_t peer_window;
    std::size_t advertised_window;
    RetryTimer t3;
    bool fast_retransmit = false;  // one packet may exceed the congestion window
    bool forward_due = false;
    std::uint32_t last_forward = 0;
    std::optional<Instant> last_forward_time;
  };

  // connection.cpp
  bool admit(const codec::sctp::Packet& packet, const codec::sctp::Chunk& first);
  bool handle(const codec::sctp::Packet& packet, const codec::sctp::Chunk& chunk, Instant now);
  bool handle_error(const codec::sctp::Chunk& chunk, Instant now);
  bool handle_unknown(const codec::sctp::Chunk& chunk);
  void handle_heartbeat_ack(const codec::sctp::Chunk& chunk, Instant now);
  void handle_reconfig(const codec::sctp::Chunk& chunk);
  void handle_shutdown(const codec::sctp::Chunk& chunk, Instant now);
  void handle_shutdown_ack();
  void advance_shutdown(Instant now);
  void close(std::string_view reason);
  bool count_error();  // true: too many, closed

  // connection_handshake.cpp
  codec::sctp::InitChunk describe_self(std::uint32_t tag, std::uint32_t initial_tsn) const;
  PeerInfo describe_peer(const codec::sctp::InitChunk& init) const;
  void choose_identity();
  void handle_init(const codec::sctp::Chunk& chunk, Instant now);
  void handle_init_ack(const codec::sctp::Chunk& chunk, Instant now);
  bool handle_cookie_echo(const codec::sctp::Packet& packet, const codec::sctp::Chunk& chunk,
                          Instant now);
  void adopt(const Cookie& cookie);
  void establish(Instant now);
  void handshake_timeout(Instant now);

  // connection_data.cpp
  void handle_data(const codec::sctp::Chunk& chunk);
  void handle_sack(const codec::sctp::Chunk& chunk, Instant now);
  void handle_forward_tsn(const codec::sctp::Chunk& chunk);
  void acknowledged(const codec::sctp::SackChunk& sack, Instant now);
  void deliver();
  std::size_t window() const;
  void retransmission_timeout(Instant now);
  void account();
  void settle(Instant now);

  // connection_transmit.cpp
  void write_handshake(codec::sctp::PacketWriter& out, Instant now);
  void write_control(codec::sctp::PacketWriter& out, Instant now);
  void write_sack(codec::sctp::PacketWriter& out);
  void write_reconfig(codec::sctp::PacketWriter& out, Instant now);
  void write_forward(codec::sctp::PacketWriter& out, Instant now);
  void write_data(codec::sctp::PacketWriter& out, Instant now);
  bool write_lost(codec::sctp::PacketWriter& out, Instant now);
  bool write_new(codec::sctp::PacketWriter& out, Instant now);
  bool may_send_data() const;
  bool data_waiting() const;
  codec::sctp::CommonHeader header(std::uint32_t tag) const;
  void push_packet(ByteVector packet);

  Config config_;
  Random& random_;
  ConnectionListener& listener_;
  CookieJar jar_;
  Phase phase_ = Phase::closed;
  std::uint32_t local_tag_ = 0;
  std::uint32_t local_initial_tsn_ = 0;
  std::unique_ptr<Transfer> transfer_;
  SendQueue queue_;
  std::size_t charge_ = 0;  // messages in queue_ and in flight

  // Single packets for which no association is needed (INIT ACK, ABORT, SHUTDOWN COMPLETE); at most
  // kMaxSinglePackets.
  static constexpr std::size_t kMaxSinglePackets = 4;
  std::deque<ByteVector> single_packets_;
  // What the next packet should carry.
  bool send_init_ = false;
  bool send_cookie_echo_ = false;
  bool send_cookie_ack_ = false;
  bool send_heartbeat_ = false;
  bool send_shutdown_ = false;
  bool send_shutdown_ack_ = false;
  ByteVector peer_cookie_;
  static constexpr std::size_t kMaxHeartbeatAcks = 4;
  std::deque<ByteVector> heartbeat_acks_;
  ByteVector error_;  // one error cause, whole

  RetryTimer t1_;  // INIT or COOKIE ECHO
  RetryTimer t2_;  // SHUTDOWN or SHUTDOWN ACK
  std::optional<Instant> heartbeat_at_;
  std::optional<std::uint64_t> heartbeat_nonce_;  // not answered yet
  Instant heartbeat_sent_{};
  int errors_ = 0;  // time-outs since the peer was last heard acknowledging
  Stats stats_;
};

}  // namespace portico::protocol::sctp
