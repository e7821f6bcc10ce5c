#include "media/forwarding/down_track.h"

#include <algorithm>

#include "codec/rtp/dependency_descriptor.h"

namespace portico::media::forwarding {
namespace {

constexpr std::size_t kVideoHistory = 1024;
constexpr std::size_t kAudioHistory = 256;

// A hole of more than the ring can fill is a new beginning of the stream and not loss.
constexpr std::int64_t kMaxHole = 2048;
// Packets of a key frame that overtook its first one.
constexpr std::int64_t kMaxCatchUp = 256;

// How far the publisher's clocks may disagree with elapsed time at a switch (livekit-protocol 6.2).
constexpr Duration kSwitchBehind = 50ms;
constexpr Duration kResumeBehind = 2s;
constexpr Duration kAhead = 25ms;

constexpr Duration kShortestAsk = 200ms;
constexpr Duration kLongestAsk = 1s;
constexpr Duration kAssumedRoundTrip = 70ms;

std::int64_t ticks(Duration duration, std::uint32_t clock_rate) {
  // Split, so that hours don't overflow.
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  const auto rest = duration - seconds;
  return seconds.count() * clock_rate + rest.count() * clock_rate / 1'000'000'000;
}

std::uint16_t frame_number_of(const StoredPacket& packet) {
  const auto descriptor =
      codec::rtp::parse_dependency_descriptor(packet.extension(Passed::dependency_descriptor));
  return descriptor ? descriptor->frame_number : std::uint16_t{0};
}

}  // namespace

DownTrack::DownTrack(Config config, Random& random)
    : config_(std::move(config)),
      history_(config_.video ? kVideoHistory : kAudioHistory),
      // In the lower half, so that the first packets don't wrap the receiver's rollover counter
      // (RFC 3711 3.3.1).
      rtx_sequence_(static_cast<std::uint16_t>(random.below(0x8000))),
      out_highest_(random.below(0x8000)),
      out_timestamp_(random.u32()) {}

void DownTrack::set_payloads(std::vector<Payload> payloads, ExtensionIds extensions) {
  config_.payloads = std::move(payloads);
  config_.extensions = extensions;
  if (config_.rtx_ssrc) return;
  // Without RTX an answer is a duplicate, and it can't be exact any more (RFC 7714 8.2).
  for (std::uint8_t layer = 0; layer < kMaxLayers; ++layer) history_.forget_layer(layer);
}

void DownTrack::set_source(std::uint8_t layer, UpTrack* source) {
  if (layer >= kMaxLayers || sources_[layer] == source) return;
  if (sources_[layer] != nullptr) {
    history_.forget_layer(layer);
    map_.forget_layer(layer);
    if (current_ == layer) {
      current_.reset();
      resuming_ = true;
    }
  }
  sources_[layer] = source;
}

void DownTrack::set_target(std::optional<std::uint8_t> layer, Instant now,
                           std::uint8_t max_temporal) {
  max_temporal_ = max_temporal;
  if (layer && *layer >= kMaxLayers) layer = static_cast<std::uint8_t>(kMaxLayers - 1);
  if (layer == target_) return;
  target_ = layer;
  if (!target_) {
    current_.reset();
    resuming_ = true;
    next_ask_.reset();
    return;
  }
  if (waiting_for_key_frame()) ask_key_frame(now);
}

bool DownTrack::closer_to_target(std::uint8_t layer) const {
  if (!current_) return layer <= *target_;
  const auto distance = [this](std::uint8_t l) {
    return l > *target_ ? l - *target_ : *target_ - l;
  };
  return distance(layer) < distance(*current_);
}

void DownTrack::forward(StoredPacket& packet, std::uint8_t layer, Instant now, RtpOut& out) {
  if (!target_ || layer >= kMaxLayers) return;
  if (current_ == layer && packet.sequence - map_.current().last > kMaxHole) {
    // What comes after such a hole can't be decoded: start again, for video with a key frame.
    current_.reset();
    resuming_ = true;
    if (config_.video && !packet.key_frame) ask_key_frame(now);
  }
  if (current_ == layer) {
    if (packet.sequence > map_.current().last) {
      forward_new(packet, now, out);
    } else {
      forward_late(packet, layer, now, out);
    }
    return;
  }
  const bool startable = config_.video ? packet.key_frame : packet.payload_size > 0;
  MutableBytes payload;
  if (!startable || !closer_to_target(layer) || payload_for(packet, payload) == nullptr) {
    forward_late(packet, layer, now, out);
    return;
  }
  start_run(packet, layer, now);
  map_.current().last = packet.sequence;
  emit(packet, map_.current(), now, out);
  catch_up(layer, packet.sequence, now, out);
}

void DownTrack::start_run(const StoredPacket& packet, std::uint8_t layer, Instant now) {
  Run run;
  run.layer = layer;
  run.first = packet.sequence;
  run.last = packet.sequence - 1;
  run.sequence_offset = out_highest_ + 1 - packet.sequence;
  run.timestamp_offset = switch_timestamp(packet, layer, now) - packet.timestamp;
  if (started_) {
    run.picture_offset = static_cast<std::uint16_t>(out_picture_id_ + 1 - packet.vp8.picture_id);
    run.tl0_offset = static_cast<std::uint8_t>(out_tl0_ + 1 - packet.vp8.tl0_pic_idx);
    run.key_idx_offset = static_cast<std::uint8_t>(out_key_idx_ + 1 - packet.vp8.key_idx);
    run.frame_offset = static_cast<std::uint16_t>(out_frame_number_ + 1 - frame_number_of(packet));
    if (current_ && current_ != layer) ++statistics_.switches;
  }
  map_.push(run);
  current_ = layer;
  temporal_ = max_temporal_;
  temporal_timestamp_ = packet.timestamp;
  resuming_ = false;
  last_sender_report_.reset();  // the offset changed: tell the receiver soon
}

std::uint32_t DownTrack::switch_timestamp(const StoredPacket& packet, std::uint8_t layer,
                                          Instant now) const {
  if (!started_) return out_timestamp_;
  const auto expected =
      static_cast<std::uint32_t>(out_timestamp_ + ticks(now - out_at_, config_.clock_rate));
  std::uint32_t chosen = expected;
  if (const auto reference = reference_timestamp(packet, layer)) {
    const std::int64_t difference = static_cast<std::int32_t>(*reference - expected);
    const Duration behind = resuming_ ? kResumeBehind : kSwitchBehind;
    if (difference >= -ticks(behind, config_.clock_rate) &&
        difference <= ticks(kAhead, config_.clock_rate)) {
      chosen = *reference;
    }
  }
  return newer32(chosen, out_timestamp_) ? chosen : out_timestamp_ + 1;
}

// Where the packet's capture time lies on the outgoing timeline, by the sender reports of its layer
// and of the one before.
std::optional<std::uint32_t> DownTrack::reference_timestamp(const StoredPacket& packet,
                                                            std::uint8_t layer) const {
  if (map_.empty()) return std::nullopt;
  const Run& before = map_.current();
  if (before.layer == layer) return packet.timestamp + before.timestamp_offset;
  if (before.layer >= kMaxLayers || sources_[before.layer] == nullptr || sources_[layer] == nullptr)
    return std::nullopt;
  const auto& old_clock = sources_[before.layer]->sender_clock();
  const auto& new_clock = sources_[layer]->sender_clock();
  if (!old_clock || !new_clock) return std::nullopt;
  const double rate = config_.clock_rate;
  // NTP is 32.32 fixed point.
  const double between_reports =
      static_cast<double>(static_cast<std::int64_t>(new_clock->ntp.value - old_clock->ntp.value)) /
      4294967296.0;
  if (between_reports > 3600 || between_reports < -3600) return std::nullopt;  // not the same clock
  const auto since_report = static_cast<std::int32_t>(packet.timestamp - new_clock->rtp_timestamp);
  const auto on_old_clock = static_cast<std::int64_t>(between_reports * rate) + since_report;
  return static_cast<std::uint32_t>(old_clock->rtp_timestamp + on_old_clock +
                                    before.timestamp_offset);
}

void DownTrack::catch_up(std::uint8_t layer, std::int64_t after, Instant now, RtpOut& out) {
  UpTrack* source = sources_[layer];
  if (source == nullptr || !config_.video) return;
  const std::int64_t last = std::min(source->highest_sequence(), after + kMaxCatchUp);
  for (std::int64_t sequence = after + 1; sequence <= last; ++sequence) {
    if (StoredPacket* packet = source->find(sequence)) forward_new(*packet, now, out);
  }
}

void DownTrack::forward_new(StoredPacket& packet, Instant now, RtpOut& out) {
  MutableBytes payload;
  if (packet.payload_size == 0 || payload_for(packet, payload) == nullptr) {
    drop(packet, false);
    return;
  }
  update_temporal(packet);
  if (drops_temporal(packet)) {
    drop(packet, true);
    return;
  }
  map_.current().last = packet.sequence;
  emit(packet, map_.current(), now, out);
}

// A packet that others overtook: it gets the number that was kept free for it. If it isn't wanted,
// that number must be filled all the same, or the receiver would wait for it.
void DownTrack::forward_late(StoredPacket& packet, std::uint8_t layer, Instant now, RtpOut& out) {
  const Run* run = map_.find(layer, packet.sequence);
  if (run == nullptr) return;
  MutableBytes payload;
  if (packet.payload_size == 0 || payload_for(packet, payload) == nullptr ||
      was_dropped(packet.timestamp)) {
    ++statistics_.dropped;
    emit_filler(packet, *run, out);
    return;
  }
  emit(packet, *run, now, out);
}

// Temporal layers change between frames only: down at once, up where the frame says that it depends
// on lower layers only (Y).
void DownTrack::update_temporal(const StoredPacket& packet) {
  if (!packet.has_vp8 || temporal_timestamp_ == packet.timestamp) return;
  temporal_timestamp_ = packet.timestamp;
  if (temporal_ > max_temporal_ || packet.key_frame) {
    temporal_ = max_temporal_;
  } else if (packet.vp8.layer_sync && packet.vp8.tid > temporal_ &&
             packet.vp8.tid <= max_temporal_) {
    temporal_ = packet.vp8.tid;
  }
}

void DownTrack::drop(const StoredPacket& packet, bool temporal) {
  ++statistics_.dropped;
  Run next = map_.current();
  map_.current().last = packet.sequence - 1;  // holes before it keep their numbers
  next.first = packet.sequence + 1;
  next.last = packet.sequence;
  next.sequence_offset -= 1;
  if (temporal && !was_dropped(packet.timestamp)) {
    dropped_frames_[dropped_count_++ % dropped_frames_.size()] = packet.timestamp;
    next.picture_offset = static_cast<std::uint16_t>(next.picture_offset - 1);
  }
  map_.push(next);
}

bool DownTrack::was_dropped(std::uint32_t timestamp) const {
  const std::size_t kept = std::min(dropped_count_, dropped_frames_.size());
  return std::find(dropped_frames_.begin(),
                   dropped_frames_.begin() + static_cast<std::ptrdiff_t>(kept),
                   timestamp) != dropped_frames_.begin() + static_cast<std::ptrdiff_t>(kept);
}

const UpTrack* DownTrack::clock_source() const {
  if (!started_ || !current_) return nullptr;
  const UpTrack* source = sources_[*current_];
  return source != nullptr && source->sender_clock() ? source : nullptr;
}

bool DownTrack::sender_report_due(Instant now) const {
  constexpr Duration kInterval = 3s;
  return clock_source() != nullptr &&
         (!last_sender_report_ || now - *last_sender_report_ >= kInterval);
}

bool DownTrack::write_sender_report(codec::rtcp::Writer& writer, Instant now) {
  const UpTrack* source = clock_source();
  if (source == nullptr) return false;
  const SenderClock& clock = *source->sender_clock();
  const Duration elapsed = now - clock.arrival;
  codec::rtcp::SenderReport report;
  report.sender = config_.ssrc;
  const double fraction = std::chrono::duration<double>(elapsed).count() * 4294967296.0;
  report.ntp.value =
      clock.ntp.value + static_cast<std::uint64_t>(static_cast<std::int64_t>(fraction));
  report.rtp_timestamp =
      static_cast<std::uint32_t>(clock.rtp_timestamp + ticks(elapsed, config_.clock_rate)) +
      map_.current().timestamp_offset;
  report.packet_count = static_cast<std::uint32_t>(statistics_.packets);
  report.octet_count = static_cast<std::uint32_t>(statistics_.bytes);
  if (!writer.add_sender_report(report)) return false;
  last_sender_report_ = now;
  sent_reports_[sent_report_count_++ % sent_reports_.size()] = SentReport{report.ntp.middle(), now};
  return true;
}

void DownTrack::on_report(const codec::rtcp::ReportBlock& block, Instant now) {
  statistics_.fraction_lost = block.fraction_lost / 256.0;
  statistics_.cumulative_lost = block.cumulative_lost;
  statistics_.jitter =
      Duration(static_cast<std::int64_t>(block.jitter) * 1'000'000'000 / config_.clock_rate);
  statistics_.last_report = now;
  const std::size_t kept = std::min(sent_report_count_, sent_reports_.size());
  for (std::size_t i = 0; i < kept; ++i) {
    const SentReport& sent = sent_reports_[i];
    if (block.last_sr == 0 || sent.middle != block.last_sr) continue;
    const Duration held(static_cast<std::int64_t>(block.delay_since_last_sr) * 1'000'000'000 /
                        65536);
    const Duration round_trip = now - sent.at - held;
    if (round_trip >= Duration::zero()) statistics_.round_trip = round_trip;
    return;
  }
}

bool DownTrack::waiting_for_key_frame() const {
  return config_.video && target_ && (current_ != target_ || key_frame_asked_);
}

void DownTrack::on_key_frame_request(Instant now) {
  ++statistics_.key_frame_requests;
  if (!config_.video || !target_) return;
  key_frame_asked_ = true;
  ask_key_frame(now);
}

void DownTrack::ask_key_frame(Instant now) {
  const Duration round_trip = statistics_.round_trip.value_or(kAssumedRoundTrip);
  next_ask_ = now + std::clamp(2 * round_trip, kShortestAsk, kLongestAsk);
  if (key_frame_asked_ && current_ && sources_[*current_] != nullptr)
    sources_[*current_]->request_key_frame(now);
  if (current_ != target_ && sources_[*target_] != nullptr)
    sources_[*target_]->request_key_frame(now);
}

void DownTrack::timeout(Instant now) {
  if (waiting_for_key_frame() && next_ask_ && now >= *next_ask_) ask_key_frame(now);
}

std::optional<Instant> DownTrack::next_deadline() const {
  return waiting_for_key_frame() ? next_ask_ : std::nullopt;
}

}  // namespace portico::media::forwarding
