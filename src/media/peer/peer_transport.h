#pragma once
// One peer connection on the wire: the onion ICE ( DTLS ( SCTP ) , SRTP ). Datagrams from the door
// go in, decrypted RTP, RTCP and data-channel messages come out through an Observer; what is to be
// sent goes into a PacketSink. Sans-IO: no socket, clock or log; the owner (a room on its worker)
// drives it:
//
//   receive(path, datagram, now)   for every datagram of this peer
//   timeout(now)                   when next_deadline() has come
//   flush(sink, now)               after any of these, and after open_channel, send_message,
//                                  close: control packets leave
//   next_deadline()                after flush: when to call timeout()
//
// RTP and RTCP don't wait for flush: send_rtp and send_rtcp seal straight into the sink's buffer
// for the selected path.
//
// Re-entry: the observer is called only inside receive(), timeout(), flow_closed() and
// set_remote(). In a callback it may call send_rtp, send_rtcp, open_channel, close_channel,
// send_message, add_remote_candidate, close and all const functions; it must not call receive,
// timeout, flow_closed, flush, set_remote or restart_ice and must not destroy the transport.
// close() inside a callback ends the deliveries.
//
// Bounds: those of the layers (dtls/transport.h, srtp/sender.h, srtp/receiver.h, ice/agent.h,
// sctp/association.h); PeerTransport itself queues nothing. Thread: the owner's only.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/packet_sink.h"
#include "base/path.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "protocol/dtls/transport.h"

namespace portico::media::peer {

// new_: no remote description yet. connecting: until ICE has a path and DTLS is connected.
// disconnected: the path went silent; may come back to connected. failed and closed are final,
// except that restart_ice revives a transport that failed for want of a path.
enum class PeerState : std::uint8_t { new_, connecting, connected, disconnected, failed, closed };

struct IceCredentials {
  std::string ufrag;  // 4..256 ice-chars
  std::string pwd;    // 22..256
};

struct PeerConfig {
  IceCredentials ice;
  bool ice_lite = true;  // answer checks only; false: also send our own (Firefox, load generator)
  bool ice_controlling = false;  // the side with true nominates; servers are controlled
  // Candidate lines as in SDP ("candidate:..." with or without "a="); needed by a full agent and
  // for its checks.
  std::vector<std::string> local_candidates;
  const protocol::dtls::Factory* dtls = nullptr;  // not owned; outlives the transport
  bool dtls_server = true;                        // a=setup:passive
  bool sctp = true;                               // accept and open data channels
  std::size_t max_message_size = 65'536;  // ours: larger incoming messages are an error of the peer
  std::size_t max_send_streams = 4096;    // outgoing SSRCs, see forget_ssrc()
};

struct ChannelOptions {
  std::string protocol;
  bool ordered = true;
  // At most one of the two; neither: reliable.
  std::optional<std::uint16_t> max_retransmits;
  std::optional<std::uint16_t> max_lifetime_ms;
};

// Ids are whatever the peer (or RFC 8832's parity rule) chose: never hard-code them.
struct ChannelInfo {
  std::uint16_t id = 0;
  std::string label;
  ChannelOptions options;
};

class Observer {
 public:
  virtual ~Observer() = default;
  // ICE has a path and DTLS is verified: media may flow. Called again when a path came back after
  // on_disconnected or on_failed.
  virtual void on_connected(Instant now) = 0;
  // No sign of life for a while; media may still be sent. Followed by on_connected or on_failed.
  virtual void on_disconnected(Instant now) = 0;
  // No path, a wrong fingerprint or a broken handshake. `reason` is a sentence for a log.
  virtual void on_failed(std::string_view reason, Instant now) = 0;
  // The peer said close_notify. Not called for our own close().
  virtual void on_closed(Instant now) = 0;

  // Decrypted, authentic and not a replay, but not parsed: check it. The bytes are valid (and
  // writable) during the call.
  virtual void on_rtp(MutableBytes packet, Instant now) = 0;
  // A compound packet.
  virtual void on_rtcp(Bytes packet, Instant now) = 0;

