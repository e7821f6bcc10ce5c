#pragma once
// The RTP header extensions that we understand: URI in SDP <-> member of ExtensionIds.

#include <string_view>

#include "protocol/livekit/description.h"

namespace portico::protocol::livekit {

struct ExtensionUri {
  std::string_view uri;
  ExtensionIds::Id ExtensionIds::* id;
};

inline constexpr ExtensionUri kExtensionUris[] = {
    {"urn:ietf:params:rtp-hdrext:sdes:mid", &ExtensionIds::mid},
    {"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", &ExtensionIds::rid},
    {"urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", &ExtensionIds::repaired_rid},
    {"urn:ietf:params:rtp-hdrext:ssrc-audio-level", &ExtensionIds::audio_level},
    {"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
     &ExtensionIds::transport_cc},
    {"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", &ExtensionIds::abs_send_time},
    {"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
     &ExtensionIds::dependency_descriptor},
    {"http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", &ExtensionIds::playout_delay},
    {"http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
     &ExtensionIds::abs_capture_time},
    {"urn:3gpp:video-orientation", &ExtensionIds::video_orientation},
};

}  // namespace portico::protocol::livekit
