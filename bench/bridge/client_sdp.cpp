#include "bench/bridge/client_sdp.h"

#include <fmt/format.h>

#include "protocol/livekit/extension_uris.h"

namespace portico::bench {

namespace lk = protocol::livekit;

namespace {

constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr std::string_view kTransportCcUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

std::string head(const std::string& bundle, std::uint64_t version) {
  return fmt::format(
      "v=0\r\no=- 4611731400430051336 {} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE{}\r\n"
      "a=extmap-allow-mixed\r\na=msid-semantic: WMS *\r\n",
      version, bundle);
}

std::string transport(const lk::LocalTransport& local, std::string_view setup,
                      const std::string& mid) {
  std::string out = "c=IN IP4 0.0.0.0\r\n";
  for (const std::string& line : local.candidate_lines) out += "a=" + line + "\r\n";
  out += "a=end-of-candidates\r\n";
  out += fmt::format(
      "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:sha-256 {}\r\na=setup:{}\r\na=mid:{}\r\n",
      local.ufrag, local.pwd, local.fingerprint, setup, mid);
  return out;
}

std::string video_codecs(int pt, std::optional<int> rtx) {
  std::string out = fmt::format(
      "a=rtpmap:{0} VP8/90000\r\na=rtcp-fb:{0} goog-remb\r\na=rtcp-fb:{0} transport-cc\r\n"
      "a=rtcp-fb:{0} ccm fir\r\na=rtcp-fb:{0} nack\r\na=rtcp-fb:{0} nack pli\r\n",
      pt);
  if (rtx) out += fmt::format("a=rtpmap:{0} rtx/90000\r\na=fmtp:{0} apt={1}\r\n", *rtx, pt);
  return out;
}

std::string data_section(const lk::LocalTransport& local, std::string_view setup,
                         const std::string& mid) {
  return "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" + transport(local, setup, mid) +
         "a=sctp-port:5000\r\na=max-message-size:262144\r\n";
}

std::string offered_section(const lk::LocalTransport& local, const ClientSection& section,
                            const std::string& mid) {
  if (section.kind == lk::Kind::application) return data_section(local, "actpass", mid);
  if (section.kind == lk::Kind::audio) {
    return "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" + transport(local, "actpass", mid) +
           "a=recvonly\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 "
           "minptime=10;useinbandfec=1\r\n";
  }
  std::string out = fmt::format("m=video 9 UDP/TLS/RTP/SAVPF {} {}\r\n", kVp8.value, kVp8Rtx.value);
  out += transport(local, "actpass", mid);
  out += fmt::format("a=extmap:4 {}\r\na=extmap:3 {}\r\n", kMidUri, kTransportCcUri);
  out += section.sends ? fmt::format("a=sendonly\r\na=msid:- {}\r\n", section.track_id)
                       : "a=recvonly\r\n";
  out += "a=rtcp-mux\r\na=rtcp-rsize\r\n" + video_codecs(kVp8.value, kVp8Rtx.value);
  if (section.sends) {
    std::uint32_t ssrc = section.ssrc.value;
    out += fmt::format(
        "a=ssrc-group:FID {0} {1}\r\na=ssrc:{0} cname:bench\r\na=ssrc:{1} cname:bench\r\n", ssrc,
        ssrc + 1);
  }
  return out;
}

std::string answered_section(const lk::LocalTransport& local, const lk::RemoteSection& section) {
  if (section.kind == lk::Kind::application) return data_section(local, "active", section.mid);
  const lk::NegotiatedCodec* codec =
      lk::find_codec(section, section.kind == lk::Kind::video ? "vp8" : "opus");
  if (section.rejected || codec == nullptr) {
    return fmt::format("m={} 0 {} {}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\na=mid:{}\r\n",
                       section.media, section.transport, section.formats, section.mid);
  }
  bool video = section.kind == lk::Kind::video;
  std::optional<int> rtx;
  if (video && codec->rtx_pt) rtx = codec->rtx_pt->value;
  std::string out = fmt::format("m={} 9 {} {}{}\r\n", section.media, section.transport,
                                codec->pt.value, rtx ? fmt::format(" {}", *rtx) : "");
  out += transport(local, "active", section.mid);
  for (const lk::ExtensionUri& extension : lk::kExtensionUris) {
    if (auto id = section.extensions.*extension.id)
      out += fmt::format("a=extmap:{} {}\r\n", *id, extension.uri);
  }
  out += section.sends() ? "a=recvonly\r\n" : "a=inactive\r\n";
  out += "a=rtcp-mux\r\na=rtcp-rsize\r\n";
  if (video) return out + video_codecs(codec->pt.value, rtx);
  return out + fmt::format("a=rtpmap:{} opus/48000/2\r\n", codec->pt.value);
}

}  // namespace

std::string write_client_offer(const lk::LocalTransport& local,
                               const std::vector<ClientSection>& sections, std::uint64_t version) {
  std::string bundle;
  std::string body;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    std::string mid = std::to_string(i);
    bundle += " " + mid;
    body += offered_section(local, sections[i], mid);
  }
  return head(bundle, version) + body;
}

std::string write_client_answer(const lk::RemoteDescription& offer, const lk::LocalTransport& local,
                                std::uint64_t version) {
  std::string bundle;
  std::string body;
  for (const lk::RemoteSection& section : offer.sections) {
    body += answered_section(local, section);
    if (!section.rejected) bundle += " " + section.mid;
  }
  return head(bundle, version) + body;
}

}  // namespace portico::bench
