#pragma once
// Which simulcast layer should a subscriber get? What it asked for (track settings), limited by
// what is published, what is alive on the wire, and what its path carries (LossGuard).
// (livekit-protocol 4.7, 6.5)
//
//   LayerSelector selector;
//   selector.set_layers(layers);                 // ascending by layer
//   selector.set_settings({.width = 640, .height = 360});
//   selector.set_available(0b011);               // bit n: layer n is alive
//   down_track.set_target(selector.target(), now, selector.max_temporal());

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "media/selector/loss_guard.h"

namespace portico::media::selector {

inline constexpr std::size_t kMaxLayers = 4;

struct Layer {
  std::uint32_t width = 0;  // 0: unknown
  std::uint32_t height = 0;
};

enum class Quality : std::uint8_t { low, medium, high };

struct TrackSettings {
  bool disabled = false;
  Quality quality = Quality::high;
  std::uint32_t width = 0;  // with height: wins over quality
  std::uint32_t height = 0;
  std::uint32_t fps = 0;  // 0: as many as there are
};

// LOW/MEDIUM/HIGH on three layers are 0/1/2; on two 0/1/1; on one always 0.
std::uint8_t layer_for_quality(Quality quality, std::size_t layer_count);

// The lowest layer of at least 0.9 times the requested height, else the top one. Without any layer
// sizes the heights count as 180, 360, 720. Of several layers of equal height the topmost.
std::uint8_t layer_for_height(std::uint32_t height, std::span<const Layer> layers);

// The lowest temporal layer with at least 0.9 times the requested frame rate: layer t of `count`
// has full_fps / 2^(count-1-t).
std::uint8_t temporal_for_fps(std::uint32_t fps, double full_fps, std::uint8_t count);

class LayerSelector {
 public:
  // At most kMaxLayers, the rest is ignored; audio and plain video have one. Starts with one layer
  // of unknown size, available.
  void set_layers(std::span<const Layer> layers);
  void set_settings(const TrackSettings& settings) { settings_ = settings; }
  const TrackSettings& settings() const { return settings_; }
  void set_available(std::uint32_t mask) { available_ = mask; }
  void set_frame_rate(double full_fps) { full_fps_ = full_fps; }

  LossGuard& guard() { return guard_; }

  // What the settings ask for; nullopt when disabled.
  std::optional<std::uint8_t> wanted() const;
  // The highest available layer up to min(wanted, guard); if there is none so low, the lowest
  // available one. nullopt: disabled. With nothing available at all (nothing published yet) the
  // wanted one, so that its first key frame starts the flow.
  std::optional<std::uint8_t> target() const;
  std::uint8_t max_temporal() const;

 private:
  std::vector<Layer> layers_{1};
  TrackSettings settings_;
  std::uint32_t available_ = 0;
  double full_fps_ = 0;
  LossGuard guard_;
};

}  // namespace portico::media::selector
