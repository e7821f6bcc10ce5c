#include "media/forwarding/up_track.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "codec/rtp/vp8.h"

namespace portico::media::forwarding {
namespace {

StreamTracker::Config tracker_config(const UpTrack::Config& config) {
  if (config.screen_share) return StreamTracker::screen();
  return StreamTracker::camera(config.layer);
}

std::uint32_t clock_rate_of(const UpTrack::Config& config) {
  for (const UpTrack::Payload& payload : config.payloads) {
    if (payload.clock_rate > 0) return payload.clock_rate;
  }
  return config.video ? 90000 : 48000;
}

}  // namespace

UpTrack::UpTrack(Config config, CellPool& pool)
    : config_(std::move(config)),
      clock_rate_(clock_rate_of(config_)),
      ring_(config_.video ? PacketRing::kVideoSlots : PacketRing::kAudioSlots, pool),
      tracker_(tracker_config(config_)) {}

const UpTrack::Payload* UpTrack::payload_of(PayloadType type) const {
  for (const Payload& payload : config_.payloads) {
    if (payload.payload_type == type) return &payload;
  }
  return nullptr;
}

const UpTrack::Payload* UpTrack::payload_of_rtx(PayloadType type) const {
  for (const Payload& payload : config_.payloads) {
    if (payload.rtx_payload_type == type) return &payload;
  }
  return nullptr;
}

StoredPacket* UpTrack::receive(const codec::rtp::Packet& packet, Instant now) {
  return store(packet, packet.sequence, packet.payload, payload_of(packet.payload_type), false,
               now);
}

StoredPacket* UpTrack::receive_rtx(const codec::rtp::Packet& packet, Instant now) {
  const Payload* mapping = payload_of_rtx(packet.payload_type);
  // A probe of the publisher's estimator has no original packet in it, or one that we have.
  if (mapping == nullptr || packet.payload.size() < 2) return nullptr;
  return store(packet, load16(packet.payload.data()), packet.payload.subspan(2), mapping, true,
               now);
}

StoredPacket* UpTrack::store(const codec::rtp::Packet& packet, std::uint16_t number, Bytes payload,
                             const Payload* mapping, bool recovered, Instant now) {
  const std::int64_t highest = ring_.highest();
  std::int64_t sequence = 0;
  if (recovered && !ring_.near(number)) {
    ++statistics_.late;
    return nullptr;
  }
  switch (ring_.place(number, sequence)) {
    case PacketRing::Place::duplicate:
      ++statistics_.duplicates;
      return nullptr;
    case PacketRing::Place::late:
      ++statistics_.late;
      return nullptr;
    case PacketRing::Place::restart:
      nacks_.clear();
      reception_.on_restart(sequence);
      break;
    case PacketRing::Place::free:
      if (!config_.nack || highest < 0) break;
      if (sequence < highest) nacks_.arrived(sequence);
      if (!nacks_.missing(highest + 1, sequence - 1, now)) request_key_frame(now);
      break;
  }
  StoredPacket* stored = ring_.insert(sequence);
  if (!recovered) reception_.on_packet(sequence, packet.timestamp, clock_rate_, now);
  if (stored == nullptr) {
    ++statistics_.no_memory;
    return nullptr;
  }
  stored->arrival = now;
  stored->recovered = recovered;
  fill(*stored, packet, payload, mapping);
  count(*stored, now);
  return stored;
}

void UpTrack::fill(StoredPacket& stored, const codec::rtp::Packet& packet, Bytes payload,
                   const Payload* mapping) {
  stored.timestamp = packet.timestamp;
  stored.marker = packet.marker;
  const std::size_t offset = packet.extensions.size() + StoredPacket::kHeadroom;
  if (mapping == nullptr || offset + payload.size() > CellPool::kCellSize) {
    ++statistics_.refused;
    return;
  }
  stored.codec = mapping->codec;
  if (mapping->codec == codec::rtp::Codec::vp8 && !payload.empty()) {
    const auto vp8 = codec::rtp::parse_vp8(payload);
    if (!vp8) {
      ++statistics_.refused;
      return;
    }
    stored.has_vp8 = true;
    stored.vp8 = *vp8;
    stored.frame_start = vp8->frame_start();
    stored.key_frame = vp8->key_frame;
  } else {
    stored.frame_start = codec::rtp::is_frame_start(mapping->codec, payload) &&
                         last_frame_timestamp_ != packet.timestamp;
    stored.key_frame = codec::rtp::is_key_frame(mapping->codec, payload);
  }
  if (!packet.extensions.empty()) {
    std::memcpy(stored.cell, packet.extensions.data(), packet.extensions.size());
    const auto ids = config_.extensions.passed();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto element = packet.extension(ids[i]);
      if (!element || element->empty()) continue;
      stored.extensions[i] = {
          static_cast<std::uint16_t>(element->data() - packet.extensions.data()),
          static_cast<std::uint8_t>(element->size())};
    }
  }
  stored.payload_offset = static_cast<std::uint16_t>(offset);
  stored.payload_size = static_cast<std::uint16_t>(payload.size());
  if (!payload.empty()) std::memcpy(stored.cell + offset, payload.data(), payload.size());
  const Bytes element = stored.extension(Passed::audio_level);
  if (const auto level = codec::rtp::parse_audio_level(element)) {
    stored.has_audio_level = true;
    stored.audio_level = level->level;
  }
}

