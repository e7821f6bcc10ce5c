// Offers of ours: the subscriber connection of dual-PC clients.

#include <algorithm>

#include "codec/sdp/attributes.h"
#include "protocol/livekit/offer_answer.h"
#include "protocol/livekit/section_writer.h"

namespace portico::protocol::livekit {
namespace {

namespace sdp = codec::sdp;

// Ids of our own; one numbering for audio and video, as BUNDLE requires (RFC 8843 8.1).
constexpr std::uint8_t kAbsSendTime = 2, kTransportCc = 3, kMid = 4, kAbsCaptureTime = 6,
                       kDependencyDescriptor = 12;

NegotiatedCodec audio(std::uint8_t pt, std::string name, std::uint32_t rate, std::uint8_t channels,
                      std::string fmtp) {
  NegotiatedCodec codec;
  codec.pt = PayloadType(pt);
  codec.nack = name == "opus";
  codec.name = std::move(name);
  codec.clock_rate = rate;
  codec.channels = channels;
  codec.fmtp = std::move(fmtp);
  return codec;
}

NegotiatedCodec video(std::uint8_t pt, std::string name, std::string fmtp) {
  NegotiatedCodec codec;
  codec.pt = PayloadType(pt);
  codec.name = std::move(name);
  codec.clock_rate = 90000;
  codec.fmtp = std::move(fmtp);
  codec.rtx_pt = PayloadType(static_cast<std::uint8_t>(pt + 1));
  codec.nack = codec.pli = codec.fir = codec.transport_cc = codec.remb = true;
  return codec;
}

std::string h264(std::string_view profile_level_id, char mode) {
  return "level-asymmetry-allowed=1;packetization-mode=" + std::string(1, mode) +
         ";profile-level-id=" + std::string(profile_level_id);
}

ExtensionIds offered_extensions(Kind kind, Feedback feedback) {
  ExtensionIds ids;
  ids.mid = kMid;
  ids.abs_capture_time = kAbsCaptureTime;
  if (kind != Kind::video) return ids;
  ids.dependency_descriptor = kDependencyDescriptor;
  if (feedback == Feedback::remb) ids.abs_send_time = kAbsSendTime;
  if (feedback == Feedback::transport_cc) ids.transport_cc = kTransportCc;
  return ids;
}

std::vector<NegotiatedCodec> choose_codecs(const OfferSection& section) {
  std::vector<NegotiatedCodec> codecs;
  for (NegotiatedCodec codec : offered_codecs(section.kind)) {
    const bool listed = section.codecs.empty() ||
                        std::ranges::find(section.codecs, codec.name) != section.codecs.end();
    if (!listed || (codec.name == "red" && !section.plan.red)) continue;
    if (section.kind == Kind::video) {
      codec.remb = section.plan.feedback == Feedback::remb;
      codec.transport_cc = section.plan.feedback == Feedback::transport_cc;
    }
    if (codec.name == "opus") {
      codec.nack = !section.plan.red;
      if (section.plan.stereo) codec.fmtp += ";sprop-stereo=1";
    }
    codecs.push_back(std::move(codec));
  }
  if (!section.plan.codec.empty()) put_first(codecs, section.plan.codec);
  if (section.plan.red) put_first(codecs, "red");
  return codecs;
}

// RED is nothing without opus, and an unknown codec name leaves nothing to offer: then the whole
// table is.
std::vector<NegotiatedCodec> codecs_for(const OfferSection& section) {
  auto codecs = choose_codecs(section);
  const bool usable = std::ranges::any_of(codecs, [](const auto& c) { return c.name != "red"; });
  if (usable) return codecs;
  OfferSection any = section;
  any.codecs.clear();
  return choose_codecs(any);
}

sdp::Media write_section(const OfferSection& section, const LocalTransport& local, bool first) {
  sdp::Media media;
  media.port = 9;
  write_transport(media, local, "actpass");
  media.attributes.add("mid", section.mid);
  if (first) write_candidates(media, local);
  if (section.kind == Kind::application) {
    media.media = "application";
    media.protocol = "UDP/DTLS/SCTP";
    media.formats.emplace_back("webrtc-datachannel");
    write_sctp(media);
    return media;
  }
  media.media = section.kind == Kind::audio ? "audio" : "video";
  media.protocol = "UDP/TLS/RTP/SAVPF";
  const bool sends = section.plan.use == SectionPlan::Use::send ||
                     section.plan.use == SectionPlan::Use::send_receive;
  write_extensions(media, offered_extensions(section.kind, section.plan.feedback));
  media.attributes.add(to_text(sends ? Direction::sendonly : Direction::inactive));
  media.attributes.add("rtcp-mux");
  media.attributes.add("rtcp-rsize");
  write_codecs(media, codecs_for(section));
  if (sends) write_sender(media, section.plan, section.kind == Kind::video);
  return media;
}

}  // namespace

const std::vector<NegotiatedCodec>& offered_codecs(Kind kind) {
  static const std::vector<NegotiatedCodec> kAudio = {
      audio(111, "opus", 48000, 2, "minptime=10;useinbandfec=1"),
      audio(63, "red", 48000, 2, "111/111"),
      audio(0, "pcmu", 8000, 1, ""),
      audio(8, "pcma", 8000, 1, ""),
  };
  static const std::vector<NegotiatedCodec> kVideo = {
      video(96, "vp8", ""),
      video(98, "vp9", "profile-id=0"),
      video(100, "vp9", "profile-id=2"),
      video(108, "h264", h264("42e01f", '1')),
      video(125, "h264", h264("42e01f", '0')),
      video(102, "h264", h264("42001f", '1')),
      video(106, "h264", h264("4d001f", '1')),
      video(35, "av1", ""),
  };
  static const std::vector<NegotiatedCodec> kNone;
  switch (kind) {
    case Kind::audio:
      return kAudio;
    case Kind::video:
      return kVideo;
    case Kind::application:
      break;
  }
  return kNone;
}

std::string write_offer(const LocalTransport& local, const std::vector<OfferSection>& sections,
                        std::uint64_t session_id, std::uint64_t version) {
  sdp::Session session = new_session(local, session_id, version);
  std::string bundle = "BUNDLE";
  for (const OfferSection& section : sections) {
    session.media.push_back(write_section(section, local, session.media.empty()));
    bundle += ' ' + section.mid;
  }
  session.attributes.insert(session.attributes.begin(), sdp::Attribute{"group", bundle});
  session.attributes.add("extmap-allow-mixed");
  return sdp::serialise(session);
}

}  // namespace portico::protocol::livekit
