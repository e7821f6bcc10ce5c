#pragma once
// From the HTTP request that opens a signalling connection to JoinParams (livekit-protocol 1.2
// to 1.4, 1.6).

#include "base/time.h"
#include "io/http/message.h"
#include "media/room/host.h"
#include "protocol/livekit/token.h"

namespace portico::service::bridge {

// `v1`: /rtc/v1 with its join_request parameter. Refusals carry the status and text that clients
// know.
tl::expected<media::room::JoinParams, media::room::JoinRefusal> read_join(
    const io::http::Request& request, bool v1, const protocol::livekit::KeyLookup& keys,
    WallTime now);

}  // namespace portico::service::bridge
