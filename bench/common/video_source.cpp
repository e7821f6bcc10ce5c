#include "bench/common/video_source.h"

#include <algorithm>

#include "base/random.h"
#include "codec/rtp/header_writer.h"

namespace portico::bench {

VideoSource::VideoSource(const VideoFormat& format)
    : format_(format), payload_(format.packet_size) {
  SeededRandom(1).fill(payload_);
}

// Payload descriptor, and on the first packet of a frame the VP8 header. Returns nothing of
// interest to others but its size.
std::size_t VideoSource::write_payload_start() {
  bool first = index_ == 0;
  payload_[0] = static_cast<std::uint8_t>(first ? 0x90 : 0x80);  // X, and S on the first
  payload_[1] = 0x80;                                            // I
  store16(&payload_[2], static_cast<std::uint16_t>(0x8000 | (picture_ & 0x7fff)));
  if (!first) return 4;
  std::uint32_t part = 1000;
  std::uint32_t tag =
      (key_ ? 0U : 1U) | 1U << 4 | part << 5;  // show_frame, size of the first partition
  payload_[4] = static_cast<std::uint8_t>(tag);
  payload_[5] = static_cast<std::uint8_t>(tag >> 8);
  payload_[6] = static_cast<std::uint8_t>(tag >> 16);
  if (!key_) return 7;
  // Start code, 1280 x 720, little endian.
  constexpr std::array<std::uint8_t, 7> kKeyHeader{0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02};
  std::copy(kKeyHeader.begin(), kKeyHeader.end(), payload_.begin() + 7);
  return 14;
}

RtpPacket VideoSource::next() {
  if (index_ == 0) {
    key_ = std::exchange(key_wanted_, false);
    key_frames_ += key_ ? 1 : 0;
    ++picture_;
    timestamp_ += 90'000 / std::max(1U, format_.packets_per_second / format_.burst);
  }
  bool last = index_ + 1 == format_.burst;
  codec::rtp::HeaderWriter writer(header_);
  writer.start({.marker = last,
                .payload_type = format_.payload_type,
                .sequence = sequence_++,
                .timestamp = timestamp_,
                .ssrc = format_.ssrc});
  if (format_.transport_cc_id) {
    std::array<std::uint8_t, 2> number{};
    store16(number.data(), transport_sequence_++);
    writer.extension(*format_.transport_cc_id, number);
  }
  // Browsers stop stamping the mid once the receiver has acknowledged the stream.
  if (format_.mid_id && packets_ < 500) writer.extension(*format_.mid_id, as_bytes(format_.mid));
  Bytes header = writer.finish();
  write_payload_start();
  Bytes payload(payload_.data(), format_.packet_size - header.size());
  index_ = last ? 0 : index_ + 1;
  ++packets_;
  octets_ += static_cast<std::uint32_t>(payload.size());
  return {header, payload};
}

}  // namespace portico::bench
