#pragma once
// A stream that looks like VP8 to a forwarder (RFC 7741): every burst is one frame, with picture
// ids, valid payload headers, a marker on its last packet and key frames on request. The picture
// itself is noise.

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"

namespace portico::bench {

struct VideoFormat {
  PayloadType payload_type{96};
  Ssrc ssrc{};
  std::size_t packet_size = 1200;  // RTP header and payload, before SRTP
  std::uint32_t burst = 4;
  std::uint32_t packets_per_second = 1000;
  std::string_view mid{};  // stamped with the extension below
  std::optional<std::uint8_t> mid_id{};
  std::optional<std::uint8_t> transport_cc_id{};
};

struct RtpPacket {
  Bytes header;
  Bytes payload;
};

class VideoSource {
 public:
  explicit VideoSource(const VideoFormat& format);

  // The next packet; valid until the next call.
  RtpPacket next();
  void request_key_frame() { key_wanted_ = true; }

  std::uint32_t packets() const { return packets_; }
  std::uint32_t octets() const { return octets_; }
  std::uint32_t timestamp() const { return timestamp_; }
  std::uint32_t key_frames() const { return key_frames_; }
  const VideoFormat& format() const { return format_; }

 private:
  std::size_t write_payload_start();

  VideoFormat format_;
  std::array<std::uint8_t, 64> header_{};
  ByteVector payload_;
  bool key_wanted_ = true;
  bool key_ = true;
  std::uint32_t index_ = 0;  // within the burst
  std::uint16_t sequence_ = 1000;
  std::uint16_t transport_sequence_ = 0;
  std::uint16_t picture_ = 0;
  std::uint32_t timestamp_ = 90'000;
  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
  std::uint32_t key_frames_ = 0;
};

}  // namespace portico::bench
