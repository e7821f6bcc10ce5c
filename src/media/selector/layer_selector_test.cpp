#include "media/selector/layer_selector.h"

#include <gtest/gtest.h>

#include <array>

namespace portico::media::selector {
namespace {

Instant at(Duration since_start) { return Instant(Duration(50s) + since_start); }

const std::array<Layer, 3> kThree{{{320, 180}, {640, 360}, {1280, 720}}};

TEST(LayerForQuality, DependsOnHowManyAreThere) {
  EXPECT_EQ(layer_for_quality(Quality::low, 3), 0);
  EXPECT_EQ(layer_for_quality(Quality::medium, 3), 1);
  EXPECT_EQ(layer_for_quality(Quality::high, 3), 2);
  EXPECT_EQ(layer_for_quality(Quality::low, 2), 0);
  EXPECT_EQ(layer_for_quality(Quality::medium, 2), 1);
  EXPECT_EQ(layer_for_quality(Quality::high, 2), 1);
  EXPECT_EQ(layer_for_quality(Quality::high, 1), 0);
}

TEST(LayerForHeight, TakesTheLowestThatIsTallEnough) {
  EXPECT_EQ(layer_for_height(100, kThree), 0);
  EXPECT_EQ(layer_for_height(180, kThree), 0);
  EXPECT_EQ(layer_for_height(200, kThree), 0) << "180 is 0.9 of 200";
  EXPECT_EQ(layer_for_height(201, kThree), 1);
  EXPECT_EQ(layer_for_height(400, kThree), 1);
  EXPECT_EQ(layer_for_height(401, kThree), 2);
  EXPECT_EQ(layer_for_height(2160, kThree), 2) << "else the top";
}

TEST(LayerForHeight, UnknownAndEqualHeights) {
  const std::array<Layer, 3> unknown{};
  EXPECT_EQ(layer_for_height(200, unknown), 0);
  EXPECT_EQ(layer_for_height(360, unknown), 1);
  EXPECT_EQ(layer_for_height(720, unknown), 2);
  const std::array<Layer, 3> equal{{{640, 360}, {640, 360}, {1280, 720}}};
  EXPECT_EQ(layer_for_height(100, equal), 1) << "of equal heights the topmost";
}

TEST(TemporalForFps, UsesTheSameTolerance) {
  EXPECT_EQ(temporal_for_fps(0, 30, 3), 3) << "all";
  EXPECT_EQ(temporal_for_fps(7, 30, 3), 0);
  EXPECT_EQ(temporal_for_fps(15, 30, 3), 1);
  EXPECT_EQ(temporal_for_fps(16, 30, 3), 1);
  EXPECT_EQ(temporal_for_fps(17, 30, 3), 3);
  EXPECT_EQ(temporal_for_fps(10, 0, 3), 3) << "frame rate unknown";
}

TEST(LayerSelector, CombinesWishAvailabilityAndGuard) {
  LayerSelector selector;
  selector.set_layers(kThree);
  EXPECT_EQ(selector.target(), 2) << "nothing is alive yet: aim at the wish";
  selector.set_available(0b111);
  EXPECT_EQ(selector.target(), 2);
  selector.set_settings({.quality = Quality::medium});
  EXPECT_EQ(selector.target(), 1);
  selector.set_settings({.quality = Quality::high, .width = 320, .height = 180});
  EXPECT_EQ(selector.target(), 0) << "size wins over quality";
  selector.set_settings({});
  selector.set_available(0b011);
  EXPECT_EQ(selector.target(), 1);
  selector.set_settings({.quality = Quality::low});
  selector.set_available(0b100);
  EXPECT_EQ(selector.target(), 2) << "better too much than nothing";
  selector.set_settings({.disabled = true});
  EXPECT_FALSE(selector.target());
  EXPECT_FALSE(selector.wanted());

  selector.set_settings({});
  selector.set_available(0b111);
  selector.guard().on_loss(0.3, at(0s));
  selector.guard().on_loss(0.3, at(1s));
  EXPECT_TRUE(selector.guard().update(2, 2, at(2s)));
  EXPECT_EQ(selector.target(), 1);
}

}  // namespace
}  // namespace portico::media::selector
