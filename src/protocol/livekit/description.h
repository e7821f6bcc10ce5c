#pragma once
// What a peer's SDP says, reduced to what an SFU acts upon. read_description() is the only way in;
// the text itself is not kept. Sections stand in m-line order, which never changes during a session
// (RFC 8829 5.3.1).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace portico::protocol::livekit {

enum class Kind : std::uint8_t { audio, video, application };
// As the writer of the SDP sees it.
enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };
enum class DescriptionType : std::uint8_t { offer, answer, pranswer };
enum class Setup : std::uint8_t { actpass, active, passive };  // RFC 8842

// One codec of a section. In a RemoteDescription: a codec that the peer lists and that we can
// forward. Payload types are the peer's own, so they differ from peer to peer and must never be
// assumed.
struct NegotiatedCodec {
  PayloadType pt{};
  std::string name{};  // lower case: opus, red, pcmu, pcma, vp8, vp9, h264, av1
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;
  std::string fmtp{};                   // as offered, may be empty
  std::optional<PayloadType> rtx_pt{};  // RFC 4588 payload type whose apt is `pt`
  bool nack = false, pli = false, fir = false, transport_cc = false, remb = false;  // a=rtcp-fb

  friend bool operator==(const NegotiatedCodec&, const NegotiatedCodec&) = default;
};

// "audio/opus", "video/H264": the spelling that TrackInfo.mime_type uses.
std::string mime_type(const NegotiatedCodec& codec);

// RTP header extension ids (RFC 8285) of the extensions we understand; 1..14 one-byte, up to 255
// two-byte.
struct ExtensionIds {
  using Id = std::optional<std::uint8_t>;
  Id mid{}, rid{}, repaired_rid{}, audio_level{}, transport_cc{}, abs_send_time{};
  Id dependency_descriptor{}, playout_delay{}, abs_capture_time{}, video_orientation{};

  friend bool operator==(const ExtensionIds&, const ExtensionIds&) = default;
};

struct RemoteSection {
  std::string mid{};
  Kind kind = Kind::audio;
  Direction direction = Direction::sendrecv;  // the peer's view: sendonly = it publishes
  // Port 0 without bundle-only, outside the BUNDLE group, or a media type we don't know: answered
  // with port 0, unusable.
  bool rejected = false;
  std::string media{}, transport{};       // m-line words to mirror: "audio", "UDP/TLS/RTP/SAVPF"
  std::string formats{};                  // the m-line's format list, mirrored when rejected
  std::string stream_id{}, track_id{};    // first a=msid; empty when absent, stream_id "" for "-"
  std::vector<NegotiatedCodec> codecs{};  // the peer's order, those we can forward only
  ExtensionIds extensions{};
  std::vector<std::string> rids{};  // order of a=simulcast:send or a=rid, "~" removed
  bool simulcast = false;           // the rids come from a=simulcast
  std::vector<Ssrc> ssrcs{};        // announced media SSRCs, without RTX ones, in order
  std::map<Ssrc, Ssrc> fid{};       // media SSRC -> RTX SSRC (RFC 5576 ssrc-group:FID)
  std::vector<Ssrc> sim_group{};    // ssrc-group:SIM, low to high, of clients without rids
  std::string cname{};              // of the first SSRC
  bool rtcp_mux = false, rtcp_rsize = false, extmap_allow_mixed = false;
  std::uint16_t sctp_port = 5000;          // application only (RFC 8841)
  std::uint32_t max_message_size = 65536;  // application only; 0 = no limit

  bool sends() const {
    return direction == Direction::sendrecv || direction == Direction::sendonly;
  }
  bool receives() const {
    return direction == Direction::sendrecv || direction == Direction::recvonly;
  }
};

struct RemoteDescription {
  DescriptionType type = DescriptionType::offer;
  // Of the BUNDLE-tagged (first not rejected) section, falling back to the session level.
  std::string ufrag{}, pwd{};
  std::string fingerprint_hash{};  // lower case, "sha-256"
  std::string fingerprint{};       // upper case hex pairs with colons
  Setup setup = Setup::actpass;
  bool ice_lite = false;
  bool trickle = false;  // a=ice-options has "trickle"
  bool end_of_candidates = false;
  std::vector<std::string> candidates{};  // "candidate:..." without "a=", the first kMaxCandidates
  std::vector<std::string> bundle{};      // mids of the first BUNDLE group
  std::vector<RemoteSection> sections{};

  const RemoteSection* section(std::string_view mid) const;
};

inline constexpr std::size_t kMaxSdpSize = 256 * 1024;  // bytes; real offers stay below 100 KiB
inline constexpr std::size_t kMaxSections = 512;
inline constexpr std::size_t kMaxCandidates = 64;
inline constexpr std::size_t kMaxCodecsPerSection = 64;
inline constexpr std::size_t kMaxSsrcsPerSection = 64;

// Reads "offer", "answer" or "pranswer". Errors (the message names the section and the attribute):
//   limit        a bound above is exceeded
//   unsupported  type "rollback"
//   invalid      not SDP, duplicate mids, no ICE credentials or fingerprint where one is needed
// Unknown attributes, codecs and extensions are skipped.
Result<RemoteDescription> read_description(std::string_view type, std::string_view sdp);

// Codec look-ups. Pointers live as long as the section.
//
// By media or RTX payload type.
const NegotiatedCodec* find_codec(const RemoteSection& section, PayloadType pt);
// `mime` is "video/VP8" or just "vp8" (case ignored). `fmtp` chooses among H264 profiles and
// packetization modes (exact match first, then a profile that can decode it), VP9 profile-id and
// AV1 profile; empty takes the first of that name.
const NegotiatedCodec* find_codec(const RemoteSection& section, std::string_view mime,
                                  std::string_view fmtp = {});
// The codec of `section` that can carry packets that were published as `published`, nullptr when
// the peer has none.
const NegotiatedCodec* match_codec(const RemoteSection& section, const NegotiatedCodec& published);

}  // namespace portico::protocol::livekit
