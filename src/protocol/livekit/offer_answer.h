#pragma once
// JSEP offer/answer as an SFU needs it (RFC 8829, 8843), with LiveKit's conventions. The caller
// decides what each section is for (SectionPlan); these functions decide which codecs, feedback
// messages, extensions and directions that means and write the text. There is no negotiation state
// in here: an answer is a function of the offer and the plan.
//
// Rules that clients depend on: an answer mirrors the offer's m-lines, payload types and extension
// ids; unused sections are `inactive` on port 9 (a rejected first section would break BUNDLE); we
// are always the DTLS server (answer passive, offer actpass); everything travels in one BUNDLE.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "protocol/livekit/description.h"

namespace portico::protocol::livekit {

struct LocalTransport {
  std::string ufrag{}, pwd{};
  std::string fingerprint{};  // SHA-256 of our certificate: "AA:BB:..."
  bool ice_lite = false;
  std::vector<std::string> candidate_lines{};  // without "a="; written into the first section
  bool end_of_candidates = false;
};

// How the receiver tells us about the path when we send video to it.
enum class Feedback : std::uint8_t { remb, transport_cc };

struct SectionPlan {
  enum class Use : std::uint8_t {
    inactive,      // nobody uses it now
    receive,       // the client publishes
    send,          // we send a subscription
    send_receive,  // one transceiver does both (native addTrack reuses receiving transceivers)
  };
  Use use = Use::inactive;

  // Sending: msid is "stream_id track_id", e.g. "PA_x|TR_y TR_y".
  std::string stream_id{}, track_id{}, cname{};
  Ssrc ssrc{};      // 0: no a=ssrc lines
  Ssrc rtx_ssrc{};  // 0: no RTX stream
  Feedback feedback = Feedback::remb;

  std::string codec{};  // lower case name to list first: "vp8"; empty keeps the offer's order
  // Opus: stereo=1;maxaveragebitrate=510000 when receiving, sprop-stereo=1 when sending.
  bool stereo = false;
  bool dtx = true;   // opus, receiving: usedtx=1
  bool red = false;  // list RED first, with redundancy for opus; false leaves RED out
};

// `plans` is by mid; sections without a plan are inactive (application sections are always
// accepted). A plan asks for no more than the offer allows: sending to a section that the client
// offers sendonly becomes receive or inactive. Rejected sections of the offer stay rejected.
// `version` is the sdp session version: raise it by one per description.
std::string write_answer(const RemoteDescription& offer, const LocalTransport& local,
                         const std::map<std::string, SectionPlan>& plans, std::uint64_t session_id,
                         std::uint64_t version);

// A section of an offer that we make (dual PC: the subscriber's connection). Keep sections in order
// and keep their mids for the life of the connection; a removed subscription leaves Use::inactive
// and its place is reused for the same kind.
struct OfferSection {
  std::string mid{};  // "0", "1", ... counting up
  Kind kind = Kind::audio;
  SectionPlan plan{};
  // Names allowed ("h264"); empty: every codec of our table for that kind.
  std::vector<std::string> codecs{};
};

std::string write_offer(const LocalTransport& local, const std::vector<OfferSection>& sections,
                        std::uint64_t session_id, std::uint64_t version);

// What an answer of ours puts in force for one section, so that the media plane uses exactly the
// same set. The codec list is in the answer's order: its first entry is what the client sends by
// default.
std::vector<NegotiatedCodec> answered_codecs(const RemoteSection& offered, const SectionPlan& plan);
// The same whatever the section is used for: libwebrtc never offers an extension again that one
// answer refused, so a subscriber section must already accept what a later publication needs. When
// sending, stamp abs_send_time or transport_cc, not both: which one follows from
// SectionPlan::feedback.
ExtensionIds answered_extensions(const RemoteSection& offered);
Direction answered_direction(const RemoteSection& offered, const SectionPlan& plan);

// The table that our own offers use: payload types, parameters, RTX. The client's answer says what
// was accepted.
const std::vector<NegotiatedCodec>& offered_codecs(Kind kind);

inline constexpr std::uint16_t kSctpPort = 5000;
inline constexpr std::uint32_t kMaxMessageSize = 65535;  // bytes, advertised in a=max-message-size

}  // namespace portico::protocol::livekit