  // The peer opened a channel, or (for ours) open_channel was acknowledged.
  virtual void on_channel_open(const ChannelInfo& channel, Instant now) = 0;
  virtual void on_channel_closed(std::uint16_t id, Instant now) = 0;
  virtual void on_message(std::uint16_t id, bool binary, Bytes message, Instant now) = 0;
  // buffered(id) fell to or below its low-water mark after it was above.
  virtual void on_buffered_low(std::uint16_t /*id*/, Instant /*now*/) {}
};

// Counters since creation. Drops are normal on the internet; they belong into metrics, not into
// logs.
struct PeerStats {
  std::uint64_t rtp_received = 0;
  std::uint64_t rtcp_received = 0;
  std::uint64_t unauthenticated = 0;  // SRTP and SRTCP that failed the tag
  std::uint64_t replayed = 0;
  std::uint64_t early_or_unknown = 0;  // before keys were there, or no protocol's first byte
  std::uint64_t rtp_sent = 0;
  std::uint64_t rtcp_sent = 0;
  std::uint64_t bytes_received = 0;  // datagram payload, all protocols
  std::uint64_t bytes_sent = 0;
  std::uint64_t sink_drops = 0;  // the sink had no room
};

class PeerTransport {
 public:
  // `observer` and `random` are not owned and outlive the transport. Errors: invalid (credentials,
  // candidate), internal (DTLS).
  static Result<std::unique_ptr<PeerTransport>> create(const PeerConfig& config, Observer& observer,
                                                       Random& random);
  ~PeerTransport();
  PeerTransport(const PeerTransport&) = delete;
  PeerTransport& operator=(const PeerTransport&) = delete;

  // The peer's SDP: its ICE credentials and fingerprint ("sha-256", "AA:..."). Again with other
  // credentials: an ICE restart answered by the peer. Errors: those of
  // dtls::Transport::set_remote_fingerprint (conflict: a connected peer can't change its
  // certificate).
  Result<void> set_remote(std::string_view ufrag, std::string_view pwd,
                          std::string_view fingerprint_hash, std::string_view fingerprint,
                          Instant now);
  // One a=candidate line, with or without "a=". mDNS names (.local) and other things we can't use
  // are taken and ignored. Errors: invalid, limit.
  Result<void> add_remote_candidate(std::string_view line);
  // New local credentials; the old path carries media until a new one is nominated. set_remote()
  // follows with the peer's new ones.
  Result<void> restart_ice(const IceCredentials& local, Instant now);

  // A TCP connection (Path::flow) is gone. ICE may fall back to another path.
  void flow_closed(std::uint64_t flow, Instant now);

  // RFC 7983 by the first byte: STUN, DTLS, SRTP/SRTCP (RFC 5761: payload types 64..95 are RTCP).
  // SRTP is opened in place. DTLS counts only from paths that ICE has validated; SRTP authenticates
  // itself.
  void receive(const Path& path, MutableBytes datagram, Instant now);
  void timeout(Instant now);
  // Call after flush(). Never in the past unless timeout() is due. nullopt: nothing to wait for.
  std::optional<Instant> next_deadline() const;
  // Drains control packets of SCTP, DTLS and ICE.
  void flush(PacketSink& sink, Instant now);

  // Seals header + payload into the sink for the selected path. `payload` must not overlap the
  // sink's memory. Errors: conflict (not connected yet), limit (the sink is full: dropped), and
  // those of srtp::Sender::seal_rtp.
  Result<void> send_rtp(PacketSink& sink, Bytes header, Bytes payload);
  // The same for a payload in two parts, such as a rewritten VP8 descriptor and the rest: one more
  // copy, same bytes on the wire.
  Result<void> send_rtp(PacketSink& sink, Bytes header, Bytes first, Bytes rest);
  Result<void> send_rtcp(PacketSink& sink, Bytes compound);
  // An outgoing stream ended and its SSRC will never be used again on this transport.
  void forget_ssrc(Ssrc ssrc);

  // Data channels. open_channel works before connected; the id is known at once if our DTLS role is
  // fixed (RFC 8832 section 6). Errors: conflict (sctp off, closed), limit (no free stream).
  Result<std::uint16_t> open_channel(std::string_view label, const ChannelOptions& options,
                                     Instant now);
  Result<void> close_channel(std::uint16_t id);
  // Errors: not_found (no such channel), limit (message too large for the peer, or the channel's
  // send buffer is full), conflict.
  Result<void> send_message(std::uint16_t id, Bytes message, bool binary, Instant now);
  // Bytes taken by send_message and not yet acknowledged or abandoned.
  std::size_t buffered(std::uint16_t id) const;
  // When on_buffered_low is due; 0 at first.
  void set_buffered_low_threshold(std::uint16_t id, std::size_t bytes);

  // Says goodbye (DTLS close_notify; flush() once more to send it). State: closed.
  void close(Instant now);

  PeerState state() const;
  // Where media goes; empty until ICE selected a path.
  const std::optional<Path>& selected() const;
  const PeerStats& stats() const;
  // For the door's routing: may packets of this path come here without a look at their USERNAME?
  bool validated(const Path& path) const;
  const std::string& local_ufrag() const;
  // After restart_ice, for some seconds: the ufrag before, still answered to.
  std::optional<std::string_view> retired_ufrag() const;
  // Last round trip by ICE; full agents only.
  std::optional<Duration> rtt() const;
  // What send_rtp adds to a packet; 0 before connected.
  std::size_t rtp_overhead() const;

 private:
  class Impl;
  explicit PeerTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portico::media::peer
