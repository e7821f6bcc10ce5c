#pragma once
// STUN on a stream: Binding requests answered one after the other, with bounds on idleness and
// number. TURN takes over here when the relay arrives: same first bytes, other methods.

#include "io/door/door.h"
#include "io/net/stream.h"
#include "io/runtime/task.h"

namespace portico::io::door {

// Returns when the client ends, is idle, has asked `limits.stun_requests` times, or sends anything
// but a Binding request. Yields the number of requests answered.
runtime::Task<std::size_t> serve_stun(net::Stream& stream, const DoorLimits& limits);

}  // namespace portico::io::door
