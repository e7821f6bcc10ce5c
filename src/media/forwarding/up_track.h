#pragma once
// One published stream: one SSRC, that is one audio track or one simulcast layer of a video track.
// It keeps the last packets decrypted (video 1024, audio 256), asks the publisher for what is
// missing, measures, and reports. Sans-I/O, one thread.
//
//   UpTrack up({.ssrc = ssrc, .video = true, .payloads = payloads}, pool);
//   if (StoredPacket* packet = up.receive(rtp_view, now)) {
//     for (DownTrack* down : subscribers) down->forward(*packet, up.layer(), now, out);
//   }
//   up.write_feedback(ours, rtcp_writer, now);  // due NACK and PLI; after receive(),
//   next_deadline() blocks.push_back(up.report_block(now));     // once a second, into an RR
//
// DownTracks point to UpTracks: take the pointers back (DownTrack::set_source(layer, nullptr))
// before destroying one.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/rtcp/packet.h"
#include "codec/rtcp/writer.h"
#include "codec/rtp/packet.h"
#include "media/forwarding/cell_pool.h"
#include "media/forwarding/nack_tracker.h"
#include "media/forwarding/packet_ring.h"
#include "media/forwarding/reception.h"
#include "media/forwarding/stored_packet.h"
#include "media/forwarding/stream_tracker.h"
#include "media/pacing/rate_meter.h"

namespace portico::media::forwarding {

// How the publisher's RTP clock and NTP clock belong together, from its last sender report.
struct SenderClock {
  codec::rtcp::NtpTime ntp;
  std::uint32_t rtp_timestamp = 0;
  Instant arrival;
};

class UpTrack {
 public:
  struct Payload {
    PayloadType payload_type;
    codec::rtp::Codec codec = codec::rtp::Codec::unknown;
    std::uint32_t clock_rate = 0;
    std::optional<PayloadType> rtx_payload_type;
  };
  struct Config {
    Ssrc ssrc;
    std::optional<Ssrc> rtx_ssrc;
    bool video = false;
    bool screen_share = false;
    std::uint8_t layer = 0;  // simulcast layer, 0 lowest
    bool nack = true;        // negotiated
    std::vector<Payload> payloads;
    ExtensionIds extensions;
  };
  struct Statistics {
    std::uint64_t packets = 0;    // accepted, without retransmissions
    std::uint64_t bytes = 0;      // of payload
    std::uint64_t recovered = 0;  // holes filled by RTX
    std::uint64_t duplicates = 0;
    std::uint64_t late = 0;     // older than the ring
    std::uint64_t refused = 0;  // unknown payload type, too big, malformed: kept as empty packets,
                                // so that their numbers close up
    std::uint64_t no_memory = 0;  // the pool was at its bound
    std::uint64_t nacks = 0;      // sequence numbers asked for
    std::uint64_t key_frames = 0;
    std::uint64_t key_frame_requests = 0;  // PLIs sent
  };

  UpTrack(Config config, CellPool& pool);

  Ssrc ssrc() const { return config_.ssrc; }
  std::uint8_t layer() const { return config_.layer; }
  bool video() const { return config_.video; }
  std::uint32_t clock_rate() const { return clock_rate_; }
  const Config& config() const { return config_; }
  // A repaired-rid or FID group may teach the RTX SSRC late.
  void set_rtx_ssrc(Ssrc ssrc) { config_.rtx_ssrc = ssrc; }

  // Takes a packet of this SSRC. The result is to be offered to every DownTrack, also when it is
  // padding only or older than others; it stays valid until ring-size newer packets came. nullptr:
  // nothing to forward (duplicate, too late, not understood: see statistics()).
  StoredPacket* receive(const codec::rtp::Packet& packet, Instant now);
  // The same for a packet of the RTX SSRC (RFC 4588 section 4): payload = original sequence number,
  // original payload.
  StoredPacket* receive_rtx(const codec::rtp::Packet& packet, Instant now);

  // nullptr: never arrived, or overwritten.
  StoredPacket* find(std::int64_t sequence) { return ring_.find(sequence); }
  std::int64_t highest_sequence() const { return ring_.highest(); }

  // Reports. `downstream_loss` (0..1, the worst subscriber's) raises the fraction we report for
  // audio so that Opus FEC reacts.
  codec::rtcp::ReportBlock report_block(Instant now, double downstream_loss = 0);
  void on_sender_report(const codec::rtcp::SenderReport& report, Instant now);
  const std::optional<SenderClock>& sender_clock() const { return sender_clock_; }
  // The publisher's round trip (XR DLRR or STUN); 70 ms until known.
  void set_round_trip(Duration rtt) { nacks_.set_round_trip(rtt); }
  double fraction_lost() const { return reception_.last_fraction(); }
  Duration jitter() const;

  // Wants a key frame. Sent by write_feedback() as PLI, at most one per 500 ms (layer 0) or 1 s; a
  // key frame that arrives meanwhile settles it.
  void request_key_frame(Instant now);
  // Appends the NACK and the PLI that are due. What doesn't fit the writer stays due.
  void write_feedback(Ssrc sender, codec::rtcp::Writer& writer, Instant now);
  // When write_feedback() or poll_activity() has something to do.
  std::optional<Instant> next_deadline() const;

  // Layer alive? The first packet starts it, a cycle with too few packets stops it. poll_activity()
  // is true when active() changed.
  bool active() const { return tracker_.active(); }
  bool poll_activity(Instant now) { return tracker_.poll(now); }

  Bitrate bitrate(Instant now) const { return bytes_meter_.bitrate(now); }
  double packet_rate(Instant now) const { return bytes_meter_.packet_rate(now); }
  double frame_rate(Instant now) const { return frame_meter_.packet_rate(now); }
  std::optional<Instant> last_key_frame() const { return last_key_frame_; }
  const Statistics& statistics() const { return statistics_; }

 private:
  const Payload* payload_of(PayloadType type) const;
  const Payload* payload_of_rtx(PayloadType type) const;
  StoredPacket* store(const codec::rtp::Packet& packet, std::uint16_t sequence, Bytes payload,
                      const Payload* mapping, bool recovered, Instant now);
  Duration key_frame_interval() const {
    return config_.layer == 0 ? Duration(500ms) : Duration(1s);
  }
  void fill(StoredPacket& stored, const codec::rtp::Packet& packet, Bytes payload,
            const Payload* mapping);
  void count(const StoredPacket& stored, Instant now);

  Config config_;
  std::uint32_t clock_rate_;
  PacketRing ring_;
  NackTracker nacks_;
  Reception reception_;
  StreamTracker tracker_;
  pacing::RateMeter bytes_meter_;
  pacing::RateMeter frame_meter_;
  std::optional<SenderClock> sender_clock_;
  std::optional<std::uint32_t> last_frame_timestamp_;
  std::optional<Instant> last_key_frame_;
  std::optional<Instant> last_pli_;
  std::optional<Instant> pli_wanted_;  // since when
  std::optional<std::uint32_t> last_key_timestamp_;
  Statistics statistics_;
};

}  // namespace portico::media::forwarding
