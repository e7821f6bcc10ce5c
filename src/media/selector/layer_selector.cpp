#include "media/selector/layer_selector.h"

#include <algorithm>

namespace portico::media::selector {
namespace {

constexpr double kTolerance = 0.9;
constexpr std::uint8_t kTopTemporal = 3;  // VP8 has two bits for it
constexpr std::uint8_t kUsualTemporalLayers = 3;

}  // namespace

std::uint8_t layer_for_quality(Quality quality, std::size_t layer_count) {
  if (layer_count <= 1 || quality == Quality::low) return 0;
  if (layer_count == 2) return 1;
  return quality == Quality::medium ? 1 : 2;
}

std::uint8_t layer_for_height(std::uint32_t height, std::span<const Layer> layers) {
  if (layers.empty()) return 0;
  const bool unknown =
      std::all_of(layers.begin(), layers.end(), [](const Layer& l) { return l.height == 0; });
  const auto height_of = [&](std::size_t i) -> double {
    return unknown ? static_cast<double>(180U << i) : static_cast<double>(layers[i].height);
  };
  std::size_t chosen = layers.size() - 1;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (height_of(i) >= kTolerance * static_cast<double>(height)) {
      chosen = i;
      break;
    }
  }
  while (chosen + 1 < layers.size() && height_of(chosen + 1) <= height_of(chosen)) ++chosen;
  return static_cast<std::uint8_t>(chosen);
}

std::uint8_t temporal_for_fps(std::uint32_t fps, double full_fps, std::uint8_t count) {
  if (fps == 0 || full_fps <= 0 || count == 0) return kTopTemporal;
  for (std::uint8_t t = 0; t + 1 < count; ++t) {
    if (full_fps / static_cast<double>(1U << (count - 1 - t)) >= kTolerance * fps) return t;
  }
  return kTopTemporal;
}

void LayerSelector::set_layers(std::span<const Layer> layers) {
  layers = layers.first(std::min(layers.size(), kMaxLayers));
  layers_.assign(layers.begin(), layers.end());
  if (layers_.empty()) layers_.emplace_back();
}

std::optional<std::uint8_t> LayerSelector::wanted() const {
  if (settings_.disabled) return std::nullopt;
  if (settings_.width > 0 && settings_.height > 0)
    return layer_for_height(settings_.height, layers_);
  return layer_for_quality(settings_.quality, layers_.size());
}

std::optional<std::uint8_t> LayerSelector::target() const {
  const auto want = wanted();
  if (!want) return std::nullopt;
  const std::uint8_t limit = std::min(*want, guard_.limit());
  if (available_ == 0) return limit;
  for (int layer = limit; layer >= 0; --layer) {
    if ((available_ >> layer & 1U) != 0) return static_cast<std::uint8_t>(layer);
  }
  for (std::uint8_t layer = limit; layer < kMaxLayers; ++layer) {
    if ((available_ >> layer & 1U) != 0) return layer;
  }
  return limit;
}

std::uint8_t LayerSelector::max_temporal() const {
  return temporal_for_fps(settings_.fps, full_fps_, kUsualTemporalLayers);
}

}  // namespace portico::media::selector
