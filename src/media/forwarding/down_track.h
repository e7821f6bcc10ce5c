#pragma once
// One subscription: takes packets of whichever layer suits the subscriber and makes one seamless
// stream of them, with constant SSRC and continuous sequence numbers, timestamps and VP8 picture
// ids over layer switches, dropped packets, mute and resume. Keeps a history to answer NACKs over
// RTX straight from the UpTrack's ring. Sans-I/O, one thread, nothing allocated per packet.
//
//   DownTrack down({.ssrc = ours, .rtx_ssrc = ours_rtx, .video = true, .clock_rate = 90000,
//                   .payloads = {{Codec::vp8, PayloadType(96), PayloadType(97)}}}, random);
//   down.set_source(0, &low);
//   down.set_source(1, &high);
//   down.set_target(1, now);                 // from media/selector; nullopt pauses
//   down.forward(*packet, layer, now, out);  // every packet of every layer; decides itself
//   down.on_nack(nack.lost, now, out);       // RTCP of the subscriber
//   down.on_key_frame_request(now);          // PLI, FIR
//   down.on_report(block, now);
//   down.timeout(now);                       // at next_deadline(): key frames for pending switches
//   if (down.sender_report_due(now)) down.write_sender_report(writer, now);
//
// A DownTrack's SSRC must not have been another's before on the same transport: numbers start at
// random, and SRTP must never see one packet index twice.
//
// Key frames are asked for at the UpTrack (request_key_frame), whose write_feedback() sends the
// PLI.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "codec/rtcp/packet.h"
#include "codec/rtcp/writer.h"
#include "codec/rtp/codec.h"
#include "media/forwarding/history.h"
#include "media/forwarding/sequence_map.h"
#include "media/forwarding/stored_packet.h"
#include "media/forwarding/up_track.h"
#include "media/pacing/pacer.h"
#include "media/pacing/rate_meter.h"

namespace portico::media::forwarding {

using pacing::RtpOut;

inline constexpr std::uint8_t kMaxLayers = 4;

class DownTrack {
 public:
  struct Payload {
    codec::rtp::Codec codec = codec::rtp::Codec::unknown;
    PayloadType payload_type;
    std::optional<PayloadType> rtx_payload_type;
  };
  struct Config {
    Ssrc ssrc;
    std::optional<Ssrc> rtx_ssrc;  // without it NACKs are answered with exact duplicates, and
                                   // abs-send-time is left out so that they are exact
    bool video = false;
    std::uint32_t clock_rate = 90000;
    std::vector<Payload> payloads;  // what the subscriber accepts; a published RED whose subscriber
                                    // has none is unpacked to its primary
    ExtensionIds extensions;
  };
  struct Statistics {
    std::uint64_t packets = 0;  // media, without retransmissions
    std::uint64_t bytes = 0;    // of payload
    std::uint64_t dropped = 0;  // temporal layers, padding, payloads that the subscriber can't take
    std::uint64_t retransmitted = 0;
    std::uint64_t nacks = 0;  // sequence numbers asked for
    std::uint64_t nacks_unanswered = 0;
    std::uint64_t key_frame_requests = 0;
    std::uint64_t switches = 0;
    double fraction_lost = 0;  // of the last report, 0..1
    std::int64_t cumulative_lost = 0;
    Duration jitter{0};
    std::optional<Duration> round_trip;
    std::optional<Instant> last_report;
  };

  DownTrack(Config config, Random& random);

  Ssrc ssrc() const { return config_.ssrc; }
  std::optional<Ssrc> rtx_ssrc() const { return config_.rtx_ssrc; }
  bool video() const { return config_.video; }
  // A later negotiation may change payload types or extension ids.
  void set_payloads(std::vector<Payload> payloads, ExtensionIds extensions);

  // `source` is borrowed; nullptr takes the layer away (its history can't be answered any more).
  void set_source(std::uint8_t layer, UpTrack* source);
  // The layer to aim at, and the highest temporal layer (VP8) of it. The switch happens at that
  // layer's next key frame; from a standing start any lower layer's key frame is taken first.
  // nullopt: nothing flows. Audio has layer 0 and needs no key frame.
  void set_target(std::optional<std::uint8_t> layer, Instant now, std::uint8_t max_temporal = 3);
  std::optional<std::uint8_t> target() const { return target_; }
  std::optional<std::uint8_t> current() const { return current_; }

