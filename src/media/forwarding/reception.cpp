#include "media/forwarding/reception.h"

#include <algorithm>
#include <cmath>

namespace portico::media::forwarding {

void Reception::on_packet(std::int64_t sequence, std::uint32_t timestamp, std::uint32_t clock_rate,
                          Instant now) {
  if (base_ < 0) base_ = highest_ = sequence;
  // A packet from before the first one: it was expected, too.
  base_ = std::min(base_, sequence);
  const bool newest = sequence >= highest_;
  highest_ = std::max(highest_, sequence);
  ++received_;

  // Jitter, RFC 3550 A.8, over packets in order and only the first of each frame: the others leave
  // the sender in a burst.
  if (!newest || clock_rate == 0 || (transit_ && timestamp == last_timestamp_)) return;
  const double arrival = std::chrono::duration<double>(now.time_since_epoch()).count() * clock_rate;
  const auto ticks =
      static_cast<std::uint32_t>(static_cast<std::uint64_t>(static_cast<std::int64_t>(arrival)));
  const std::uint32_t transit = ticks - timestamp;
  if (transit_) {
    const auto difference = static_cast<std::int32_t>(transit - *transit_);
    // More than ten seconds is a new timeline and no jitter.
    if (std::abs(static_cast<double>(difference)) < 10.0 * clock_rate) {
      jitter_ += (std::abs(static_cast<double>(difference)) - jitter_) / 16;
    }
  }
  transit_ = transit;
  last_timestamp_ = timestamp;
}

void Reception::on_restart(std::int64_t sequence) {
  if (base_ < 0) return;
  const std::int64_t gap = sequence - highest_ - 1;
  base_ += gap;  // as if the skipped numbers had never been
  highest_ = sequence - 1;
  transit_.reset();
}

void Reception::on_sender_report(codec::rtcp::NtpTime ntp, Instant now) {
  last_sr_ = ntp.middle();
  last_sr_at_ = now;
}

codec::rtcp::ReportBlock Reception::take(Ssrc ssrc, Instant now) {
  codec::rtcp::ReportBlock block;
  block.ssrc = ssrc;
  const std::int64_t expected = base_ < 0 ? 0 : highest_ - base_ + 1;
  const std::int64_t expected_interval = expected - expected_at_report_;
  const std::int64_t lost_interval = expected_interval - (received_ - received_at_report_);
  expected_at_report_ = expected;
  received_at_report_ = received_;
  last_fraction_ = 0;
  if (expected_interval > 0 && lost_interval > 0) {
    last_fraction_ = static_cast<double>(lost_interval) / static_cast<double>(expected_interval);
  }
  block.fraction_lost = static_cast<std::uint8_t>(std::min(255.0, last_fraction_ * 256));
  block.cumulative_lost = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(expected - received_, -0x800000, 0x7FFFFF));
  // The ring starts counting one cycle up, see PacketRing::place().
  block.highest_sequence = base_ < 0 ? 0 : static_cast<std::uint32_t>(highest_ - 0x10000);
  block.jitter = jitter();
  if (last_sr_) {
    block.last_sr = *last_sr_;
    const double delay = std::chrono::duration<double>(now - last_sr_at_).count() * 65536;
    block.delay_since_last_sr = static_cast<std::uint32_t>(std::clamp(delay, 0.0, 4294967295.0));
  }
  return block;
}

}  // namespace portico::media::forwarding
