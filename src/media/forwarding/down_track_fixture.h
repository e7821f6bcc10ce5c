#pragma once
// For this folder's tests: three simulcast layers with unrelated numbers, and one subscriber of
// them.

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"
#include "media/forwarding/down_track.h"
#include "media/forwarding/test_support.h"

namespace portico::media::forwarding::test {

using codec::rtp::Codec;

inline DownTrack::Config down_config() {
  DownTrack::Config config;
  config.ssrc = Ssrc(0xAAAA);
  config.rtx_ssrc = Ssrc(0xBBBB);
  config.video = true;
  config.payloads = {{Codec::vp8, PayloadType(100), PayloadType(101)}};
  config.extensions.abs_send_time = 2;
  return config;
}

inline UpTrack::Config layer_config(std::uint8_t layer) {
  UpTrack::Config config;
  config.ssrc = Ssrc(0x1000U + layer);
  config.video = true;
  config.layer = layer;
  config.payloads = {{PayloadType(96), Codec::vp8, 90000, PayloadType(97)}};
  return config;
}

class DownTrackTest : public ::testing::Test {
 protected:
  DownTrackTest()
      : low(layer_config(0), pool),
        middle(layer_config(1), pool),
        high(layer_config(2), pool),
        random(1),
        down(down_config(), random) {
    ups = {&low, &middle, &high};
    for (std::uint8_t i = 0; i < 3; ++i) down.set_source(i, ups[i]);
    publishers[0].sequence = 100;
    publishers[1].sequence = 65500;
    publishers[1].timestamp = 0xFFFFF000;
    publishers[1].picture_id = 0x7FF0;
    publishers[1].tl0 = 250;
    publishers[2].sequence = 30000;
    publishers[2].timestamp = 123456789;
    publishers[2].picture_id = 5;
  }

  void give(std::uint8_t layer, const ByteVector& data, Duration t) {
    StoredPacket* packet = ups[layer]->receive(*codec::rtp::parse_packet(data), at(t));
    if (packet != nullptr) down.forward(*packet, layer, at(t), subscriber);
  }
  void frame(std::uint8_t layer, const Vp8Frame& kind, Duration t, int count = 3) {
    for (const ByteVector& data : publishers[layer].frame(kind, count)) give(layer, data, t);
  }
  // All layers, `frames` frames of 33 ms from `from`; a key frame on `key_layer` first.
  Duration run(Duration from, int frames, int key_layer = -1) {
    for (int i = 0; i < frames; ++i) {
      for (std::uint8_t layer = 0; layer < 3; ++layer)
        frame(layer, {.key = i == 0 && layer == key_layer}, from + i * 33333us);
    }
    return from + frames * 33333us;
  }
  // What the subscriber got is one stream: no holes, time and pictures go forward by steps of one.
  void expect_seamless() const {
    const auto ordered = subscriber.in_order();
    ASSERT_EQ(ordered.size(), subscriber.all.size()) << "no number twice";
    const Subscriber::Received* before = nullptr;
    std::int64_t number = 0;
    for (const auto& [sequence, received] : ordered) {
      EXPECT_EQ(received->packet.ssrc, Ssrc(0xAAAA));
      if (before != nullptr) {
        EXPECT_EQ(sequence, number + 1) << "hole";
        if (received->packet.timestamp == before->packet.timestamp) {
          EXPECT_EQ(received->vp8->picture_id, before->vp8->picture_id);
        } else {
          EXPECT_TRUE(newer32(received->packet.timestamp, before->packet.timestamp));
          EXPECT_EQ(received->vp8->picture_id, (before->vp8->picture_id + 1) & 0x7FFF);
          if (received->vp8->tid == 0) {
            EXPECT_EQ(received->vp8->tl0_pic_idx,
                      static_cast<std::uint8_t>(before->vp8->tl0_pic_idx + 1));
          }
        }
        EXPECT_EQ(received->vp8->key_idx, received->vp8->key_frame
                                              ? (before->vp8->key_idx + 1) & 0x1F
                                              : before->vp8->key_idx);
      }
      before = received;
      number = sequence;
    }
  }
  std::vector<codec::rtcp::Packet> upstream(std::uint8_t layer, Duration t) {
    codec::rtcp::Writer writer;
    ups[layer]->write_feedback(Ssrc(1), writer, at(t));
    return *codec::rtcp::parse(writer.view());
  }

  CellPool pool;
  UpTrack low, middle, high;
  std::array<UpTrack*, 3> ups{};
  std::array<Publisher, 3> publishers;
  SeededRandom random;
  DownTrack down;
  Subscriber subscriber;
};

}  // namespace portico::media::forwarding::test
