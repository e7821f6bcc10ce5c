#include "protocol/livekit/section_writer.h"

#include <algorithm>

#include "protocol/livekit/extension_uris.h"

namespace portico::protocol::livekit {
namespace {

namespace sdp = codec::sdp;

// The spelling that implementations use in rtpmap.
std::string encoding_name(const NegotiatedCodec& codec) {
  if (codec.name == "opus" || codec.name == "red") return codec.name;
  std::string name = mime_type(codec);
  return name.substr(name.find('/') + 1);
}

void write_payload_type(sdp::Media& media, PayloadType pt, std::string_view encoding,
                        const NegotiatedCodec& codec) {
  const std::string number = std::to_string(pt.value);
  media.formats.push_back(number);
  std::string map = number + ' ' + std::string(encoding) + '/' + std::to_string(codec.clock_rate);
  if (codec.channels > 1) map += '/' + std::to_string(codec.channels);
  media.attributes.add("rtpmap", map);
}

void write_feedback(sdp::Media& media, const NegotiatedCodec& codec) {
  const std::string pt = std::to_string(codec.pt.value) + ' ';
  if (codec.remb) media.attributes.add("rtcp-fb", pt + "goog-remb");
  if (codec.transport_cc) media.attributes.add("rtcp-fb", pt + "transport-cc");
  if (codec.fir) media.attributes.add("rtcp-fb", pt + "ccm fir");
  if (codec.nack) media.attributes.add("rtcp-fb", pt + "nack");
  if (codec.pli) media.attributes.add("rtcp-fb", pt + "nack pli");
}

void write_ssrc(sdp::Media& media, Ssrc ssrc, const SectionPlan& plan) {
  const std::string number = std::to_string(ssrc.value);
  media.attributes.add("ssrc", number + " cname:" + plan.cname);
  media.attributes.add("ssrc", number + " msid:" + plan.stream_id + ' ' + plan.track_id);
}

}  // namespace

std::string_view to_text(Direction direction) {
  switch (direction) {
    case Direction::sendrecv:
      return "sendrecv";
    case Direction::sendonly:
      return "sendonly";
    case Direction::recvonly:
      return "recvonly";
    case Direction::inactive:
      break;
  }
  return "inactive";
}

sdp::Session new_session(const LocalTransport& local, std::uint64_t session_id,
                         std::uint64_t version) {
  sdp::Session session;
  session.origin =
      "- " + std::to_string(session_id) + ' ' + std::to_string(version) + " IN IP4 127.0.0.1";
  if (local.ice_lite) session.attributes.add("ice-lite");
  session.attributes.add("msid-semantic", "WMS *");
  return session;
}

void write_transport(sdp::Media& media, const LocalTransport& local, std::string_view setup) {
  media.connection = "IN IP4 0.0.0.0";
  media.attributes.add("ice-ufrag", local.ufrag);
  media.attributes.add("ice-pwd", local.pwd);
  media.attributes.add("ice-options", "trickle");
  media.attributes.add("fingerprint", "sha-256 " + local.fingerprint);
  media.attributes.add("setup", setup);
}

void write_candidates(sdp::Media& media, const LocalTransport& local) {
  for (const std::string& line : local.candidate_lines) {
    std::string_view value = line;
    constexpr std::string_view kName = "candidate:";
    if (value.starts_with(kName)) value.remove_prefix(kName.size());
    media.attributes.add("candidate", value);
  }
  if (local.end_of_candidates) media.attributes.add("end-of-candidates");
}

void write_extensions(sdp::Media& media, const ExtensionIds& ids) {
  std::vector<std::pair<std::uint8_t, std::string_view>> lines;
  for (const ExtensionUri& known : kExtensionUris) {
    if (const auto& id = ids.*known.id) lines.emplace_back(*id, known.uri);
  }
  std::ranges::sort(lines);
  for (const auto& [id, uri] : lines) {
    media.attributes.add("extmap", std::to_string(id) + ' ' + std::string(uri));
  }
}

void put_first(std::vector<NegotiatedCodec>& codecs, std::string_view name) {
  std::vector<NegotiatedCodec> ordered;
  for (const auto& codec : codecs) {
    if (codec.name == name) ordered.push_back(codec);
  }
  for (auto& codec : codecs) {
    if (codec.name != name) ordered.push_back(std::move(codec));
  }
  codecs = std::move(ordered);
}

void write_codecs(sdp::Media& media, const std::vector<NegotiatedCodec>& codecs) {
  for (const NegotiatedCodec& codec : codecs) {
    write_payload_type(media, codec.pt, encoding_name(codec), codec);
    write_feedback(media, codec);
    if (!codec.fmtp.empty()) {
      media.attributes.add("fmtp", std::to_string(codec.pt.value) + ' ' + codec.fmtp);
    }
    if (!codec.rtx_pt) continue;
    write_payload_type(media, *codec.rtx_pt, "rtx", codec);
    media.attributes.add(
        "fmtp", std::to_string(codec.rtx_pt->value) + " apt=" + std::to_string(codec.pt.value));
  }
}

void write_sender(sdp::Media& media, const SectionPlan& plan, bool rtx) {
  media.attributes.add("msid", plan.stream_id + ' ' + plan.track_id);
  if (plan.ssrc.value == 0) return;
  const bool with_rtx = rtx && plan.rtx_ssrc.value != 0;
  if (with_rtx) {
    media.attributes.add("ssrc-group", "FID " + std::to_string(plan.ssrc.value) + ' ' +
                                           std::to_string(plan.rtx_ssrc.value));
  }
  write_ssrc(media, plan.ssrc, plan);
  if (with_rtx) write_ssrc(media, plan.rtx_ssrc, plan);
}

void write_sctp(sdp::Media& media) {
  media.attributes.add("sctp-port", std::to_string(kSctpPort));
  media.attributes.add("max-message-size", std::to_string(kMaxMessageSize));
}

}  // namespace portico::protocol::livekit
