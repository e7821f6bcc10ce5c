#pragma once
// Inside this folder only: writes the m-sections of answers and offers.

#include <string>
#include <string_view>
#include <vector>

#include "codec/sdp/sdp.h"
#include "protocol/livekit/offer_answer.h"

namespace portico::protocol::livekit {

std::string_view to_text(Direction direction);

// o=, s=, t= and the attributes of the whole description.
codec::sdp::Session new_session(const LocalTransport& local, std::uint64_t session_id,
                                std::uint64_t version);

// ICE and DTLS of the one transport; `setup` is "passive" or "actpass".
void write_transport(codec::sdp::Media& media, const LocalTransport& local, std::string_view setup);

// Into the first usable section of a BUNDLE.
void write_candidates(codec::sdp::Media& media, const LocalTransport& local);

void write_extensions(codec::sdp::Media& media, const ExtensionIds& ids);

// Moves the codecs of that name to the front; the order is kept otherwise.
void put_first(std::vector<NegotiatedCodec>& codecs, std::string_view name);

// Formats of the m-line, rtpmap, fmtp and rtcp-fb of each codec and its RTX.
void write_codecs(codec::sdp::Media& media, const std::vector<NegotiatedCodec>& codecs);

// msid and a=ssrc lines of what we send.
void write_sender(codec::sdp::Media& media, const SectionPlan& plan, bool rtx);

void write_sctp(codec::sdp::Media& media);

}  // namespace portico::protocol::livekit
