#include "protocol/livekit/sid.h"

#include <algorithm>

namespace portico::protocol::livekit {

using codec::livekit::TrackSource;
using codec::livekit::TrackType;

std::string new_sid(std::string_view prefix, Random& random) {
  return std::string(prefix) + random.text(kSidRandomLength, kSidAlphabet);
}

std::string new_track_sid(TrackType type, TrackSource source, Random& random) {
  std::string prefix(sid_prefix::track);
  if (type == TrackType::audio) prefix.push_back('A');
  if (type == TrackType::video) prefix.push_back('V');
  switch (source) {
    case TrackSource::camera:
      prefix.push_back('C');
      break;
    case TrackSource::microphone:
      prefix.push_back('M');
      break;
    case TrackSource::screen_share:
      prefix.push_back('S');
      break;
    case TrackSource::screen_share_audio:
      prefix.push_back('s');
      break;
    default:
      break;
  }
  return new_sid(prefix, random);
}

bool is_sid(std::string_view sid, std::string_view prefix) {
  if (!sid.starts_with(prefix) || sid.size() == prefix.size()) return false;
  return std::ranges::all_of(sid.substr(prefix.size()), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

}  // namespace portico::protocol::livekit