void UpTrack::count(const StoredPacket& stored, Instant now) {
  ++(stored.recovered ? statistics_.recovered : statistics_.packets);
  statistics_.bytes += stored.payload_size;
  bytes_meter_.add(stored.payload_size, now);
  if (stored.payload_size > 0 && !stored.recovered) tracker_.on_packet(now);
  if (stored.frame_start && last_frame_timestamp_ != stored.timestamp) {
    last_frame_timestamp_ = stored.timestamp;
    frame_meter_.add(stored.payload_size, now);
  }
  if (stored.key_frame) {
    if (last_key_timestamp_ != stored.timestamp) ++statistics_.key_frames;
    last_key_timestamp_ = stored.timestamp;
    last_key_frame_ = now;
    pli_wanted_.reset();
  }
}

codec::rtcp::ReportBlock UpTrack::report_block(Instant now, double downstream_loss) {
  auto block = reception_.take(config_.ssrc, now);
  if (!config_.video) {
    const auto worst = static_cast<std::uint8_t>(std::clamp(downstream_loss * 256, 0.0, 255.0));
    block.fraction_lost = std::max(block.fraction_lost, worst);
  }
  return block;
}

void UpTrack::on_sender_report(const codec::rtcp::SenderReport& report, Instant now) {
  if (report.ntp.value == 0) return;  // RFC 3550 6.4.1: a sender without a clock
  reception_.on_sender_report(report.ntp, now);
  sender_clock_ = SenderClock{report.ntp, report.rtp_timestamp, now};
}

Duration UpTrack::jitter() const {
  return Duration(static_cast<std::int64_t>(reception_.jitter()) * 1'000'000'000 / clock_rate_);
}

void UpTrack::request_key_frame(Instant now) {
  if (config_.video && !pli_wanted_) pli_wanted_ = now;
}

void UpTrack::write_feedback(Ssrc sender, codec::rtcp::Writer& writer, Instant now) {
  constexpr std::size_t kNackHead = 12;
  constexpr std::size_t kNackEntry = 4;  // at worst one number each
  std::array<std::uint16_t, NackTracker::kMaxTracked> lost;
  const std::size_t room = writer.room() < kNackHead ? 0 : (writer.room() - kNackHead) / kNackEntry;
  const std::size_t due = nacks_.take_due(std::span(lost).first(std::min(lost.size(), room)), now);
  if (due > 0 && writer.add_nack(sender, config_.ssrc, std::span(lost).first(due)))
    statistics_.nacks += due;

  if (!pli_wanted_ || (last_pli_ && now - *last_pli_ < key_frame_interval())) return;
  if (!writer.add_pli(sender, config_.ssrc)) return;
  pli_wanted_.reset();
  last_pli_ = now;
  ++statistics_.key_frame_requests;
}

std::optional<Instant> UpTrack::next_deadline() const {
  std::optional<Instant> earliest = nacks_.next_deadline();
  const auto consider = [&earliest](std::optional<Instant> deadline) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  };
  consider(tracker_.next_deadline());
  if (pli_wanted_) {
    consider(last_pli_ ? std::max(*pli_wanted_, *last_pli_ + key_frame_interval()) : *pli_wanted_);
  }
  return earliest;
}

}  // namespace portico::media::forwarding
