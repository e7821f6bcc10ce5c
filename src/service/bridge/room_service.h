#pragma once
// livekit.RoomService over Twirp (livekit-protocol 5.1 to 5.3): POST
// /twirp/livekit.RoomService/<Method>, JSON or protobuf, so that livekit-server-sdk works.

#include "io/http/router.h"

namespace portico::service::bridge {

class Bridge;

// The bridge outlives the router.
void add_room_service(io::http::Router& router, Bridge& bridge);

}  // namespace portico::service::bridge
