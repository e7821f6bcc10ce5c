#include "codec/rtp/codec.h"

#include <gtest/gtest.h>

#include <vector>

#include "codec/rtp/dependency_descriptor.h"
#include "codec/rtp/red.h"
#include "codec/rtp/vp8.h"
#include "codec/rtp/vp9.h"

namespace portico::codec::rtp {
namespace {

using Data = std::vector<std::uint8_t>;

TEST(Codec, KnowsNames) {
  EXPECT_EQ(codec_from_name("video/VP8"), Codec::vp8);
  EXPECT_EQ(codec_from_name("h264"), Codec::h264);
  EXPECT_EQ(codec_from_name("audio/opus"), Codec::opus);
  EXPECT_EQ(codec_from_name("rtx"), Codec::unknown);
  EXPECT_EQ(codec_from_name("vp"), Codec::unknown);
  EXPECT_EQ(codec_name(Codec::av1), "av1");
  EXPECT_TRUE(is_video(Codec::vp9));
  EXPECT_FALSE(is_video(Codec::red));
}

TEST(Vp8, ParsesAFullDescriptorWithWidePictureId) {
  const Data payload{0x90, 0xF0, 0x92, 0x34, 0x07, 0xB5, 0x10, 0x02, 0x00};  // X S; I L T K
  const auto d = parse_vp8(payload);
  ASSERT_TRUE(d);
  EXPECT_TRUE(d->frame_start());
  EXPECT_TRUE(d->key_frame);
  EXPECT_EQ(d->picture_id_bits, 15);
  EXPECT_EQ(d->picture_id, 0x1234);
  EXPECT_EQ(d->tl0_pic_idx, 7);
  EXPECT_EQ(d->tid, 2);
  EXPECT_TRUE(d->layer_sync);
  EXPECT_EQ(d->key_idx, 0x15);
  EXPECT_EQ(d->size, 6);
}

TEST(Vp8, RewritesInPlace) {
  Data payload{0x90, 0xF0, 0x92, 0x34, 0x07, 0xB5, 0x10, 0x02, 0x00};
  rewrite_vp8(payload, *parse_vp8(payload), {0xFFFF, 9, 0xFF});
  auto d = parse_vp8(payload);
  ASSERT_TRUE(d);
  EXPECT_EQ(d->picture_id, 0x7FFF) << "15 bits";
  EXPECT_EQ(d->tl0_pic_idx, 9);
  EXPECT_EQ(d->key_idx, 0x1F);
  EXPECT_EQ(d->tid, 2) << "untouched";

  Data narrow{0x90, 0x80, 0x7F, 0x01};
  rewrite_vp8(narrow, *parse_vp8(narrow), {0x80, 1, 1});
  EXPECT_EQ(parse_vp8(narrow)->picture_id, 0);
  EXPECT_EQ(parse_vp8(narrow)->picture_id_bits, 7);
}

TEST(Vp8, KeyFramesOnlyAtTheFirstPacketOfAFrame) {
  EXPECT_TRUE(is_key_frame(Codec::vp8, Data{0x10, 0x00}));
  EXPECT_FALSE(is_key_frame(Codec::vp8, Data{0x10, 0x01})) << "P: predicted";
  EXPECT_FALSE(is_key_frame(Codec::vp8, Data{0x00, 0x00})) << "not a start";
  EXPECT_FALSE(is_key_frame(Codec::vp8, Data{0x11, 0x00})) << "second partition";
  EXPECT_FALSE(parse_vp8(Data{0x90, 0x80, 0x81})) << "cut in the picture id";
  EXPECT_FALSE(parse_vp8(Data{0x10})) << "no payload";
  EXPECT_FALSE(parse_vp8({}));
}

TEST(Vp9, ReadsLayersAndKeyFrames) {
  const Data key{0xAC, 0x81, 0x02,
                 0x00, 0x05, 0xFF};  // I, L, B, E; picture id 0x102; tid 0 sid 0; tl0
  const auto d = parse_vp9(key);
  ASSERT_TRUE(d);
  EXPECT_EQ(d->picture_id, 0x102);
  EXPECT_EQ(d->tl0_pic_idx, 5);
  EXPECT_TRUE(d->key_frame());
  EXPECT_TRUE(is_key_frame(Codec::vp9, key));
  const Data upper{0xAC, 0x81, 0x02, 0x52, 0x05, 0xFF};  // tid 2, U, sid 1
  EXPECT_EQ(parse_vp9(upper)->sid, 1);
  EXPECT_EQ(parse_vp9(upper)->tid, 2);
  EXPECT_TRUE(parse_vp9(upper)->switching_up);
  EXPECT_FALSE(is_key_frame(Codec::vp9, upper));
  EXPECT_FALSE(is_key_frame(Codec::vp9, Data{0xEC, 0x81, 0x02, 0x00, 0x05})) << "P";
  EXPECT_FALSE(parse_vp9(Data{0xAC, 0x81}));
}

TEST(H264, FindsSpsAndIdr) {
  EXPECT_TRUE(is_key_frame(Codec::h264, Data{0x67, 1, 2}));
  EXPECT_TRUE(is_key_frame(Codec::h264, Data{0x65, 1, 2}));
  EXPECT_FALSE(is_key_frame(Codec::h264, Data{0x41, 1, 2}));
  EXPECT_TRUE(is_key_frame(Codec::h264, Data{0x78, 0, 2, 0x09, 0x10, 0, 2, 0x67, 0x42}))
      << "STAP-A: AUD, SPS";
  EXPECT_FALSE(is_key_frame(Codec::h264, Data{0x78, 0, 9, 0x67})) << "STAP-A cut";
  EXPECT_TRUE(is_key_frame(Codec::h264, Data{0x7C, 0x85, 1})) << "FU-A, first fragment of IDR";
  EXPECT_FALSE(is_key_frame(Codec::h264, Data{0x7C, 0x05, 1})) << "FU-A, middle";
}

TEST(H265AndAv1, FindKeyFrames) {
  EXPECT_TRUE(is_key_frame(Codec::h265, Data{0x40, 0x01, 0x0C}));   // VPS
  EXPECT_TRUE(is_key_frame(Codec::h265, Data{0x62, 0x01, 0x93}));   // FU, start, IDR_W_RADL
  EXPECT_FALSE(is_key_frame(Codec::h265, Data{0x62, 0x01, 0x13}));  // FU, middle
  EXPECT_FALSE(is_key_frame(Codec::h265, Data{0x02, 0x01, 0x00}));  // TRAIL_R
  EXPECT_TRUE(is_key_frame(Codec::av1, Data{0x18, 0x0A}));
  EXPECT_FALSE(is_key_frame(Codec::av1, Data{0x10, 0x32}));
  EXPECT_FALSE(is_frame_start(Codec::av1, Data{0x90, 0x32}));
}

TEST(Red, SeparatesBlocks) {
  // one redundant block: PT 111, offset 960, 2 bytes; primary PT 111
  const Data payload{0xEF, 0x0F, 0x00, 0x02, 0x6F, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE};
  const auto red = parse_red(payload);
  ASSERT_TRUE(red);
  ASSERT_EQ(red->redundant().size(), 1U);
  EXPECT_EQ(red->redundant()[0].timestamp_offset, 960);
  EXPECT_EQ(red->redundant()[0].data.size(), 2U);
  EXPECT_EQ(red->primary.payload_type, PayloadType(111));
  EXPECT_EQ(red->primary.data.size(), 3U);
  EXPECT_EQ(red_primary(payload).data(), red->primary.data.data());
  EXPECT_EQ(red_primary(Data{0x6F, 1}).size(), 1U) << "no redundancy";
}

TEST(Red, RefusesLies) {
  EXPECT_EQ(parse_red(Data{0xEF, 0x0F, 0x00}).error().code, ErrorCode::truncated);
  EXPECT_EQ(parse_red(Data{0xEF, 0x0F, 0x00, 0x09, 0x6F, 1}).error().code, ErrorCode::truncated);
  EXPECT_TRUE(red_primary(Data{0xEF, 0x0F, 0x00, 0x09, 0x6F, 1}).empty());
  EXPECT_TRUE(red_primary({}).empty());
  Data many;
  for (int i = 0; i < 9; ++i) many.insert(many.end(), {0xEF, 0, 0, 0});
  many.push_back(0x6F);
  EXPECT_EQ(parse_red(many).error().code, ErrorCode::limit);
}

TEST(DependencyDescriptor, ReadsAndShiftsFrameNumbers) {
  Data element{0xC5, 0xFF, 0xFE, 0x80};
  const auto d = parse_dependency_descriptor(element);
  ASSERT_TRUE(d);
  EXPECT_TRUE(d->frame_start && d->frame_end && d->has_structure);
  EXPECT_EQ(d->template_id, 5);
  EXPECT_EQ(d->frame_number, 0xFFFE);
  rewrite_frame_number(element, 3);
  EXPECT_EQ(parse_dependency_descriptor(element)->frame_number, 3);
  EXPECT_EQ(element[0], 0xC5);
  EXPECT_FALSE(parse_dependency_descriptor(Bytes(element).first(2)));
}

}  // namespace
}  // namespace portico::codec::rtp
