#include "media/speakers/speaker_detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace portico::media::speakers {
namespace {

Instant at(Duration since_start) { return Instant(Duration(10s) + since_start); }

// RFC 6464: level of a signal in -dBov; full scale is a square wave of amplitude 1, whose mean
// square is 1.
std::uint8_t level_of(const std::function<double(int)>& sample, int from, int count) {
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += sample(from + i) * sample(from + i);
  if (sum == 0) return 127;
  return static_cast<std::uint8_t>(std::clamp(-10 * std::log10(sum / count), 0.0, 127.0));
}

struct Room {
  SpeakerDetector detector;
  std::vector<SpeakerChange> changes;

  // 20 ms packets of a 48 kHz signal over [from, to); polls as a server would.
  void play(SpeakerId speaker, const std::function<double(int)>& sample, Duration from,
            Duration to) {
    for (Duration t = from; t < to; t += 20ms) {
      poll(t);
      const int first = static_cast<int>(t / 20ms) * 960;
      detector.on_packet(speaker, level_of(sample, first, 960), 20ms, at(t));
    }
  }
  void poll(Duration t) {
    for (const auto& change : detector.poll(at(t))) changes.push_back(change);
  }
};

double tone(int i, double amplitude) {
  return amplitude * std::sin(2 * 3.14159265358979 * 450 * i / 48000);
}

TEST(SpeakerDetector, ATonesLevelIsItsLoudness) {
  Room room;
  // A sine of amplitude 0.5 is at -9.03 dBov; in whole numbers 9, that is 10^(-9/20) = 0.355.
  room.play(1, [](int i) { return tone(i, 0.5); }, 0ms, 4s);
  room.poll(4s);
  ASSERT_FALSE(room.changes.empty());
  EXPECT_TRUE(room.changes[0].active);
  EXPECT_EQ(room.changes[0].level, 0.25)
      << "first window: 2/3 of 0.355 = 0.237, rounded up to eighths";
  ASSERT_EQ(room.changes.size(), 2U) << "then it is steady: no news";
  EXPECT_EQ(room.changes[1].level, 0.375) << "0.316 and rising to 0.355";
  EXPECT_EQ(room.detector.active().size(), 1U);
}

TEST(SpeakerDetector, SilenceAndWhispersAreNothing) {
  Room room;
  room.play(1, [](int) { return 0.0; }, 0ms, 2s);
  room.play(2, [](int i) { return tone(i, 0.01); }, 2s, 4s);  // -43 dBov
  EXPECT_TRUE(room.changes.empty());
}

TEST(SpeakerDetector, EndsOnceWithLevelZero) {
  Room room;
  room.play(1, [](int i) { return tone(i, 0.5); }, 0ms, 2s);
  room.changes.clear();
  room.play(1, [](int) { return 0.0; }, 2s, 8s);
  ASSERT_FALSE(room.changes.empty());
  EXPECT_EQ(room.changes.back(), (SpeakerChange{1, 0, false}));
  int ends = 0;
  for (const auto& change : room.changes) ends += change.active ? 0 : 1;
  EXPECT_EQ(ends, 1);
  EXPECT_TRUE(room.detector.active().empty());
}

TEST(SpeakerDetector, FortyPercentOfTheWindowAreNeeded) {
  const auto active_share = [](int loud_packets) {
    Room room;
    for (int i = 0; i < 20; ++i)
      room.detector.on_packet(1, i < loud_packets ? 10 : 127, 20ms, at(i * 20ms));
    room.poll(400ms);
    return room.changes;
  };
  EXPECT_TRUE(active_share(7).empty());
  const auto changes = active_share(8);
  ASSERT_EQ(changes.size(), 1U);
  // 10 - 20 log10(0.4) = 17.96 dB -> 0.1265; smoothed 2/3 -> 0.084 -> 1/8
  EXPECT_EQ(changes[0].level, 0.125);
}

TEST(SpeakerDetector, NoPacketsForTwoWindowsIsSilence) {
  Room room;
  room.play(1, [](int i) { return tone(i, 1.0); }, 0ms, 2s);
  room.changes.clear();
  for (Duration t = 2s; t <= 4s; t += 100ms) room.poll(t);
  ASSERT_FALSE(room.changes.empty());
  EXPECT_FALSE(room.changes.back().active);
}

TEST(SpeakerDetector, MuteAndLeaveEndSpeech) {
  Room room;
  room.play(1, [](int i) { return tone(i, 0.7); }, 0ms, 1s);
  room.play(2, [](int i) { return tone(i, 0.7); }, 1s, 2s);
  room.changes.clear();
  room.detector.mute(2);
  room.poll(2400ms);
  ASSERT_FALSE(room.changes.empty());
  EXPECT_FALSE(room.changes.back().active);

  Room other;
  other.play(7, [](int i) { return tone(i, 0.7); }, 0ms, 1s);
  other.changes.clear();
  other.detector.remove(7);
  other.poll(2s);
  ASSERT_EQ(other.changes.size(), 1U);
  EXPECT_EQ(other.changes[0], (SpeakerChange{7, 0, false}));
  EXPECT_FALSE(other.detector.next_deadline()) << "nobody is left";
}

TEST(SpeakerDetector, LoudestFirst) {
  Room room;
  for (int i = 0; i < 20; ++i) {
    room.detector.on_packet(1, 30, 20ms, at(i * 20ms));
    room.detector.on_packet(2, 3, 20ms, at(i * 20ms));
    room.detector.on_packet(3, 12, 20ms, at(i * 20ms));
  }
  room.poll(400ms);
  ASSERT_EQ(room.changes.size(), 3U);
  EXPECT_EQ(room.changes[0].speaker, 2U);
  EXPECT_EQ(room.changes[1].speaker, 3U);
  EXPECT_EQ(room.changes[2].speaker, 1U);
}

}  // namespace
}  // namespace portico::media::speakers
