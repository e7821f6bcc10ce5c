#pragma once
// RTCP packets as values (RFC 3550 6, RFC 4585, RFC 5104, RFC 3611, REMB, transport-wide feedback)
// and parse(), which takes a compound or reduced-size packet (RFC 5506) apart. A datagram bounds
// everything: at most kMaxPackets packets are taken, more is an error.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "codec/rtcp/transport_cc.h"

namespace portico::codec::rtcp {

inline constexpr std::size_t kMaxPackets = 128;

// NTP timestamp: seconds since 1900 in the high 32 bits, fraction in the low ones. `middle()` is
// what LSR and DLRR quote.
struct NtpTime {
  std::uint64_t value = 0;
  std::uint32_t middle() const { return static_cast<std::uint32_t>(value >> 16); }
  auto operator<=>(const NtpTime&) const = default;
};

// RFC 3550 6.4.1. Delays in units of 1/65536 s, jitter in RTP timestamp units, fraction lost in
// 1/256.
struct ReportBlock {
  Ssrc ssrc;
  std::uint8_t fraction_lost = 0;
  std::int32_t cumulative_lost = 0;    // 24 bits signed
  std::uint32_t highest_sequence = 0;  // cycles << 16 | sequence
  std::uint32_t jitter = 0;
  std::uint32_t last_sr = 0;
  std::uint32_t delay_since_last_sr = 0;
  bool operator==(const ReportBlock&) const = default;
};

struct SenderReport {
  Ssrc sender;
  NtpTime ntp;
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packet_count = 0;
  std::uint32_t octet_count = 0;
  std::vector<ReportBlock> blocks;  // at most 31
  bool operator==(const SenderReport&) const = default;
};

struct ReceiverReport {
  Ssrc sender;
  std::vector<ReportBlock> blocks;  // at most 31
  bool operator==(const ReceiverReport&) const = default;
};

// Only the CNAME item is kept (RFC 3550 6.5.1).
struct SourceDescription {
  struct Chunk {
    Ssrc ssrc;
    std::string cname;
    bool operator==(const Chunk&) const = default;
  };
  std::vector<Chunk> chunks;  // at most 31
  bool operator==(const SourceDescription&) const = default;
};

struct Bye {
  std::vector<Ssrc> sources;  // at most 31
  std::string reason;
  bool operator==(const Bye&) const = default;
};

// RFC 4585 6.2.1, the bitmasks unfolded in the order given.
struct Nack {
  Ssrc sender;
  Ssrc media;
  std::vector<std::uint16_t> lost;
  bool operator==(const Nack&) const = default;
};

// RFC 4585 6.3.1.
struct PictureLossIndication {
  Ssrc sender;
  Ssrc media;
  bool operator==(const PictureLossIndication&) const = default;
};

// RFC 5104 4.3.1.
struct FullIntraRequest {
  struct Entry {
    Ssrc ssrc;
    std::uint8_t sequence = 0;
    bool operator==(const Entry&) const = default;
  };
  Ssrc sender;
  std::vector<Entry> entries;
  bool operator==(const FullIntraRequest&) const = default;
};

// draft-alvestrand-rmcat-remb-03: what the receiver believes the path to it can carry.
struct ReceiverEstimatedMaxBitrate {
  Ssrc sender;
  Bitrate bitrate;
  std::vector<Ssrc> sources;  // at most 255
  bool operator==(const ReceiverEstimatedMaxBitrate&) const = default;
};

// RFC 3611 4.4: lets a receiver that sends no SR learn the round trip from the DLRR answer.
struct ReceiverReferenceTime {
  Ssrc sender;
  NtpTime ntp;
  bool operator==(const ReceiverReferenceTime&) const = default;
};

// RFC 3611 4.5.
struct DelaySinceLastReceiverReport {
  struct Entry {
    Ssrc ssrc;
    std::uint32_t last_rr = 0;
    std::uint32_t delay = 0;  // 1/65536 s
    bool operator==(const Entry&) const = default;
  };
  Ssrc sender;
  std::vector<Entry> entries;
  bool operator==(const DelaySinceLastReceiverReport&) const = default;
};

using Packet = std::variant<SenderReport, ReceiverReport, SourceDescription, Bye, Nack,
                            PictureLossIndication, FullIntraRequest, ReceiverEstimatedMaxBitrate,
                            TransportFeedback, ReceiverReferenceTime, DelaySinceLastReceiverReport>;

// Packets of unknown type or format are stepped over. Errors: truncated, invalid (version,
// lengths), limit.
Result<std::vector<Packet>> parse(Bytes compound);

// Round trip of a sender, from a report block that answers one of its reports: now - LSR - DLSR, in
// 1/65536 s of the middle 32 bits of its own NTP clock. nullopt: no report quoted yet, or the
// result is negative or above a minute (clock jumped).
std::optional<std::int64_t> round_trip_micros(std::uint32_t now_middle, std::uint32_t last_sr,
                                              std::uint32_t delay);

}  // namespace portico::codec::rtcp
