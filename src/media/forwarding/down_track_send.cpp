// DownTrack's outgoing side: writes headers, rewrites payload descriptors, answers NACKs.

#include <array>
#include <cstring>

#include "codec/rtp/dependency_descriptor.h"
#include "codec/rtp/header_writer.h"
#include "codec/rtp/packet.h"
#include "codec/rtp/red.h"
#include "media/forwarding/down_track.h"

namespace portico::media::forwarding {
namespace {

// Fixed header, and every passed extension at its longest in the two-byte form would be 1300 bytes;
// a dependency descriptor with its structure is about 100 and the others at most 16. What doesn't
// fit is left out.
constexpr std::size_t kHeaderBuffer = 384;

}  // namespace

// Which of the subscriber's payload types carries this packet, and what of it; nullptr: none does.
const DownTrack::Payload* DownTrack::payload_for(const StoredPacket& packet,
                                                 MutableBytes& payload) const {
  payload = packet.payload();
  const Payload* opus = nullptr;
  for (const Payload& candidate : config_.payloads) {
    if (candidate.codec == packet.codec) return &candidate;
    if (candidate.codec == codec::rtp::Codec::opus) opus = &candidate;
  }
  if (packet.codec != codec::rtp::Codec::red || opus == nullptr) return nullptr;
  const Bytes primary = codec::rtp::red_primary(payload);
  if (primary.empty()) return nullptr;
  payload = payload.last(primary.size());  // the primary is what the payload ends with
  return opus;
}

void DownTrack::emit(StoredPacket& packet, const Run& run, Instant now, RtpOut& out) {
  MutableBytes payload;
  const Payload* mapping = payload_for(packet, payload);
  if (mapping == nullptr) return;
  const std::int64_t sequence = packet.sequence + run.sequence_offset;

  Outgoing values;
  values.ssrc = config_.ssrc;
  values.payload_type = mapping->payload_type;
  values.sequence = static_cast<std::uint16_t>(sequence);
  values.timestamp = packet.timestamp + run.timestamp_offset;
  values.picture = static_cast<std::uint16_t>(packet.vp8.picture_id + run.picture_offset);
  values.tl0 = static_cast<std::uint8_t>(packet.vp8.tl0_pic_idx + run.tl0_offset);
  values.key_idx = (packet.vp8.key_idx + run.key_idx_offset) & 0x1F;
  const auto descriptor =
      codec::rtp::parse_dependency_descriptor(packet.extension(Passed::dependency_descriptor));
  if (descriptor)
    values.frame_number = static_cast<std::uint16_t>(descriptor->frame_number + run.frame_offset);

  HistoryEntry& entry = history_.add(values.sequence);
  entry.source_sequence = static_cast<std::uint16_t>(packet.sequence);
  entry.timestamp = values.timestamp;
  entry.picture = values.picture;
  entry.frame_number = values.frame_number;
  entry.tl0 = values.tl0;
  entry.key_idx = values.key_idx & 0x1F;
  entry.layer = run.layer & 0x07;

  if (!started_ || sequence > out_highest_) {
    started_ = true;
    out_highest_ = sequence;
    if (!newer32(out_timestamp_, values.timestamp)) out_timestamp_ = values.timestamp;
    out_at_ = now;
    out_picture_id_ = values.picture;
    out_tl0_ = values.tl0;
    out_key_idx_ = values.key_idx;
    if (descriptor) out_frame_number_ = values.frame_number;
  }
  if (packet.key_frame) key_frame_asked_ = false;
  ++statistics_.packets;
  statistics_.bytes += payload.size();
  meter_.add(payload.size(), now);
  write(packet, values, payload, now, out);
}

// RFC 3550 5.1: an empty packet, all padding. It only closes a hole in the sequence numbers.
void DownTrack::emit_filler(const StoredPacket& packet, const Run& run, RtpOut& out) {
  if (config_.payloads.empty()) return;
  std::array<std::uint8_t, codec::rtp::kMinHeaderSize> buffer;
  codec::rtp::HeaderWriter header(buffer);
  header.start({.padding = true,
                .payload_type = config_.payloads.front().payload_type,
                .sequence = static_cast<std::uint16_t>(packet.sequence + run.sequence_offset),
                .timestamp = packet.timestamp + run.timestamp_offset,
                .ssrc = config_.ssrc});
  constexpr std::array<std::uint8_t, 1> kOneByteOfPadding{1};
  out.send(header.finish(), kOneByteOfPadding);
}

void DownTrack::write(StoredPacket& packet, const Outgoing& values, MutableBytes payload,
                      Instant now, RtpOut& out) const {
  std::array<std::uint8_t, kHeaderBuffer> buffer;
  codec::rtp::HeaderWriter header(buffer);
  header.start({.marker = packet.marker,
                .payload_type = values.payload_type,
                .sequence = values.sequence,
                .timestamp = values.timestamp,
                .ssrc = values.ssrc});
  const auto ids = config_.extensions.passed();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == 0 || packet.extensions[i].size == 0) continue;
    const MutableBytes written = header.extension(ids[i], packet.extension(static_cast<Passed>(i)));
    if (static_cast<Passed>(i) == Passed::dependency_descriptor) {
      codec::rtp::rewrite_frame_number(written, values.frame_number);
    }
  }
  if (config_.extensions.abs_send_time != 0 && config_.rtx_ssrc) {
    std::array<std::uint8_t, 3> time;
    store24(time.data(), codec::rtp::abs_send_time(now.time_since_epoch().count()));
    header.extension(config_.extensions.abs_send_time, time);
  }
  if (packet.has_vp8)
    codec::rtp::rewrite_vp8(payload, packet.vp8, {values.picture, values.tl0, values.key_idx});
  if (!values.original_sequence) {
    out.send(header.finish(), payload);
    return;
  }
  // RFC 4588 4: the original sequence number goes in front of the payload, into the headroom. What
  // stood there may be the front of a RED payload whose primary is sent, so it is put back.
  std::uint8_t* front = payload.data() - StoredPacket::kHeadroom;
  const std::uint16_t saved = load16(front);
  store16(front, *values.original_sequence);
  out.send(header.finish(), Bytes(front, payload.size() + StoredPacket::kHeadroom));
  store16(front, saved);
}

