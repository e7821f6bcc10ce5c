// Who speaks and how good the connections are (livekit-protocol 4.10, 6.7, 6.8).
#include <algorithm>

#include "media/room/room.h"

namespace portico::media::room {

namespace lk = codec::livekit;
using Response = lk::SignalResponse;

namespace {

constexpr Duration kOpusFrame = 20ms;
constexpr Duration kQualityInterval = 5s;

lk::ConnectionQuality to_wire(speakers::Quality quality) {
  switch (quality) {
    case speakers::Quality::lost:
      return lk::ConnectionQuality::lost;
    case speakers::Quality::poor:
      return lk::ConnectionQuality::poor;
    case speakers::Quality::good:
      return lk::ConnectionQuality::good;
    case speakers::Quality::excellent:
      break;
  }
  return lk::ConnectionQuality::excellent;
}

// May `listener` know how `speaker` speaks? Itself, and whoever receives one of its tracks.
bool follows(const Participant& listener, const Participant& speaker) {
  if (&listener == &speaker) return true;
  return std::any_of(
      speaker.publications().begin(), speaker.publications().end(),
      [&](const auto& entry) { return listener.subscriptions().contains(entry.first); });
}

}  // namespace

void Room::on_audio_level(Participant& participant, std::uint8_t level) {
  detector_.on_packet(participant.number, level, kOpusFrame, context_.now);
}

void Room::on_muted(Participant& participant) {
  bool audible = std::any_of(
      participant.publications().begin(), participant.publications().end(),
      [](const auto& entry) { return !entry.second->video() && !entry.second->info.muted; });
  if (!audible) detector_.mute(participant.number);
}

void Room::update_speakers() {
  auto changes = detector_.poll(context_.now);
  if (changes.empty()) return;
  for (auto& [identity, listener] : participants_) {
    lk::SpeakersChanged message;
    for (const auto& change : changes) {
      auto speaker =
          std::find_if(participants_.begin(), participants_.end(),
                       [&](const auto& entry) { return entry.second->number == change.speaker; });
      if (speaker == participants_.end() || !follows(*listener, *speaker->second)) continue;
      message.speakers.push_back(
          {speaker->second->sid(), static_cast<float>(change.level), change.active});
    }
    if (!message.speakers.empty()) listener->send(Response::SpeakersChanged{std::move(message)});
  }
}

void Room::update_quality() {
  next_quality_ = context_.now + kQualityInterval;
  bool changed = false;
  std::map<const Participant*, lk::ConnectionQualityInfo> verdicts;
  for (auto& [identity, participant] : participants_) {
    if (!participant->active()) continue;
    double score = 100;
    for (const auto& [track_sid, publication] : participant->publications()) {
      if (!publication->announced) continue;
      publication->close_quality_window();
      score = std::min(score, publication->quality.score());
    }
    for (const auto& [track_sid, subscription] : participant->subscriptions()) {
      subscription->close_quality_window();
      if (subscription->quality.has_verdict(context_.now))
        score = std::min(score, subscription->quality.score());
    }
    lk::ConnectionQuality quality = to_wire(speakers::quality_of(score));
    changed = changed || !participant->quality_told || quality != participant->last_quality;
    participant->last_quality = quality;
    participant->quality_told = true;
    verdicts[participant.get()] = {participant->sid(), quality, speakers::mos_of(score)};
  }
  if (!changed) return;
  for (auto& [identity, participant] : participants_) {
    if (!participant->active()) continue;
    lk::ConnectionQualityUpdate update;
    for (const auto& [other, verdict] : verdicts) {
      if (follows(*participant, *other)) update.updates.push_back(verdict);
    }
    participant->send(Response::ConnectionQuality{std::move(update)});
  }
}

}  // namespace portico::media::room
