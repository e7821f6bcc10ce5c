#include "protocol/livekit/read_section.h"

#include <algorithm>
#include <array>

#include "codec/sdp/attributes.h"
#include "codec/sdp/text.h"
#include "protocol/livekit/extension_uris.h"

namespace portico::protocol::livekit {
namespace {

namespace sdp = codec::sdp;

constexpr std::size_t kMaxMid = 64;
constexpr std::size_t kMaxRids = 16;

struct SupportedCodec {
  Kind kind;
  std::string_view name;
  std::uint32_t clock_rate;
};
constexpr SupportedCodec kSupported[] = {
    {Kind::audio, "opus", 48000}, {Kind::audio, "red", 48000}, {Kind::audio, "pcmu", 8000},
    {Kind::audio, "pcma", 8000},  {Kind::video, "vp8", 90000}, {Kind::video, "vp9", 90000},
    {Kind::video, "h264", 90000}, {Kind::video, "av1", 90000},
};

// What the section's rtpmap, fmtp and rtcp-fb lines say about each payload type.
struct PayloadTypes {
  std::array<std::optional<sdp::RtpMap>, 128> maps{};
  std::array<std::string, 128> fmtp{};
  std::vector<sdp::RtcpFeedback> feedback;

  explicit PayloadTypes(const sdp::Attributes& attributes) {
    // Static payload types of RFC 3551 need no rtpmap.
    maps[0] = sdp::RtpMap{0, "PCMU", 8000, 1};
    maps[8] = sdp::RtpMap{8, "PCMA", 8000, 1};
    for (const std::string_view value : attributes.all("rtpmap")) {
      if (auto map = sdp::parse_rtpmap(value)) maps[map->pt] = std::move(map);
    }
    for (std::string_view value : attributes.all("fmtp")) {
      const auto pt = sdp::number<std::uint8_t>(sdp::next_token(value), 127);
      if (pt) fmtp[*pt] = value;
    }
    for (const std::string_view value : attributes.all("rtcp-fb")) {
      if (auto parsed = sdp::parse_rtcp_fb(value)) feedback.push_back(std::move(*parsed));
    }
  }
};

void set_feedback(NegotiatedCodec& codec, const std::vector<sdp::RtcpFeedback>& feedback) {
  for (const auto& [pt, type] : feedback) {
    if (pt && *pt != codec.pt.value) continue;
    if (type == "nack") codec.nack = true;
    if (type == "nack pli") codec.pli = true;
    if (type == "ccm fir") codec.fir = true;
    if (type == "transport-cc") codec.transport_cc = true;
    if (type == "goog-remb") codec.remb = true;
  }
}

bool supported(Kind kind, const NegotiatedCodec& codec) {
  return std::ranges::any_of(kSupported, [&](const SupportedCodec& s) {
    return s.kind == kind && s.name == codec.name && s.clock_rate == codec.clock_rate;
  });
}

NegotiatedCodec* find(std::vector<NegotiatedCodec>& codecs, std::uint8_t pt) {
  const auto found = std::ranges::find(codecs, PayloadType(pt), &NegotiatedCodec::pt);
  return found == codecs.end() ? nullptr : &*found;
}

// RED (RFC 2198) is of use only around opus: fmtp "111/111".
bool carries_opus(const NegotiatedCodec& red, std::vector<NegotiatedCodec>& codecs) {
  std::string_view list = red.fmtp;
  const auto pt = sdp::number<std::uint8_t>(sdp::next_token(list, '/'), 127);
  const NegotiatedCodec* primary = pt ? find(codecs, *pt) : nullptr;
  return primary != nullptr && primary->name == "opus";
}

void read_codecs(const sdp::Media& media, RemoteSection& out) {
  const PayloadTypes types(media.attributes);
  std::vector<std::uint8_t> rtx;
  for (const std::string& format : media.formats) {
    const auto pt = sdp::number<std::uint8_t>(format, 127);
    if (!pt || !types.maps[*pt] || find(out.codecs, *pt) != nullptr) continue;
    const sdp::RtpMap& map = *types.maps[*pt];
    NegotiatedCodec codec{.pt = PayloadType(*pt),
                          .name = sdp::lower_case(map.encoding),
                          .clock_rate = map.clock_rate,
                          .channels = map.channels,
                          .fmtp = types.fmtp[*pt]};
    if (codec.name == "rtx") rtx.push_back(*pt);
    if (!supported(out.kind, codec) || out.codecs.size() == kMaxCodecsPerSection) continue;
    set_feedback(codec, types.feedback);
    out.codecs.push_back(std::move(codec));
  }
  for (const std::uint8_t pt : rtx) {
    const sdp::Fmtp fmtp(types.fmtp[pt]);
    const auto apt = fmtp.get("apt");
    const auto media_pt = apt ? sdp::number<std::uint8_t>(*apt, 127) : std::nullopt;
    NegotiatedCodec* codec = media_pt ? find(out.codecs, *media_pt) : nullptr;
    if (codec != nullptr && !codec->rtx_pt) codec->rtx_pt = PayloadType(pt);
  }
  std::vector<PayloadType> useless;
  for (const auto& codec : out.codecs) {
    if (codec.name == "red" && !carries_opus(codec, out.codecs)) useless.push_back(codec.pt);
  }
  std::erase_if(out.codecs, [&](const auto& codec) {
    return std::ranges::find(useless, codec.pt) != useless.end();
  });
}

void read_extensions(const sdp::Attributes& attributes, ExtensionIds& out) {
  for (const std::string_view value : attributes.all("extmap")) {
    const auto map = sdp::parse_extmap(value);
    if (!map) continue;
    for (const ExtensionUri& known : kExtensionUris) {
      if (known.uri == map->uri && !(out.*known.id)) out.*known.id = map->id;
    }
  }
}

void read_rids(const sdp::Attributes& attributes, RemoteSection& out) {
  out.rids = sdp::parse_simulcast(attributes.first("simulcast"), "send");
  out.simulcast = !out.rids.empty();
  if (out.rids.empty()) {
    for (const std::string_view value : attributes.all("rid")) {
      const auto rid = sdp::parse_rid(value);
      if (rid && rid->send) out.rids.push_back(rid->id);
    }
  }
  if (out.rids.size() > kMaxRids) out.rids.resize(kMaxRids);
}

void read_ssrcs(const sdp::Attributes& attributes, RemoteSection& out) {
  std::vector<Ssrc> repair;
  for (const std::string_view value : attributes.all("ssrc-group")) {
    const auto group = sdp::parse_ssrc_group(value);
    if (!group) continue;
    if (group->semantics == "SIM" && out.sim_group.empty()) {
      for (const std::uint32_t ssrc : group->ssrcs) out.sim_group.emplace_back(ssrc);
    } else if ((group->semantics == "FID" || group->semantics == "FEC-FR") &&
               group->ssrcs.size() == 2) {
      repair.emplace_back(group->ssrcs[1]);
      if (group->semantics == "FID" && out.fid.size() < kMaxSsrcsPerSection) {
        out.fid.emplace(group->ssrcs[0], group->ssrcs[1]);
      }
    }
  }
  for (const std::string_view value : attributes.all("ssrc")) {
    const auto line = sdp::parse_ssrc(value);
    if (!line) continue;
    const Ssrc ssrc(line->ssrc);
    if (line->name == "cname" && out.cname.empty()) out.cname = line->value;
    if (line->name == "msid" && out.track_id.empty()) {
      if (const auto msid = sdp::parse_msid(line->value)) {
        out.stream_id = msid->stream == "-" ? "" : msid->stream;
        out.track_id = msid->track;
      }
    }
    if (std::ranges::find(repair, ssrc) != repair.end() ||
        std::ranges::find(out.ssrcs, ssrc) != out.ssrcs.end() ||
        out.ssrcs.size() == kMaxSsrcsPerSection) {
      continue;
    }
    out.ssrcs.push_back(ssrc);
  }
}

Direction read_direction(const sdp::Attributes& attributes, Direction fallback) {
  for (const sdp::Attribute& attribute : attributes) {
    if (attribute.name == "sendrecv") return Direction::sendrecv;
    if (attribute.name == "sendonly") return Direction::sendonly;
    if (attribute.name == "recvonly") return Direction::recvonly;
    if (attribute.name == "inactive") return Direction::inactive;
  }
  return fallback;
}

void read_sctp(const sdp::Media& media, RemoteSection& out) {
  const auto& attributes = media.attributes;
  if (const auto port = sdp::number<std::uint16_t>(attributes.first("sctp-port"), 65535)) {
    out.sctp_port = *port;
  }
  if (const auto size =
          sdp::number<std::uint32_t>(attributes.first("max-message-size"), 0xffff'ffffU)) {
    out.max_message_size = *size;
  }
}

bool is_rtp(std::string_view protocol) {
  return protocol == "UDP/TLS/RTP/SAVPF" || protocol == "TCP/TLS/RTP/SAVPF" ||
         protocol == "RTP/SAVPF" || protocol == "UDP/TLS/RTP/SAVP";
}
bool is_sctp(std::string_view protocol) {
  return protocol == "UDP/DTLS/SCTP" || protocol == "TCP/DTLS/SCTP" || protocol == "DTLS/SCTP";
}

void read_rtp(const sdp::Session& session, const sdp::Media& media, RemoteSection& out) {
  const auto& attributes = media.attributes;
  read_codecs(media, out);
  read_extensions(attributes, out.extensions);
  if (out.extensions == ExtensionIds{}) read_extensions(session.attributes, out.extensions);
  if (const auto msid = sdp::parse_msid(attributes.first("msid"))) {
    out.stream_id = msid->stream == "-" ? "" : msid->stream;
    out.track_id = msid->track;
  }
  read_rids(attributes, out);
  read_ssrcs(attributes, out);
  out.rtcp_mux = attributes.has("rtcp-mux");
  out.rtcp_rsize = attributes.has("rtcp-rsize");
  out.extmap_allow_mixed =
      attributes.has("extmap-allow-mixed") || session.attributes.has("extmap-allow-mixed");
}

}  // namespace

Result<RemoteSection> read_section(const sdp::Session& session, const sdp::Media& media) {
  RemoteSection out;
  out.mid = media.attributes.first("mid");
  if (out.mid.empty() || out.mid.size() > kMaxMid || out.mid.find(' ') != std::string::npos) {
    return fail(ErrorCode::invalid, "no usable a=mid");
  }
  out.media = media.media;
  out.transport = media.protocol;
  for (const std::string& format : media.formats) {
    if (!out.formats.empty()) out.formats.push_back(' ');
    out.formats.append(format);
  }
  out.direction =
      read_direction(media.attributes, read_direction(session.attributes, Direction::sendrecv));
  if (media.media == "application") {
    out.kind = Kind::application;
    out.rejected = !is_sctp(media.protocol);
    read_sctp(media, out);
  } else if (media.media == "audio" || media.media == "video") {
    out.kind = media.media == "audio" ? Kind::audio : Kind::video;
    out.rejected = !is_rtp(media.protocol);
    read_rtp(session, media, out);
  } else {
    out.kind = Kind::application;
    out.rejected = true;
  }
  return out;
}

}  // namespace portico::protocol::livekit