void DownTrack::on_nack(std::span<const std::uint16_t> lost, Instant now, RtpOut& out) {
  for (const std::uint16_t sequence : lost) {
    ++statistics_.nacks;
    HistoryEntry* entry = key_frame_asked_ ? nullptr : history_.find(sequence);
    if (entry == nullptr || !retransmit(*entry, now, out)) ++statistics_.nacks_unanswered;
  }
}

bool DownTrack::retransmit(HistoryEntry& entry, Instant now, RtpOut& out) {
  UpTrack* source = entry.layer < kMaxLayers ? sources_[entry.layer] : nullptr;
  if (source == nullptr) return false;
  const std::int64_t highest = source->highest_sequence();
  const auto back =
      static_cast<std::uint16_t>(static_cast<std::uint16_t>(highest) - entry.source_sequence);
  StoredPacket* packet = source->find(highest - back);
  if (packet == nullptr) return false;
  MutableBytes payload;
  const Payload* mapping = payload_for(*packet, payload);
  if (mapping == nullptr) return false;
  // A duplicate under the media SSRC would differ from the original in its send time, and AES-GCM
  // must not see one packet index with two contents (RFC 7714 8.2): that codec's packets stay lost.
  if (config_.rtx_ssrc && !mapping->rtx_payload_type) return false;
  if (!entry.take_answer(now)) return false;

  Outgoing values;
  values.ssrc = config_.ssrc;
  values.payload_type = mapping->payload_type;
  values.sequence = entry.sequence;
  values.timestamp = entry.timestamp;
  values.picture = entry.picture;
  values.frame_number = entry.frame_number;
  values.tl0 = entry.tl0;
  values.key_idx = entry.key_idx;
  if (config_.rtx_ssrc && mapping->rtx_payload_type) {
    values.ssrc = *config_.rtx_ssrc;
    values.payload_type = *mapping->rtx_payload_type;
    values.sequence = rtx_sequence_++;
    values.original_sequence = entry.sequence;
  }
  ++statistics_.retransmitted;
  write(*packet, values, payload, now, out);
  return true;
}

}  // namespace portico::media::forwarding
