#pragma once
// For this folder's tests: a made-up publisher that writes VP8 or Opus packets, and a subscriber
// that reads what a DownTrack sends.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "codec/rtp/header_writer.h"
#include "codec/rtp/packet.h"
#include "codec/rtp/vp8.h"
#include "media/pacing/pacer.h"

namespace portico::media::forwarding::test {

inline Instant at(Duration since_start) { return Instant(Duration(100s) + since_start); }

struct Vp8Frame {
  bool key = false;
  std::uint8_t tid = 0;
  bool sync = false;
};

// Writes the packets of one simulcast layer. Numbers may be set before any packet.
class Publisher {
 public:
  std::uint16_t sequence = 1000;
  std::uint32_t timestamp = 5000;
  std::uint16_t picture_id = 100;
  std::uint8_t tl0 = 10;
  std::uint8_t key_idx = 3;
  Ssrc ssrc{0x1111};
  PayloadType payload_type{96};

  // One packet of a frame; the descriptor has all fields, 15-bit picture id.
  ByteVector vp8(const Vp8Frame& frame, bool first, bool last) {
    ByteVector payload{static_cast<std::uint8_t>(first ? 0x90 : 0x80),        0xF0, 0,   0, tl0, 0,
                       static_cast<std::uint8_t>(first && frame.key ? 0 : 1), 0xAB, 0xCD};
    store16(payload.data() + 2, static_cast<std::uint16_t>(0x8000 | picture_id));
    payload[5] =
        static_cast<std::uint8_t>(frame.tid << 6 | (frame.sync ? 0x20 : 0) | (key_idx & 0x1F));
    return packet(payload, last);
  }

  // A whole frame of `count` packets; moves timestamp (33 ms), picture id, TL0 and key indices on
  // before it.
  std::vector<ByteVector> frame(const Vp8Frame& frame, int count) {
    timestamp += 3000;
    picture_id = static_cast<std::uint16_t>((picture_id + 1) & 0x7FFF);
    if (frame.tid == 0) ++tl0;
    if (frame.key) key_idx = static_cast<std::uint8_t>((key_idx + 1) & 0x1F);
    std::vector<ByteVector> packets;
    for (int i = 0; i < count; ++i) packets.push_back(vp8(frame, i == 0, i == count - 1));
    return packets;
  }

  ByteVector packet(Bytes payload, bool marker) {
    std::array<std::uint8_t, 32> buffer;
    codec::rtp::HeaderWriter writer(buffer);
    writer.start({.marker = marker,
                  .payload_type = payload_type,
                  .sequence = sequence++,
                  .timestamp = timestamp,
                  .ssrc = ssrc});
    const Bytes header = writer.finish();
    ByteVector data(header.begin(), header.end());
    data.insert(data.end(), payload.begin(), payload.end());
    return data;
  }

  ByteVector padding() {
    ByteVector data = packet(ByteVector{0, 0, 0, 4}, false);
    data[0] |= 0x20;
    return data;
  }
};

// What arrived at the subscriber.
class Subscriber : public pacing::RtpOut {
 public:
  struct Received {
    ByteVector bytes;
    codec::rtp::Packet packet;  // into bytes
    std::optional<codec::rtp::Vp8Descriptor> vp8;
  };
  std::vector<Received> all;

  void send(Bytes header, Bytes payload) override {
    Received received;
    received.bytes.assign(header.begin(), header.end());
    received.bytes.insert(received.bytes.end(), payload.begin(), payload.end());
    received.packet = *codec::rtp::parse_packet(received.bytes);
    received.vp8 = codec::rtp::parse_vp8(received.packet.payload);
    all.push_back(std::move(received));
  }

  // By sequence number, as a jitter buffer would see them: unwrapped around the first.
  std::map<std::int64_t, const Received*> in_order() const {
    std::map<std::int64_t, const Received*> ordered;
    SequenceUnwrapper unwrapper;
    for (const Received& received : all)
      ordered[unwrapper.unwrap(received.packet.sequence)] = &received;
    return ordered;
  }
};

}  // namespace portico::media::forwarding::test
