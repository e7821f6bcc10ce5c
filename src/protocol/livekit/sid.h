#pragma once
// LiveKit identifiers: a prefix that tells the kind and 12 random characters of a 57-letter
// alphabet without look-alikes (about 70 bits).

#include <string>
#include <string_view>

#include "base/random.h"
#include "codec/livekit/models.h"

namespace portico::protocol::livekit {

namespace sid_prefix {
inline constexpr std::string_view room = "RM_", participant = "PA_", track = "TR_",
                                  data_track = "DTR_", node = "ND_", connection = "CO_",
                                  webhook_event = "EV_", rpc = "RPC_";
}  // namespace sid_prefix

inline constexpr std::string_view kSidAlphabet =
    "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
inline constexpr std::size_t kSidRandomLength = 12;

// new_sid(sid_prefix::room, random) -> "RM_" + 12 characters.
std::string new_sid(std::string_view prefix, Random& random);

// Track SIDs carry kind and source after the prefix: TR_AM... microphone, TR_VC... camera, TR_VS...
// screen, TR_As... screen audio, TR_A.../TR_V... unknown source.
std::string new_track_sid(codec::livekit::TrackType type, codec::livekit::TrackSource source,
                          Random& random);

// Does `sid` consist of `prefix` and at least one more character, all of them letters or digits?
bool is_sid(std::string_view sid, std::string_view prefix);

}  // namespace portico::protocol::livekit
