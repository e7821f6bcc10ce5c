#include "media/speakers/speaker_detector.h"

#include <algorithm>
#include <cmath>

namespace portico::media::speakers {
namespace {

constexpr double kSmoothing = 2.0 / (2 + 1);  // exponential moving average over two windows
constexpr double kSteps = 8;

double linear(double minus_dbov) { return std::pow(10.0, -minus_dbov / 20); }

double quantised(double level) { return std::min(1.0, std::ceil(level * kSteps) / kSteps); }

void sort_loudest_first(std::vector<SpeakerChange>& changes) {
  std::sort(changes.begin(), changes.end(), [](const SpeakerChange& a, const SpeakerChange& b) {
    return a.level != b.level ? a.level > b.level : a.speaker < b.speaker;
  });
}

}  // namespace

void SpeakerDetector::on_packet(SpeakerId speaker, std::uint8_t level, Duration duration,
                                Instant now) {
  auto found = states_.find(speaker);
  if (found == states_.end()) {
    if (states_.size() >= kMaxSpeakers) return;
    found = states_.emplace(speaker, State()).first;
  }
  if (!window_end_) window_end_ = now + kWindow;
  State& state = found->second;
  state.last_packet = now;
  state.leaving = false;
  if (level > kThreshold) return;
  state.active = std::min(state.active + duration, kWindow);
  state.loudest = std::min(state.loudest, level);
}

void SpeakerDetector::mute(SpeakerId speaker) {
  const auto found = states_.find(speaker);
  if (found == states_.end()) return;
  found->second.active = Duration(0);
  found->second.loudest = 127;
  found->second.smoothed = 0;
}

void SpeakerDetector::remove(SpeakerId speaker) {
  mute(speaker);
  if (const auto found = states_.find(speaker); found != states_.end())
    found->second.leaving = true;
}

void SpeakerDetector::close_window(State& state, Instant now) {
  double level = 0;
  if (state.active * 100 >= kWindow * kActivePercent) {
    const double share =
        static_cast<double>(state.active.count()) / static_cast<double>(kWindow.count());
    level = linear(state.loudest - 20 * std::log10(share));
  }
  state.smoothed += (level - state.smoothed) * kSmoothing;
  if (now - state.last_packet >= 2 * kWindow) state.smoothed = 0;
  state.active = Duration(0);
  state.loudest = 127;
}

std::vector<SpeakerChange> SpeakerDetector::poll(Instant now) {
  std::vector<SpeakerChange> changes;
  if (!window_end_ || now < *window_end_) return changes;
  const double threshold = linear(kThreshold);
  for (auto entry = states_.begin(); entry != states_.end();) {
    State& state = entry->second;
    if (!state.leaving) close_window(state, now);
    const bool active = state.smoothed >= threshold;
    const double level = active ? quantised(state.smoothed) : 0;
    if (active != state.told_active || level != state.told) {
      changes.push_back({entry->first, level, active});
      state.told = level;
      state.told_active = active;
    }
    entry = state.leaving ? states_.erase(entry) : std::next(entry);
  }
  // A late call closes one window, however many would have fitted.
  window_end_ = std::max(*window_end_ + kWindow, now + kWindow / 2);
  if (states_.empty()) window_end_.reset();
  sort_loudest_first(changes);
  return changes;
}

std::optional<Instant> SpeakerDetector::next_deadline() const { return window_end_; }

std::vector<SpeakerChange> SpeakerDetector::active() const {
  std::vector<SpeakerChange> speakers;
  for (const auto& [speaker, state] : states_) {
    if (state.told_active) speakers.push_back({speaker, state.told, true});
  }
  sort_loudest_first(speakers);
  return speakers;
}

}  // namespace portico::media::speakers
