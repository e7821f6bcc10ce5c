#pragma once
// Inside this folder only: one media section of an SDP -> RemoteSection.

#include "codec/sdp/sdp.h"
#include "protocol/livekit/description.h"

namespace portico::protocol::livekit {

// Everything but `rejected` beyond what the section itself tells (unknown media type or transport),
// and without the attributes of the transport (ICE, DTLS), which belong to the whole BUNDLE.
Result<RemoteSection> read_section(const codec::sdp::Session& session,
                                   const codec::sdp::Media& media);

}  // namespace portico::protocol::livekit
