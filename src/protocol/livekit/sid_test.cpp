#include "protocol/livekit/sid.h"

#include <gtest/gtest.h>

namespace portico::protocol::livekit {
namespace {

using codec::livekit::TrackSource;
using codec::livekit::TrackType;

TEST(Sid, HasPrefixLengthAndAlphabet) {
  SeededRandom random(1);
  EXPECT_EQ(kSidAlphabet.size(), 57U);
  for (int i = 0; i < 100; ++i) {
    const std::string sid = new_sid(sid_prefix::room, random);
    ASSERT_EQ(sid.size(), 15U);
    EXPECT_EQ(sid.substr(0, 3), "RM_");
    EXPECT_EQ(sid.find_first_not_of(kSidAlphabet, 3), std::string::npos) << sid;
    EXPECT_TRUE(is_sid(sid, sid_prefix::room));
    EXPECT_FALSE(is_sid(sid, sid_prefix::track));
  }
  EXPECT_NE(new_sid("PA_", random), new_sid("PA_", random));
}

TEST(Sid, TracksTellKindAndSource) {
  SeededRandom random(1);
  const auto prefix = [&](TrackType type, TrackSource source) {
    const std::string sid = new_track_sid(type, source, random);
    return sid.substr(0, sid.size() - kSidRandomLength);
  };
  EXPECT_EQ(prefix(TrackType::audio, TrackSource::microphone), "TR_AM");
  EXPECT_EQ(prefix(TrackType::video, TrackSource::camera), "TR_VC");
  EXPECT_EQ(prefix(TrackType::video, TrackSource::screen_share), "TR_VS");
  EXPECT_EQ(prefix(TrackType::audio, TrackSource::screen_share_audio), "TR_As");
  EXPECT_EQ(prefix(TrackType::audio, TrackSource::unknown), "TR_A");
}

TEST(Sid, RefusesOthers) {
  EXPECT_FALSE(is_sid("PA_", "PA_"));
  EXPECT_FALSE(is_sid("", "PA_"));
  EXPECT_FALSE(is_sid("PA_a b", "PA_"));
  EXPECT_FALSE(is_sid("PA_a|TR_b", "PA_"));
}

}  // namespace
}  // namespace portico::protocol::livekit