  void forward(StoredPacket& packet, std::uint8_t layer, Instant now, RtpOut& out);

  void on_nack(std::span<const std::uint16_t> lost, Instant now, RtpOut& out);
  void on_key_frame_request(Instant now);
  void on_report(const codec::rtcp::ReportBlock& block, Instant now);

  // Every 3 s once packets flow and the publisher's clock is known.
  bool sender_report_due(Instant now) const;
  // False: nothing to report yet, or no room in the writer.
  bool write_sender_report(codec::rtcp::Writer& writer, Instant now);

  void timeout(Instant now);
  std::optional<Instant> next_deadline() const;

  const Statistics& statistics() const { return statistics_; }
  Bitrate bitrate(Instant now) const { return meter_.bitrate(now); }

 private:
  struct Outgoing {  // one packet's header and rewritten values
    Ssrc ssrc;
    PayloadType payload_type;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint16_t picture = 0;
    std::uint16_t frame_number = 0;
    std::uint8_t tl0 = 0;
    std::uint8_t key_idx = 0;
    std::optional<std::uint16_t> original_sequence;  // RTX
  };

  bool closer_to_target(std::uint8_t layer) const;
  void start_run(const StoredPacket& packet, std::uint8_t layer, Instant now);
  void catch_up(std::uint8_t layer, std::int64_t after, Instant now, RtpOut& out);
  std::uint32_t switch_timestamp(const StoredPacket& packet, std::uint8_t layer, Instant now) const;
  std::optional<std::uint32_t> reference_timestamp(const StoredPacket& packet,
                                                   std::uint8_t layer) const;
  void forward_new(StoredPacket& packet, Instant now, RtpOut& out);
  void forward_late(StoredPacket& packet, std::uint8_t layer, Instant now, RtpOut& out);
  void update_temporal(const StoredPacket& packet);
  bool drops_temporal(const StoredPacket& packet) const {
    return packet.has_vp8 && packet.vp8.tid > temporal_;
  }
  void drop(const StoredPacket& packet, bool temporal);
  bool was_dropped(std::uint32_t timestamp) const;
  const Payload* payload_for(const StoredPacket& packet, MutableBytes& payload) const;

  void emit(StoredPacket& packet, const Run& run, Instant now, RtpOut& out);
  void emit_filler(const StoredPacket& packet, const Run& run, RtpOut& out);
  bool retransmit(HistoryEntry& entry, Instant now, RtpOut& out);
  void write(StoredPacket& packet, const Outgoing& values, MutableBytes payload, Instant now,
             RtpOut& out) const;

  const UpTrack* clock_source() const;
  bool waiting_for_key_frame() const;
  void ask_key_frame(Instant now);

  Config config_;
  std::array<UpTrack*, kMaxLayers> sources_{};
  std::optional<std::uint8_t> target_;
  std::optional<std::uint8_t> current_;
  std::uint8_t max_temporal_ = 3;
  std::uint8_t temporal_ = 3;  // what is forwarded now
  bool resuming_ = false;      // the next start follows a pause, not a layer switch

  SequenceMap map_;
  History history_;
  std::uint16_t rtx_sequence_;

  // The outgoing stream so far.
  bool started_ = false;
  std::int64_t out_highest_;
  std::uint32_t out_timestamp_;       // of the newest packet
  Instant out_at_;                    // when it left
  std::uint16_t out_picture_id_ = 0;  // of the newest packet
  std::uint16_t out_frame_number_ = 0;
  std::uint8_t out_tl0_ = 0;
  std::uint8_t out_key_idx_ = 0;

  bool key_frame_asked_ =
      false;  // by the subscriber, not passed yet: NACKs of stale frames stay unanswered
  std::optional<Instant> next_ask_;
  std::optional<std::uint32_t> temporal_timestamp_;  // frame of the last temporal decision
  std::array<std::uint32_t, 16> dropped_frames_{};   // timestamps, newest at dropped_count_ - 1
  std::size_t dropped_count_ = 0;

  struct SentReport {
    std::uint32_t middle = 0;
    Instant at;
  };
  std::array<SentReport, 4> sent_reports_;
  std::size_t sent_report_count_ = 0;
  std::optional<Instant> last_sender_report_;

  pacing::RateMeter meter_;
  Statistics statistics_;
};

}  // namespace portico::media::forwarding
